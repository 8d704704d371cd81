package host

import (
	"io/fs"
	"os/exec"
	"syscall"
)

// lifelines says whether a plugin can be handed an open file.
const lifelines = false

// setGroup keeps a Ctrl-C at the terminal from the plugin: the host ends it itself.
func setGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// terminate does nothing: there is no polite way to end a process without a console of its own.
func terminate(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

// isOwn reports whether a file is this user's. It says no: folders are not swept here, where sockets are not used.
func isOwn(fs.FileInfo) bool { return false }

// isGone reports whether there is no process of that number.
func isGone(int) bool { return false }
