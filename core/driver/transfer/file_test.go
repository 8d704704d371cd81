package transfer_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// state is a folder's only file: its content and permissions.
func state(t *testing.T, folder string) (string, fs.FileMode) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Fatalf("the folder has %v, %v", entries, err)
	}
	path := filepath.Join(folder, entries[0].Name())
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content), info.Mode().Perm()
}

func TestAFileIsReplacedAsAWholeOrNotAtAll(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "file")
	if err := os.WriteFile(path, []byte("former"), 0o640); err != nil {
		t.Fatal(err)
	}
	for _, commit := range []bool{false, true} {
		r, err := transfer.NewReplacement(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.WriteString("new"); err != nil {
			t.Fatal(err)
		}
		want := "former"
		if commit {
			want = "new"
			if err := r.Commit(); err != nil {
				t.Fatal(err)
			}
		}
		r.Discard()
		if content, mode := state(t, folder); content != want || mode != 0o640 {
			t.Errorf("the file has %q with %v, want %q", content, mode, want)
		}
	}
}

func TestWhatCannotBeReplacedIsRefused(t *testing.T) {
	folder := t.TempDir()
	for _, path := range []string{folder, filepath.Join(folder, "missing", "file")} {
		if _, err := transfer.NewReplacement(path); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("%s: got %v", path, err)
		}
	}
	path := filepath.Join(folder, "file")
	r, err := transfer.NewReplacement(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o700); err != nil { // which came into being meanwhile
		t.Fatal(err)
	}
	if err := r.Commit(); !errors.Is(err, fault.InvalidArgument) {
		t.Errorf("got %v", err)
	}
	r.Discard()
	if entries, _ := os.ReadDir(folder); len(entries) != 1 {
		t.Errorf("left over: %v", entries)
	}
}
