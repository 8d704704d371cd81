//go:build !windows

package stale_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/stale"
)

// runVariable makes this test binary a run that holds a file and a folder in the folder that it names, until it is killed.
const runVariable = "STALE_TEST_RUN"

func TestMain(m *testing.M) {
	if folder := os.Getenv(runVariable); folder != "" {
		run(folder)
		return
	}
	os.Exit(m.Run())
}

func run(folder string) {
	_, file, err := stale.Create(func() (string, error) { return makeFile(folder) })
	if err == nil {
		_, dir, dirErr := stale.Create(func() (string, error) { return makeFolder(folder) })
		fmt.Println("held", file != nil && dir != nil, dirErr)
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func makeFile(folder string) (string, error) {
	f, err := os.CreateTemp(folder, "temp-*")
	if err != nil {
		return "", err
	}
	return f.Name(), f.Close()
}

func makeFolder(folder string) (string, error) {
	path, err := os.MkdirTemp(folder, "temp-*")
	if err != nil {
		return "", err
	}
	return path, os.WriteFile(filepath.Join(path, "content"), nil, 0o600)
}

func isTemporary(name string, _ bool) bool { return strings.HasPrefix(name, "temp-") }

func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestOnlyWhatADeadRunLeftIsRemoved(t *testing.T) {
	folder := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), runVariable+"="+folder)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if line != "held true <nil>\n" {
		t.Fatalf("%q, %v", line, err)
	}
	if err := os.WriteFile(filepath.Join(folder, "other"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("other", filepath.Join(folder, "temp-link")); err != nil {
		t.Fatal(err)
	}
	before := names(t, folder)
	stale.Sweep(folder, isTemporary)
	if after := names(t, folder); len(before) != 4 || !slices.Equal(before, after) {
		t.Errorf("a living run has %v of %v", after, before)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	stale.Sweep(folder, isTemporary)
	if after := names(t, folder); !slices.Equal(after, []string{"other", "temp-link"}) {
		t.Errorf("after the run was killed there are %v", after)
	}
}

// TestWhatIsBeingMadeIsNotSwept sweeps while files are made: each that Create returns has to stay.
func TestWhatIsBeingMadeIsNotSwept(t *testing.T) {
	folder := t.TempDir()
	stop := make(chan struct{})
	var sweeper sync.WaitGroup
	sweeper.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				stale.Sweep(folder, isTemporary)
			}
		}
	})
	for range 500 {
		path, lock, err := stale.Create(func() (string, error) { return makeFile(folder) })
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); err != nil {
			t.Errorf("it is gone: %v", err)
		}
		lock.Close()
	}
	close(stop)
	sweeper.Wait()
}
