package systems

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

//go:embed requirements.txt
var requirements []byte

// Python is the path of the Python tool s3-credentials, installed from PyPI: the reference for compatibility.
func Python(t testing.TB) string {
	t.Helper()
	venv, err := pythonVenv()
	if err != nil {
		missing(t, "python", err)
	}
	return filepath.Join(venv, "bin", "s3-credentials")
}

// ServiceModels is the folder of botocore, which moto brings along, with AWS's models of its services.
func ServiceModels(t testing.TB) string {
	t.Helper()
	venv, err := pythonVenv()
	if err != nil {
		missing(t, "python", err)
	}
	found, err := filepath.Glob(filepath.Join(venv, "lib", "python3*", "site-packages", "botocore", "data"))
	if err != nil || len(found) != 1 {
		t.Fatalf("botocore's models in %s: %v %v", venv, found, err)
	}
	return found[0]
}

// pythonVenv is the cached virtual environment with moto and the Python tool. It is created in its final place, since a
// virtual environment cannot be moved; a stamp, written last, marks it as complete.
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
	if err := os.RemoveAll(venv); err != nil {
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

// PythonPlugin is the path of the plugin of examples/python. Its own script builds it into the cache.
func PythonPlugin(t testing.TB) string { return pythonPlugin(t, "plugin", "") }

// ReleasedPlugin is the path of the same plugin, generated from the contract as it was last released.
func ReleasedPlugin(t testing.TB) string {
	return pythonPlugin(t, "plugin-released", filepath.Join("plugins", "proto", "released", "v1.binpb"))
}

func pythonPlugin(t testing.TB, folder, contract string) string {
	t.Helper()
	path, err := buildPythonPlugin(folder, contract)
	if err != nil {
		missing(t, "python", err)
	}
	return path
}

// buildPythonPlugin builds it from a compiled contract, or, without one, from its source.
func buildPythonPlugin(folder, contract string) (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	dir, err := cacheDir("python", folder)
	if err != nil {
		return "", err
	}
	err = locked("python", func() error {
		env := os.Environ()
		if contract != "" {
			env = append(env, "CONTRACT="+filepath.Join(root, contract))
		}
		_, err := runToolEnv(15*time.Minute, env, filepath.Join(root, "examples", "python", "build"), dir)
		return err
	})
	return filepath.Join(dir, "bin", "s3-credentials-backend-folder"), err
}
