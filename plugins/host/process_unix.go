//go:build !windows

package host

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"syscall"
)

// lifelines says whether a plugin can be handed an open file.
const lifelines = true

// setGroup gives the plugin a process group of its own: a Ctrl-C at the terminal is for the host, which ends the
// plugin itself, and what the plugin starts can be ended with it.
func setGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func terminate(cmd *exec.Cmd) { _ = syscall.Kill(cmd.Process.Pid, syscall.SIGTERM) }

func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// isOwn reports whether a file is this user's.
func isOwn(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Getuid()
}

// isGone reports whether there is no process of that number.
func isGone(pid int) bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }
