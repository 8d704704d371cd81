package host

import (
	"bytes"
	"os"
	"strconv"
	"syscall"

	"github.com/hashicorp/go-plugin"
)

// killStrays ends processes that a plugin started outside its process group (setsid), after the plugin itself has ended.
// They are recognised by the variable in their environment that names the plugin's socket folder, which is unique. A
// process that cleared its environment is not found. One with a smaller number than the plugin's is not looked at, because
// it was started earlier (numbers start over only after millions of processes).
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

// isOf reports whether a process has the folder in its environment. Environments of other users cannot be read.
func isOf(pid int, folder string) bool {
	environ, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	return err == nil && bytes.Contains(append(environ, 0), []byte(plugin.EnvUnixSocketDir+"="+folder+"\x00"))
}
