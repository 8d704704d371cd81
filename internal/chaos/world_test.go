//go:build systems && !windows

package chaos

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/systems"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// patience is how long a run may take on a busy machine before it counts as hanging.
const patience = 5 * time.Minute

func TestMain(m *testing.M) { systems.Main(m) }

// world is a system, what is between it and the command line, and what looks at it afterwards.
type world struct {
	*testing.T
	backend string
	direct  *systems.System
	proxy   *systems.Proxy
	// seen is the system through the proxy.
	seen *systems.System
	// admin works on the system itself.
	admin *core.Engine
	// plugins is a folder with the plugin; starts has a line with the process id of each start of it.
	plugins, starts string
	temp, home      string
	// references are what the commands make when nothing breaks them.
	references map[string][]string
	tally      tally
}

// tally is what was done: runs, those of them that met a fault or a kill, and the requests at which they met one.
type tally struct{ runs, broken, requests int }

// count counts the run that has just ended.
func (w *world) count() {
	met := slices.DeleteFunc(w.proxy.Seen(), func(r systems.Request) bool { return r.Action == systems.Pass })
	w.tally.runs++
	w.tally.requests += len(met)
	if len(met) > 0 {
		w.tally.broken++
	}
}

func (c tally) String() string {
	return fmt.Sprintf("%d runs, %d of them broken, at %d requests", c.runs, c.broken, c.requests)
}

// worlds are the systems that commands are broken on.
func worlds(t *testing.T, do func(*world)) {
	for _, w := range []struct {
		name, backend, program string
		start                  func(testing.TB) *systems.System
	}{
		{"sandbox", "aws", "aws", systems.Sandbox}, {"minio", "minio", "minio", systems.MinIO}, {"moto", "aws", "aws", systems.Moto},
		{"seaweedfs", "seaweedfs", "aws", systems.SeaweedFS}, {"ceph", "ceph", "aws", systems.Ceph}, {"garage", "garage", "aws", systems.Garage},
	} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			do(newWorld(t, w.backend, w.program, w.start(t)))
		})
	}
}

func newWorld(t *testing.T, backend, program string, system *systems.System) *world {
	t.Helper()
	// The name of a socket has to be short.
	temp, err := os.MkdirTemp("", "c")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(temp) })
	w := &world{
		T: t, backend: backend, direct: system, temp: temp, home: t.TempDir(), plugins: t.TempDir(), references: map[string][]string{},
	}
	w.seen, w.proxy = systems.Behind(t, system)
	w.starts = filepath.Join(t.TempDir(), "starts")
	wrapped(t, w.plugins, program, fmt.Sprintf("echo $$ >> '%s'", w.starts))
	undisturbed := t.TempDir()
	wrapped(t, undisturbed, program, append([]string{"set -a"}, system.AdminEnv()...)...)
	config := driver.Config{EndpointURL: system.EndpointURL, Region: system.Region, Credentials: &driver.Credentials{
		AccessKeyID: system.AccessKeyID, SecretAccessKey: system.SecretAccessKey,
	}}
	d, err := host.Connect(t.Context(), host.Options{Name: backend, Dirs: []string{undisturbed}, StartTimeout: patience}, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	w.admin, err = core.New(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// wrapped writes a plugin into a folder that does something, and then is the program.
func wrapped(t *testing.T, folder, program string, lines ...string) {
	t.Helper()
	lines = append(lines, fmt.Sprintf(`exec '%s' "$@"`, systems.PluginBinary(t, program)))
	script := "#!/bin/sh\n" + strings.Join(lines, "\n") + "\n"
	if err := os.WriteFile(filepath.Join(folder, host.Prefix+program), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
}

// outcome is how a run of the command line ended.
type outcome struct {
	code           int
	stdout, stderr string
}

// run runs a command to its end.
func (w *world) run(system *systems.System, args ...string) outcome {
	w.Helper()
	cmd, stdout, stderr := w.command(system, args...)
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

func (w *world) command(system *systems.System, args ...string) (cmd *exec.Cmd, stdout, stderr *bytes.Buffer) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), patience)
	w.Cleanup(cancel)
	cmd = exec.CommandContext(ctx, systems.Binary(w, "s3-credentials"), args...)
	cmd.Env = append(system.Env(), "HOME="+w.home, "XDG_CONFIG_HOME="+w.home, "TMPDIR="+w.temp,
		"S3_CREDENTIALS_ENDPOINT_URL="+system.EndpointURL, "S3_CREDENTIALS_BACKEND="+w.backend, "S3_CREDENTIALS_PLUGIN_DIR="+w.plugins)
	stdout, stderr = &bytes.Buffer{}, &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	return cmd, stdout, stderr
}

// mustRun runs a command that nothing disturbs.
func (w *world) mustRun(args ...string) outcome {
	w.Helper()
	o := w.run(w.direct, args...)
	if o.code != 0 {
		w.Fatalf("undisturbed, %v fails: %s", args, o.stderr)
	}
	return o
}

// pids are the processes of the plugin that were started since the last reset.
func (w *world) pids() []int {
	text, err := os.ReadFile(w.starts)
	if err != nil {
		return nil
	}
	var pids []int
	for _, line := range strings.Fields(string(text)) {
		if pid, err := strconv.Atoi(line); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// killPlugin kills the plugin's newest process.
func (w *world) killPlugin() {
	if pids := w.pids(); len(pids) > 0 {
		_ = syscall.Kill(pids[len(pids)-1], syscall.SIGKILL) // it may have ended
	}
}

// checkTraces checks that no process and no file of a run is left.
func (w *world) checkTraces(what string) {
	w.Helper()
	for _, pid := range w.pids() {
		if isAlive(pid) {
			w.Errorf("%s: the plugin's process %d is left", what, pid)
		}
	}
	_ = os.Remove(w.starts)
	left, err := os.ReadDir(w.temp)
	if err != nil {
		w.Fatal(err)
	}
	for _, entry := range left {
		w.Errorf("%s: %s is left in the temporary folder", what, entry.Name())
	}
}
