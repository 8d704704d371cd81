package systems

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

//go:embed requirements.txt
var requirements []byte

// Python is the path of the Python tool s3-credentials, installed from PyPI: the oracle for compatibility.
func Python(t testing.TB) string {
	t.Helper()
	venv, err := pythonVenv()
	if err != nil {
		missing(t, "python", err)
	}
	return filepath.Join(venv, "bin", "s3-credentials")
}

// pythonVenv is the virtual environment with moto and the Python tool, from the cache or made into it. It is made in
// its final place, since a virtual environment cannot be moved; the stamp written last says that it is whole.
func pythonVenv() (string, error) {
	sum := sha256.Sum256(requirements)
	dir, err := cacheDir("python", hex.EncodeToString(sum[:6]))
	if err != nil {
		return "", err
	}
	venv, stamp := filepath.Join(dir, "venv"), filepath.Join(dir, "installed.txt")
	err = locked("python", func() error {
		if have, err := os.ReadFile(stamp); err == nil && bytes.Equal(have, requirements) {
			return nil
		}
		return makeVenv(dir, venv, stamp)
	})
	return venv, err
}

func makeVenv(dir, venv, stamp string) error {
	if err := os.RemoveAll(venv); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := runTool(5*time.Minute, "python3", "-m", "venv", venv); err != nil {
		return fmt.Errorf("cannot make a Python virtual environment (on Debian: apt install python3-venv): %w", err)
	}
	list := filepath.Join(dir, "requirements.txt")
	if err := os.WriteFile(list, requirements, 0o600); err != nil {
		return err
	}
	pip := filepath.Join(venv, "bin", "pip")
	if _, err := runTool(15*time.Minute, pip, "install", "--quiet", "--requirement", list); err != nil {
		return fmt.Errorf("cannot install moto and s3-credentials from PyPI: %w", err)
	}
	return os.WriteFile(stamp, requirements, 0o600)
}
