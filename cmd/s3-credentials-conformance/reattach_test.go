package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/wire"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// TestRunningPlugin runs the suite on a plugin that somebody started, for example in a debugger: one process with one
// open backend, although checks open several.
func TestRunningPlugin(t *testing.T) {
	h := newHub(t)
	t.Setenv(host.EnvReattach, fmt.Sprintf(`{"honest": {"network": "unix", "address": %q}}`, running(t, h, "honest")))
	result, r := inJSON(t, h, "honest", "--plugin", "honest", "--quick")
	if r.code != cli.ExitDone || result.Summary[passed] < 50 || result.Summary[failed]+result.Summary[mismatch] != 0 {
		t.Errorf("exit code %d, %v, %s\n%s\n%s", r.code, result.Summary, r.stderr, messagesOf(result, failed), messagesOf(result, mismatch))
	}
	if r := onHub(t, h, "honest", "--plugin", "/no/such/s3-credentials-backend-honest", "--run", "^keys/"); r.code != cli.ExitDone {
		t.Errorf("a path gave %+v", r)
	}
	requireEmpty(t, h)
	if r := onHub(t, h, "honest", "--plugin", "another"); r.code != cli.ExitFailed || !strings.Contains(r.stdout, "another") {
		t.Errorf("a plugin that does not run gave %+v", r)
	}
}

// running starts a plugin by hand and returns its socket.
func running(t *testing.T, h *hub, name string) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "running")
	if err != nil {
		t.Fatal(err)
	}
	plugin := exec.Command(program(t, name))
	plugin.Env = append(os.Environ(), "TMPDIR="+folder, hubVariable+"="+h.socket,
		wire.Handshake.MagicCookieKey+"="+wire.Handshake.MagicCookieValue)
	stdout, err := plugin.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := plugin.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = plugin.Process.Kill()
		_ = plugin.Wait() // it was killed
		_ = os.RemoveAll(folder)
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	parts := strings.Split(line, "|")
	if err != nil || len(parts) < 5 {
		t.Fatalf("the plugin said %q: %v", line, err)
	}
	return parts[3]
}
