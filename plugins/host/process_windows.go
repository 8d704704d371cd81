package host

import (
	"io/fs"
	"net/netip"
	"os/exec"
	"syscall"
)

// lifelines is true where a plugin can inherit an open file.
const lifelines = false

// privateAddress says what the address in a handshake has to be.
const privateAddress = "an address and port of tcp on loopback"

// isPrivate reports whether a plugin may listen on the address. Certificates protect the connection.
func isPrivate(network, address string) bool {
	at, err := netip.ParseAddrPort(address)
	return network == "tcp" && err == nil && at.Addr().IsLoopback()
}

// setGroup keeps Ctrl-C at the terminal from the plugin, which the host ends.
func setGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// terminate does nothing: Windows cannot signal a process without its own console.
func terminate(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

// isOwn is false: there are no socket folders to remove on Windows.
func isOwn(fs.FileInfo) bool { return false }

// isGone is false for the same reason.
func isGone(int) bool { return false }
