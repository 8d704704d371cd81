package host

import (
	"bytes"
	"os"
	"strconv"
	"syscall"

	"github.com/hashicorp/go-plugin"
)

// killStrays ends what a plugin started and took out of its process group (setsid). Its environment tells whose it is:
// the folder for the socket has a name that no other plugin's has. What also cleared its environment is not found, nor
// is anything whose number is smaller than the plugin's, as it was there before (numbers start over every few million
// processes). It is called when the plugin itself has ended.
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

// isOf reports whether a process has the folder in its environment. Those of other users cannot be read.
func isOf(pid int, folder string) bool {
	environ, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	return err == nil && bytes.Contains(append(environ, 0), []byte(plugin.EnvUnixSocketDir+"="+folder+"\x00"))
}
