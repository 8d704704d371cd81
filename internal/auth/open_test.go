//go:build !windows

package auth

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/s3-credentials/s3-credentials/internal/cli"
)

func TestAFileThatOthersCanReadIsWarnedOf(t *testing.T) {
	for name, c := range map[string]struct {
		file, folder os.FileMode
		owner        int
		warned       string
	}{
		"others": {0o604, 0o711, -1, "chmod 600"}, "group": {0o640, 0o755, -1, ""}, "mine": {0o600, 0o755, -1, ""},
		"in a folder of mine": {0o644, 0o700, -1, ""}, "of another user": {0o600, 0o755, 1001, "chown and chmod 600"},
	} {
		t.Run(name, func(t *testing.T) {
			folder, err := os.MkdirTemp("/tmp", "auth-")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.RemoveAll(folder) })
			path := filepath.Join(folder, "key.json")
			if err := os.WriteFile(path, []byte(`{"AccessKeyId": "A", "SecretAccessKey": "S"}`), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.file); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(folder, c.folder); err != nil {
				t.Fatal(err)
			}
			if err := os.Chown(path, c.owner, -1); errors.Is(err, fs.ErrPermission) {
				t.Skip("only root can give a file to another user")
			} else if err != nil {
				t.Fatal(err)
			}
			var stderr strings.Builder
			o := Options{File: path}
			key, err := o.Read(&cli.Env{Stdin: cli.NewInput(strings.NewReader("")), Stderr: &stderr})
			if err != nil || key.AccessKeyID != "A" {
				t.Fatal(err)
			}
			warning := "others can read the credentials file '" + path + "'; make it yours alone with " + c.warned + "\n"
			if got := stderr.String(); c.warned == "" && got != "" || c.warned != "" && !strings.HasSuffix(got, warning) {
				t.Errorf("stderr is %q", got)
			}
		})
	}
}

// TestWhoseFileIsForeign needs no root.
func TestWhoseFileIsForeign(t *testing.T) {
	for _, c := range []struct {
		owner   uint32
		user    int
		foreign bool
	}{{0, 0, false}, {0, 1000, false}, {1000, 1000, false}, {1000, 0, true}, {1001, 1000, true}} {
		info, err := fstest.MapFS{"key": {Sys: &syscall.Stat_t{Uid: c.owner}}}.Stat("key")
		if err != nil {
			t.Fatal(err)
		}
		if got := isForeign(info, c.user); got != c.foreign {
			t.Errorf("a file of %d is foreign to %d: %v", c.owner, c.user, got)
		}
	}
}
