//go:build systems && !windows

package hostile_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/internal/systems"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// patience is how long a run may take on a busy machine before it counts as hanging.
const patience = 2 * time.Minute

// markVariable is in the environment of everything that a run starts, so that what stays is found.
const markVariable = "S3_CREDENTIALS_PLUGIN_TEST_MARK"

// victim is a run of the command line with a hostile plugin.
type victim struct {
	*testing.T
	mark, folder, temp, trace string
	cmd                       *exec.Cmd
	stdout, stderr            bytes.Buffer
}

// newVictim prepares a run: its working folder holds the file "target", its temporary folder is its own.
func newVictim(t *testing.T, plugin string, args ...string) *victim {
	t.Helper()
	// The name of a socket has to be short.
	temp, err := os.MkdirTemp("", "v")
	if err != nil {
		t.Fatal(err)
	}
	v := &victim{T: t, mark: rand.Text(), folder: t.TempDir(), temp: temp, trace: filepath.Join(t.TempDir(), "trace")}
	t.Cleanup(func() { _ = os.RemoveAll(temp) })
	v.write("target", "former")
	plugins, home := t.TempDir(), t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(plugins, host.Prefix+plugin)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	v.cmd = exec.CommandContext(ctx, systems.Binary(t, "s3-credentials"), append(args, "--backend", plugin, "--plugin-dir", plugins)...)
	v.cmd.Dir, v.cmd.Stdout, v.cmd.Stderr = v.folder, &v.stdout, &v.stderr
	// A child that holds a pipe must not hold the test.
	v.cmd.WaitDelay = time.Second
	v.cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "TMPDIR="+temp,
		markVariable+"="+v.mark, traceVariable+"="+v.trace)
	return v
}

func (v *victim) write(name, content string) {
	v.Helper()
	if err := os.WriteFile(filepath.Join(v.folder, name), []byte(content), 0o600); err != nil {
		v.Fatal(err)
	}
}

// run runs to the end and returns the exit code.
func (v *victim) run() int {
	v.Helper()
	err := v.cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		v.Fatalf("%v\n%s", err, v.stderr.String())
	}
	return v.cmd.ProcessState.ExitCode()
}

// fails checks that the run failed as it should, with one sentence that says all of it.
func (v *victim) fails(code int, says ...string) {
	v.Helper()
	text := v.stderr.String()
	if got := v.cmd.ProcessState.ExitCode(); got != code {
		v.Errorf("exit code %d, want %d: %.500s", got, code, text)
	}
	if !strings.HasPrefix(text, "Error: ") || strings.Count(text, "\n") != 1 || len(text) > 10<<10 || strings.Contains(text, "goroutine") {
		v.Errorf("stderr is not one sentence but %d bytes: %.500q", len(text), text)
	}
	for _, s := range says {
		if !strings.Contains(text, s) {
			v.Errorf("%.500q does not say %q", text, s)
		}
	}
}

// leavesNothing checks that no process, temporary file, changed target or trace is there.
func (v *victim) leavesNothing(others ...string) {
	v.Helper()
	v.eventually("a process is left", func() bool { return len(marked(v.mark)) == 0 })
	v.eventually("the temporary folder is not empty", func() bool {
		entries, err := os.ReadDir(v.temp)
		return err == nil && len(entries) == 0
	})
	entries, err := os.ReadDir(v.folder)
	if err != nil || len(entries) != 1+len(others) {
		v.Errorf("the folder has %v, %v", entries, err)
	}
	if content, err := os.ReadFile(filepath.Join(v.folder, "target")); err != nil || string(content) != "former" {
		v.Errorf("the target has %d bytes, %v", len(content), err)
	}
	if did, err := os.ReadFile(v.trace); err == nil {
		v.Errorf("the plugin %s", did)
	}
}

func (v *victim) eventually(otherwise string, is func() bool) {
	v.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !is(); <-tick.C {
		if time.Now().After(deadline) {
			v.Errorf("%s: %v", otherwise, marked(v.mark))
			return
		}
	}
}

// marked returns the processes that have the mark in their environment.
func marked(mark string) []int {
	folders, _ := filepath.Glob("/proc/[0-9]*")
	var pids []int
	for _, folder := range folders {
		environ, err := os.ReadFile(filepath.Join(folder, "environ"))
		if err != nil || !bytes.Contains(environ, []byte(markVariable+"="+mark)) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(folder)); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

func TestPluginsThatNeverOpen(t *testing.T) {
	for name, says := range map[string]string{
		"exits":         "ended before it was ready (exit status 0)",
		"crashes":       "ended before it was ready (exit status 2): panic: no configuration",
		"chatty":        `it printed "Loading configuration..."`,
		"version":       "speaks version 99 of the plugin protocol",
		"mute":          "did not answer within",
		"endless":       "prints to it without an end of line",
		"noisy":         "did not answer within",
		"nobody":        "broke off its connection",
		"babbling":      "broke off its connection",
		"hangs-opening": "did not answer within",
		"daemon-dies":   "ended before it was ready (exit status 1)",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVictim(t, name, "list-users")
			v.run()
			v.fails(1, says)
			if v.stdout.Len() > 0 {
				t.Errorf("stdout has %.200q", v.stdout.String())
			}
			v.leavesNothing()
		})
	}
}

func TestCallsThatGoWrong(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"dies":          {[]string{"list-users"}, "has ended unexpectedly"},
		"huge-error":    {[]string{"list-users"}, "broke off its connection"},
		"huge-answer":   {[]string{"list-users"}, "more than fits"},
		"dies-writing":  {[]string{"get-object", "bucket", "key", "-o", "target"}, "has ended unexpectedly"},
		"writes-less":   {[]string{"get-object", "bucket", "key", "-o", "target"}, "it is not the whole object"},
		"writes-none":   {[]string{"get-object", "bucket", "key", "-o", "target"}, "did not write it to the file"},
		"writes-beside": {[]string{"get-object", "bucket", "key", "-o", "target"}, "did not write it to the file"},
		"writes-link":   {[]string{"get-object", "bucket", "key", "-o", "target"}, "something other than a regular file"},
		"dies-reading":  {[]string{"put-object", "bucket", "key", "target"}, "has ended unexpectedly"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "dies-reading" {
				c.args[3] = "-"
			}
			v := newVictim(t, name, c.args...)
			v.cmd.Stdin = strings.NewReader(strings.Repeat("data", 1000))
			v.run()
			v.fails(1, c.says)
			if v.stdout.Len() > 0 {
				t.Errorf("stdout has %.200q", v.stdout.String())
			}
			v.leavesNothing()
		})
	}
}

// TestPartsAreNotPresentedAsWhole is about what has been printed already when the plugin fails.
func TestPartsAreNotPresentedAsWhole(t *testing.T) {
	t.Run("object", func(t *testing.T) {
		t.Parallel()
		v := newVictim(t, "dies-sending", "get-object", "bucket", "key")
		v.run()
		v.fails(1, "has ended unexpectedly")
		if v.stdout.Len() >= objectBytes {
			t.Errorf("%d bytes were printed", v.stdout.Len())
		}
		v.leavesNothing()
	})
	t.Run("object that is said to be whole", func(t *testing.T) {
		t.Parallel()
		v := newVictim(t, "sends-less", "get-object", "bucket", "key")
		v.run()
		v.fails(1, "it is not the whole object")
		v.leavesNothing()
	})
	t.Run("listing", func(t *testing.T) {
		t.Parallel()
		v := newVictim(t, "dies-listing", "list-users")
		v.run()
		v.fails(1, "has ended unexpectedly")
		if json.Valid(v.stdout.Bytes()) {
			t.Errorf("%d bytes of a listing look like a whole one", v.stdout.Len())
		}
		v.leavesNothing()
	})
	t.Run("upload", func(t *testing.T) {
		t.Parallel()
		v := newVictim(t, "stores-less", "put-object", "bucket", "key", "-")
		v.cmd.Stdin = strings.NewReader(strings.Repeat("data", 1<<20))
		v.run()
		v.fails(1, "stores-less")
		v.leavesNothing()
	})
	t.Run("folder", func(t *testing.T) {
		t.Parallel()
		v := newVictim(t, "dies-writing", "get-objects", "bucket", "one", "two", "--output", "new")
		code := v.run()
		if code != 1 || !strings.Contains(v.stderr.String(), "has ended unexpectedly") {
			t.Errorf("exit code %d, %s", code, v.stderr.String())
		}
		if entries, err := os.ReadDir(filepath.Join(v.folder, "new")); err == nil && len(entries) > 0 {
			t.Errorf("there are %v", entries)
		}
	})
}

// TestObjectsOfAnotherRequestAreNotDeleted has a plugin list other objects than those with the prefix.
func TestObjectsOfAnotherRequestAreNotDeleted(t *testing.T) {
	v := newVictim(t, "other-objects", "delete-objects", "bucket", "--prefix", "public/")
	if code := v.run(); code != 1 || !strings.Contains(v.stderr.String(), `answered with "precious"`) {
		t.Errorf("exit code %d, %s", code, v.stderr.String())
	}
	v.leavesNothing()
}

func TestPluginsThatDoNotEnd(t *testing.T) {
	for _, name := range []string{"stubborn", "parent", "daemon"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVictim(t, name, "list-users", "--nl")
			if code := v.run(); code != 0 || !strings.Contains(v.stdout.String(), "alice") || v.stderr.Len() > 0 {
				t.Errorf("exit code %d, %q, %q", code, v.stdout.String(), v.stderr.String())
			}
			v.leavesNothing()
		})
	}
}

// TestInterruptEndsAHangingCall presses Ctrl-C while a plugin hangs that does not listen to signals.
func TestInterruptEndsAHangingCall(t *testing.T) {
	v := newVictim(t, "hangs", "list-users")
	if err := v.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	v.eventually("the plugin did not start", func() bool { return len(marked(v.mark)) >= 2 && v.isConnected() })
	if err := v.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = v.cmd.Wait() // the exit code says it
	v.fails(130, "interrupted")
	v.leavesNothing()
}

// isConnected reports whether the host has removed the folder of the socket, which it does once it is connected.
func (v *victim) isConnected() bool {
	entries, err := os.ReadDir(v.temp)
	return err == nil && len(entries) == 0
}
