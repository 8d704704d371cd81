//go:build !windows

package host_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/go-plugin"

	"github.com/s3-credentials/s3-credentials/internal/wire"
)

// TestAPluginWhoseHostIsGoneAtItsHandshakeRemovesItsSocket starts a plugin as a host does that is killed right afterwards:
// nobody reads the handshake any more.
func TestAPluginWhoseHostIsGoneAtItsHandshakeRemovesItsSocket(t *testing.T) {
	folder := filepath.Join(privateTemp(t), "socket")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	stdoutReader, stdout, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	lifeline, host, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program(t, "fine"))
	cmd.Env = append(os.Environ(), wire.Handshake.MagicCookieKey+"="+wire.Handshake.MagicCookieValue,
		"PLUGIN_PROTOCOL_VERSIONS=1", plugin.EnvUnixSocketDir+"="+folder, wire.EnvLifeline+"=3")
	cmd.Stdout, cmd.ExtraFiles = stdout, []*os.File{lifeline}
	if err := errors.Join(stdoutReader.Close(), cmd.Start(), stdout.Close(), lifeline.Close(), host.Close()); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	_ = cmd.Wait()
	if !cmd.ProcessState.Exited() {
		t.Errorf("the plugin ended by a %s", cmd.ProcessState)
	}
	if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its folder is still there: %v", err)
	}
}
