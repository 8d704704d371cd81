package systems

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// cacheVariable names the variable with the folder for what is built or installed once.
const cacheVariable = "S3_CREDENTIALS_CACHE"

// cacheDir creates a folder of the cache. The cache is outside of the clone, and on a disk: /tmp may be memory.
func cacheDir(parts ...string) (string, error) {
	base := os.Getenv(cacheVariable)
	if base == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("no folder to cache in, set %s: %w", cacheVariable, err)
		}
		base = filepath.Join(user, "s3-credentials")
	}
	base, err := filepath.Abs(base)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(append([]string{base}, parts...)...)
	return dir, os.MkdirAll(dir, 0o700)
}

// locked calls do while it holds the lock of that name, which all test processes share.
func locked(name string, do func() error) error {
	dir, err := cacheDir("locks")
	if err != nil {
		return err
	}
	unlock, err := lockedfile.MutexAt(filepath.Join(dir, name)).Lock()
	if err != nil {
		return fmt.Errorf("cannot lock the cache: %w", err)
	}
	defer unlock()
	return do()
}

// runDir creates an empty folder for one server's data.
func runDir(name string) (string, error) {
	base, err := cacheDir("run")
	if err != nil {
		return "", err
	}
	removeStale(base)
	return os.MkdirTemp(base, fmt.Sprintf("%s-%d-", name, os.Getpid()))
}

// removeStale removes old folders of test processes that were killed together with their guards.
func removeStale(base string) {
	dirs, _ := os.ReadDir(base)
	for _, dir := range dirs {
		parts := strings.Split(dir.Name(), "-") // NAME-PID-RANDOM
		pid, err := strconv.Atoi(parts[max(0, len(parts)-2)])
		info, infoErr := dir.Info()
		if err == nil && infoErr == nil && !alive(pid) && time.Since(info.ModTime()) > time.Hour {
			os.RemoveAll(filepath.Join(base, dir.Name()))
		}
	}
}

func alive(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

// moduleRoot is the folder with go.mod, a parent of the working folder.
var moduleRoot = sync.OnceValues(func() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod above the tests' folder: run the tests in a clone")
		}
		dir = parent
	}
})
