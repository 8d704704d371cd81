package host

import (
	"bytes"
	"os"
	"strconv"
	"syscall"

	"github.com/hashicorp/go-plugin"
)

// killStrays kills processes that a plugin started outside its process group (setsid), after the plugin has ended. It
// recognizes them by the plugin's unique socket folder in their environment, so it misses a process that cleared its
// environment. It skips process ids below the plugin's: those started earlier (ids wrap only after millions of processes).
func killStrays(plugin int, folder string) {
	for _, pid := range strays(plugin, folder) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

func strays(after int, folder string) []int {
	proc, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	names, err := proc.Readdirnames(-1)
	_ = proc.Close()
	if err != nil {
		return nil
	}
	var found []int
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil && pid > after && isOf(pid, folder) {
			found = append(found, pid)
		}
	}
	return found
}

// isOf reports whether a process has the folder in its environment. Environments of other users are unreadable.
func isOf(pid int, folder string) bool {
	environ, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	return err == nil && bytes.Contains(append(environ, 0), []byte(plugin.EnvUnixSocketDir+"="+folder+"\x00"))
}
