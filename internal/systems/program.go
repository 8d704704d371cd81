package systems

import (
	"fmt"
	"os/exec"
	"testing"
)

// Program is the path of a program that the tests run and that comes with the operating system, such as a shell.
func Program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, name, fmt.Errorf("it is not on the PATH; on Debian: apt install %s", name))
	}
	return path
}
