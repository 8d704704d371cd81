package systems

import (
	"fmt"
	"os/exec"
	"testing"
)

// Program is the path of an operating system's program that tests run, such as a shell.
func Program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, name, fmt.Errorf("it is not on the PATH; on Debian: apt install %s", name))
	}
	return path
}
