package systems

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
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

// GoProgram is the path of a program that nobody publishes for Debian. It is built from its package, as in
// "example.com/program@v1.0.0", once for all runs. It is run, never linked.
func GoProgram(t testing.TB, pkg string) string {
	t.Helper()
	module, version, _ := strings.Cut(pkg, "@")
	name := path.Base(module)
	binary, err := installed(pkg, name, version)
	if err != nil {
		missing(t, name, err)
	}
	return binary
}

func installed(pkg, name, version string) (string, error) {
	dir, err := cacheDir(name, version)
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, name)
	err = locked("go-install", func() error {
		if _, err := os.Stat(binary); !errors.Is(err, os.ErrNotExist) {
			return err
		}
		env := append(os.Environ(), "GOBIN="+dir, "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
		if _, err := runToolEnv(buildWithin, env, "go", "install", pkg); err != nil {
			return fmt.Errorf("cannot build %s: %w", pkg, err)
		}
		return nil
	})
	return binary, err
}
