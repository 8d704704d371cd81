package systems

import (
	"path/filepath"
	"testing"
	"time"
)

// PythonPlugin is the path of the plugin of examples/python, built by its own script into the cache.
func PythonPlugin(t testing.TB) string {
	t.Helper()
	path, err := pythonPlugin()
	if err != nil {
		missing(t, "python", err)
	}
	return path
}

func pythonPlugin() (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	dir, err := cacheDir("python", "plugin")
	if err != nil {
		return "", err
	}
	err = locked("python", func() error {
		_, err := runTool(15*time.Minute, filepath.Join(root, "examples", "python", "build"), dir)
		return err
	})
	return filepath.Join(dir, "bin", "s3-credentials-backend-folder"), err
}
