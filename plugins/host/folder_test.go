//go:build !windows

package host_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// TestFoldersOfDeadHostsAreSwept starts a plugin beside folders of hosts that were killed, and of some that were not.
func TestFoldersOfDeadHostsAreSwept(t *testing.T) {
	dir := privateTemp(t)
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	gone, here := dead.ProcessState.Pid(), os.Getppid()
	folder := func(age time.Duration, format string, args ...any) string {
		path := filepath.Join(dir, fmt.Sprintf(format, args...))
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(path, "socket"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		then := time.Now().Add(-age)
		if err := os.Chtimes(path, then, then); err != nil {
			t.Fatal(err)
		}
		return path
	}
	stale := folder(time.Hour, "s3-credentials-%d-1", gone)
	kept := []string{
		folder(0, "s3-credentials-%d-2", gone), folder(time.Hour, "s3-credentials-%d-3", here),
		folder(time.Hour, "s3-credentials-mine-%d", gone), folder(time.Hour, "other-%d-4", gone),
	}
	launch(t, "fine", host.Options{})
	eventually(t, "the folder of a dead host is still there", func() bool {
		_, err := os.Stat(stale)
		return os.IsNotExist(err)
	})
	for _, path := range kept {
		if _, err := os.Stat(filepath.Join(path, "socket")); err != nil {
			t.Errorf("%s was swept: %v", path, err)
		}
		_ = os.RemoveAll(path)
	}
}
