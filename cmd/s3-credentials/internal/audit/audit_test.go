//go:build !windows

package audit

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

func open(t *testing.T, path string) *Log {
	t.Helper()
	log, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(log.Close)
	return log
}

func add(t *testing.T, log *Log, name string) {
	t.Helper()
	if err := log.Append(orderedjson.Object{{Name: "run", Value: name}}); err != nil {
		t.Error(err)
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestLinesAreAppended(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	add(t, open(t, path), "one\n")
	add(t, open(t, path), "two")
	if got := content(t, path); got != "{\"run\": \"one\\n\"}\n{\"run\": \"two\"}\n" {
		t.Errorf("%q", got)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestALineThatWasCutShortIsEnded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte(`{"run": "on`), 0o600); err != nil {
		t.Fatal(err)
	}
	earlier := time.Now().Add(-time.Minute)
	if err := os.Chtimes(path, earlier, earlier); err != nil {
		t.Fatal(err)
	}
	add(t, open(t, path), "two")
	if got := content(t, path); got != "{\"run\": \"on\n{\"run\": \"two\"}\n" {
		t.Errorf("%q", got)
	}
}

func TestARenamedLogGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	log := open(t, path)
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	add(t, log, "one")
	if got := content(t, path+".1"); !strings.Contains(got, "one") {
		t.Errorf("%q", got)
	}
}

func TestWhatIsNoLog(t *testing.T) {
	folder := t.TempDir()
	pipe := filepath.Join(folder, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	reader, err := os.OpenFile(filepath.Join(folder, "pipe"), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	unread := filepath.Join(folder, "unread")
	if err := syscall.Mkfifo(unread, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{folder, pipe, unread, "/dev/null", filepath.Join(folder, "none", "log")} {
		log, err := Open(path)
		if err == nil || !strings.HasPrefix(err.Error(), "cannot write to the audit log '"+path+"': ") {
			t.Errorf("%s: %v, %v", path, log, err)
		}
	}
}

func TestAFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	log := &Log{full, "log"}
	defer log.Close()
	if err := log.Append(orderedjson.Object{}); err == nil || err.Error() != "cannot write to the audit log 'log': no space left on device" {
		t.Errorf("%v", err)
	}
}

func TestLinesOfSeveralRunsAreNotMixed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	var group sync.WaitGroup
	for run := range 8 {
		group.Go(func() {
			log, err := Open(path)
			if err != nil {
				t.Error(err)
				return
			}
			defer log.Close()
			for range 20 {
				add(t, log, strings.Repeat(fmt.Sprint(run), 10_000))
			}
		})
	}
	group.Wait()
	lines := strings.Split(strings.TrimSuffix(content(t, path), "\n"), "\n")
	if len(lines) != 160 {
		t.Errorf("%d lines", len(lines))
	}
	for _, line := range lines {
		if want := fmt.Sprintf(`{"run": "%s"}`, strings.Repeat(line[9:10], 10_000)); line != want {
			t.Errorf("a mixed line of %d bytes", len(line))
		}
	}
}
