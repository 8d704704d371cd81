//go:build systems

package main

import (
	"bytes"
	"context"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// patience is how long a run may take on a busy machine before it counts as hanging.
const patience = 2 * time.Minute

// session is a run of s3-credentials behind a proxy that can hold requests up.
type session struct {
	*testing.T
	direct *systems.System
	proxy  *systems.Proxy
	bucket string
	env    []string
	cmd    *exec.Cmd
	stderr bytes.Buffer
}

// newSession works on the sandbox; each test has a bucket name of its own.
func newSession(t *testing.T) *session {
	direct := systems.Sandbox(t)
	seen, proxy := systems.Behind(t, direct)
	return &session{
		T: t, direct: direct, proxy: proxy, bucket: strings.ToLower("s-" + strings.NewReplacer("/", "-", "_", "-").Replace(t.Name())),
		env: append(seen.Env(), "HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir(),
			"S3_CREDENTIALS_ENDPOINT_URL="+seen.EndpointURL, "S3_CREDENTIALS_BACKEND=aws"),
	}
}

// start starts a command.
func (s *session) start(args ...string) {
	s.Helper()
	s.cmd = exec.CommandContext(s.Context(), program(s), args...)
	s.cmd.Env, s.cmd.Stderr = s.env, &s.stderr
	if err := s.cmd.Start(); err != nil {
		s.Fatal(err)
	}
}

// until waits until what the proxy has seen is enough.
func (s *session) until(what string, enough func([]systems.Request) bool) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), patience)
	defer cancel()
	for tick := time.NewTicker(5 * time.Millisecond); !enough(s.proxy.Seen()); {
		select {
		case <-ctx.Done():
			s.Fatalf("%s was not sent: %+v", what, s.proxy.Seen())
		case <-tick.C:
		}
	}
}

// untilSeen waits until the proxy has seen the operation.
func (s *session) untilSeen(operation string) {
	s.Helper()
	s.until(operation, func(seen []systems.Request) bool {
		return slices.ContainsFunc(seen, func(r systems.Request) bool { return r.Operation == operation })
	})
}

// interrupt sends a signal, and returns the exit code and how long the program took to end.
func (s *session) interrupt(sig syscall.Signal) (code int, took time.Duration) {
	s.Helper()
	began := time.Now()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.Fatal(err)
	}
	_ = s.cmd.Wait() // the exit code says it
	return s.cmd.ProcessState.ExitCode(), time.Since(began)
}

// left returns what the sandbox has of this test.
func (s *session) left() string {
	s.Helper()
	s.proxy.Reset(nil)
	var all strings.Builder
	for _, command := range []string{"list-users", "list-buckets"} {
		cmd := exec.CommandContext(s.Context(), program(s), command, "--csv")
		cmd.Env = s.env
		out, err := cmd.Output()
		if err != nil {
			s.Fatalf("%s: %v", command, err)
		}
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, s.bucket) {
				all.WriteString(line)
			}
		}
	}
	return all.String()
}

// hold makes the proxy keep an operation waiting.
func hold(operation string) func(int, systems.Request) systems.Action {
	return func(_ int, r systems.Request) systems.Action {
		if r.Operation == operation {
			return systems.Hang
		}
		return systems.Pass
	}
}

// TestSignalsUndo interrupts create in its last step.
func TestSignalsUndo(t *testing.T) {
	for name, test := range map[string]struct {
		signal syscall.Signal
		code   int
	}{"interrupt": {syscall.SIGINT, 130}, "terminate": {syscall.SIGTERM, 143}} {
		t.Run(name, func(t *testing.T) {
			s := newSession(t)
			s.proxy.Reset(hold("CreateAccessKey"))
			s.start("create", "-c", s.bucket)
			s.untilSeen("CreateAccessKey")
			code, took := s.interrupt(test.signal)
			if code != test.code || took > patience {
				t.Errorf("exit %d after %s, stderr:\n%s", code, took, &s.stderr)
			}
			if text := s.stderr.String(); !strings.Contains(text, "Error: interrupted; undone: ") || !strings.Contains(text, "bucket "+s.bucket) {
				t.Errorf("stderr does not say what was undone:\n%s", text)
			}
			if left := s.left(); left != "" {
				t.Errorf("left behind:\n%s", left)
			}
		})
	}
}

// TestInterruptWhileLooking interrupts before anything was made.
func TestInterruptWhileLooking(t *testing.T) {
	s := newSession(t)
	s.proxy.Reset(hold("GetCallerIdentity"))
	s.start("whoami")
	s.untilSeen("GetCallerIdentity")
	if code, took := s.interrupt(syscall.SIGINT); code != 130 || took > patience {
		t.Errorf("exit %d after %s, stderr:\n%s", code, took, &s.stderr)
	}
	if got := s.stderr.String(); !strings.HasPrefix(got, "Error: ") || strings.Count(got, "\n") != 1 {
		t.Errorf("stderr %q", got)
	}
}

// TestSecondInterrupt ends the program while it is still undoing: what is left then is named.
func TestSecondInterrupt(t *testing.T) {
	s, undoing := newSession(t), false
	s.proxy.Reset(func(_ int, r systems.Request) systems.Action {
		undoing = undoing || r.Operation == "CreateAccessKey"
		if undoing {
			return systems.Hang
		}
		return systems.Pass
	})
	s.start("create", "-c", s.bucket)
	s.untilSeen("CreateAccessKey")
	before := len(s.proxy.Seen())
	if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	s.until("a request to undo", func(seen []systems.Request) bool { return len(seen) > before })
	if code, took := s.interrupt(syscall.SIGINT); code != 130 || took > 4*time.Second { // undoing, it would wait for 5
		t.Errorf("exit %d after %s, stderr:\n%s", code, took, &s.stderr)
	}
	if text := s.stderr.String(); !strings.Contains(text, "left behind, please check and remove: ") || !strings.Contains(text, "bucket "+s.bucket) {
		t.Errorf("stderr does not say what is left:\n%s", text)
	}
}
