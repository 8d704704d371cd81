//go:build systems && !windows

package hostile_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/internal/systems"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// attacked runs a command against an endpoint, and returns the most memory that its plugin needed, in KiB.
func attacked(t *testing.T, attack attack, backend, says string, command []string) int {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A handler learns that its client is gone only after it has read the body.
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		attack(w, r)
	}))
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	peak := filepath.Join(t.TempDir(), "peak")
	v := newEndpointVictim(t, peak, append(command, "--endpoint-url", server.URL, "--access-key", "access", "--secret-key", "secretsecret"), backend)
	if code := v.run(); code != 1 {
		t.Errorf("exit code %d", code)
	}
	text := v.stderr.String()
	lines := strings.Split(strings.TrimSpace(text), "\n")
	last := lines[len(lines)-1]
	if !strings.HasPrefix(last, "Error: ") || says != "AccessDenied" && !strings.Contains(text, server.URL) || !strings.Contains(text, says) || len(text) > 2000 || strings.Contains(text, "EOF") {
		t.Errorf("%.2000s does not say %q of %s", text, says, server.URL)
	}
	if out := strings.TrimSpace(v.stdout.String()); out != "" && out != "[" {
		t.Errorf("stdout has %.200q", out)
	}
	v.leavesNothing()
	content, err := os.ReadFile(peak)
	if backend == "" && errors.Is(err, os.ErrNotExist) {
		return 0 // it ended before a plugin was started
	}
	peaks := strings.Fields(string(content))
	if len(peaks) == 0 {
		t.Fatalf("the memory was not measured: %v", err)
	}
	kib, convErr := strconv.Atoi(peaks[len(peaks)-1])
	if err != nil || convErr != nil {
		t.Fatalf("the memory was not measured: %v, %v", err, convErr)
	}
	if kib == 0 || kib > mostMemory {
		t.Errorf("the plugin needed %d KiB", kib)
	}
	return kib
}

// newEndpointVictim prepares a run with the project's own plugins, started through a script that writes down what memory they
// needed.
func newEndpointVictim(t *testing.T, peak string, command []string, backend string) *victim {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("memory is measured on Linux")
	}
	temp, err := os.MkdirTemp("", "v")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(temp) })
	v := &victim{T: t, mark: temp, folder: t.TempDir(), temp: temp, trace: filepath.Join(t.TempDir(), "trace")}
	v.write("target", "former")
	if backend != "" {
		command = append(command, "--backend", backend)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	home := t.TempDir()
	v.cmd = exec.CommandContext(ctx, systems.Binary(t, "s3-credentials"), append(command, "--plugin-dir", measuredPlugins(t))...)
	v.cmd.Dir, v.cmd.Stdout, v.cmd.Stderr, v.cmd.WaitDelay = v.folder, &v.stdout, &v.stderr, time.Second
	v.cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "TMPDIR="+temp, markVariable+"="+v.mark,
		peakVariable+"="+peak, pluginVariable+"="+filepath.Dir(systems.PluginBinary(t, "aws")))
	systems.PluginBinary(t, "minio")
	return v
}

// The project's own plugins, and where a run of one writes what memory it needed.
const (
	pluginVariable = "S3_CREDENTIALS_PLUGIN_TEST_MEASURED"
	peakVariable   = "S3_CREDENTIALS_PLUGIN_TEST_PEAK"
)

// measuredPlugins is a folder with plugins that run the project's own and measure them.
func measuredPlugins(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	folder := t.TempDir()
	for _, name := range []string{"aws", "minio"} {
		err = errors.Join(err, os.Symlink(self, filepath.Join(folder, host.Prefix+name)))
	}
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// measured runs the plugin of the project's own with the name that this one has.
func measured() {
	plugin := exec.Command(filepath.Join(os.Getenv(pluginVariable), filepath.Base(os.Args[0])))
	plugin.Stdin, plugin.Stdout, plugin.Stderr = os.Stdin, os.Stdout, os.Stderr
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM)
	if err := plugin.Start(); err != nil {
		os.Exit(1)
	}
	go measure(plugin.Process.Pid)
	_ = plugin.Wait() // the exit code says it
	os.Exit(plugin.ProcessState.ExitCode())
}

// measure writes down the most memory that a process has needed, as it grows: this process may be killed with it.
func measure(pid int) {
	for former := ""; ; time.Sleep(10 * time.Millisecond) {
		status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
		_, rest, _ := strings.Cut(string(status), "VmHWM:")
		peak, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
		if err != nil || peak == "" || peak == former {
			continue
		}
		former = peak
		file, err := os.OpenFile(os.Getenv(peakVariable), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err == nil {
			_, _ = file.WriteString(peak + "\n")
			_ = file.Close()
		}
	}
}
