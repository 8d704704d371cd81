package systems

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// PluginBinary is the path of the built plugin cmd/s3-credentials-backend-NAME.
func PluginBinary(t testing.TB, name string) string {
	t.Helper()
	return Binary(t, "s3-credentials-backend-"+name)
}

// Binary is the path of the program cmd/NAME, built from the current source. Every test process has its own copies, all
// in one folder that is removed when the process ends.
func Binary(t testing.TB, name string) string {
	t.Helper()
	path, err := builtBinary(name)
	if err != nil {
		t.Fatalf("build cmd/%s: %v", name, err)
	}
	return path
}

var binaries struct {
	sync.Mutex
	dir   string
	built map[string]string
}

func builtBinary(name string) (string, error) {
	binaries.Lock()
	defer binaries.Unlock()
	if path, ok := binaries.built[name]; ok {
		return path, nil
	}
	if err := makeBinaryDir(); err != nil {
		return "", err
	}
	path := filepath.Join(binaries.dir, name)
	if err := build(name, path); err != nil {
		return "", err
	}
	binaries.built[name] = path
	return path, nil
}

// guardDir: $1 is the folder to remove at the end.
const guardDir = `
read -r _
rm -rf "$1"
`

func makeBinaryDir() error {
	if binaries.dir != "" {
		return nil
	}
	dir, err := runDir("bin")
	if err != nil {
		return err
	}
	if _, err := startGuard(guardDir, os.Environ(), nil, nil, dir); err != nil {
		return err
	}
	binaries.dir, binaries.built = dir, map[string]string{}
	return nil
}

// coverVariable names the folder for the coverage of programs that tests start. "go test" uses another folder for the
// tests themselves, and removes it.
const coverVariable = "S3_CREDENTIALS_TEST_COVER"

func init() {
	if dir := os.Getenv(coverVariable); dir != "" {
		os.Setenv("GOCOVERDIR", dir) //nolint:errcheck // it fails for invalid names only
	}
}

// build builds in a folder that all test processes share, so that go relinks only what changed. It copies the result,
// because another process may rebuild it at any moment.
func build(name, path string) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	dir, err := cacheDir("build", buildTags)
	if err != nil {
		return err
	}
	return locked("build", func() error {
		built := filepath.Join(dir, name)
		args := []string{"-C", root, "build", "-tags", buildTags, "-o", built}
		if os.Getenv(coverVariable) != "" {
			args = append(args, "-cover", "-covermode", "atomic", "-coverpkg", "./...")
		}
		_, err := runTool(15*time.Minute, "go", append(args, "./cmd/"+name)...)
		if err != nil {
			return err
		}
		return copyProgram(built, path)
	})
}

// copyProgram does not hold the program in memory: a process starts with its parent's peak memory as its own, which would
// hide what make bench measures.
func copyProgram(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o700)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
