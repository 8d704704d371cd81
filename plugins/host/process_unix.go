//go:build !windows

package host

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// lifelines is true where a plugin can inherit an open file.
const lifelines = true

// privateAddress says what the address in a handshake has to be.
const privateAddress = "the absolute path of a unix socket in the folder that PLUGIN_UNIX_SOCKET_DIR names"

// isPrivate reports whether a plugin may listen on the address: on a unix socket, whose folder decides who may connect. One
// without a path ("@name") is open to everybody, as is a TCP port.
func isPrivate(network, address string) bool { return network == "unix" && filepath.IsAbs(address) }

// setGroup gives the plugin its own process group. Ctrl-C at the terminal then reaches only the host, and the host can
// kill the plugin's children with it.
func setGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func terminate(cmd *exec.Cmd) { _ = syscall.Kill(cmd.Process.Pid, syscall.SIGTERM) }

func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// isOwn reports whether this user owns a file.
func isOwn(info fs.FileInfo) bool {
	owner, ok := ownerOf(info)
	return ok && owner == os.Getuid()
}

// isGone reports whether no process has the id.
func isGone(pid int) bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }
