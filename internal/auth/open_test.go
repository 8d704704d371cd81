//go:build !windows

package auth

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/cli"
)

func TestAFileThatOthersCanReadIsWarnedOf(t *testing.T) {
	for name, c := range map[string]struct {
		file, folder os.FileMode
		warned       bool
	}{
		"others": {0o604, 0o711, true}, "group": {0o640, 0o755, false}, "mine": {0o600, 0o755, false}, "in a folder of mine": {0o644, 0o700, false},
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
			var stderr strings.Builder
			o := Options{File: path}
			key, err := o.Read(&cli.Env{Stdin: cli.NewInput(strings.NewReader("")), Stderr: &stderr})
			if err != nil || key.AccessKeyID != "A" {
				t.Fatal(err)
			}
			if warned := strings.Contains(stderr.String(), "others can read the credentials file '"+path+"'"); warned != c.warned {
				t.Errorf("stderr is %q", stderr.String())
			}
		})
	}
}
