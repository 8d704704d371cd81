//go:build systems

package systems

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// childVariable makes this test binary the child of TestEndsWithItsProcess: it starts a system and waits.
const childVariable = "SYSTEMS_TEST_CHILD"

func TestMain(m *testing.M) {
	if name := os.Getenv(childVariable); name != "" {
		os.Exit(child(name))
	}
	Main(m)
}

func child(name string) int {
	system, _, err := Start(name)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println(system.EndpointURL)
	time.Sleep(time.Hour) // it is killed before
	return 0
}

// A system ends with its process, even when that is killed and cannot clean up.
func TestEndsWithItsProcess(t *testing.T) {
	for _, name := range []string{"sandbox", "minio", "ceph"} {
		t.Run(name, func(t *testing.T) {
			if name == "ceph" {
				Ceph(t) // where it is missing, the test is skipped by name
			}
			command := exec.Command(os.Args[0])
			command.Env = append(os.Environ(), childVariable+"="+name)
			out, err := command.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			endpoint, err := bufio.NewReader(out).ReadString('\n')
			endpoint = strings.TrimSpace(endpoint)
			if err != nil || !strings.HasPrefix(endpoint, "http://") {
				t.Fatalf("the child said %q (%v)", endpoint, err)
			}
			if err := answers(endpoint); err != nil {
				t.Fatalf("it does not run: %v", err)
			}
			if err := command.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = command.Wait() // it was killed, and says so
			until(t, "the server ends", func() bool { return answers(endpoint) != nil })
			until(t, "its files are removed", func() bool { return len(filesOf(t, command.Process.Pid)) == 0 })
		})
	}
}

// A container whose guard was killed too is removed by the next run.
func TestReapsWhatWasLeft(t *testing.T) {
	e, err := findEngine()
	if err != nil {
		t.Fatal(err)
	}
	if e == nil {
		t.Skip("no container engine answers, so that no container can be left")
	}
	image, err := minioImage(*e)
	if err != nil {
		t.Fatal(err)
	}
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	mark, err := label()
	if err != nil {
		t.Fatal(err)
	}
	left, ours := fmt.Sprintf("%s%d-left", namePrefix, gone.Process.Pid), containerName()
	for _, name := range []string{left, ours} {
		if _, err := e.run(time.Minute, append(append([]string{"create", "--name", name}, mark...), image)...); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _, _ = e.run(time.Minute, "rm", "--force", "--volumes", name) }) // it may be gone
	}
	if err := e.reap(); err != nil {
		t.Fatal(err)
	}
	names, err := e.run(time.Minute, "ps", "--all", "--format", "{{.Names}}")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(names, left) || !strings.Contains(names, ours) {
		t.Errorf("after reaping there are: %s", names)
	}
}

// A server that ends at once is reported with what it said, not waited for.
func TestServerThatEnds(t *testing.T) {
	dir := t.TempDir()
	server, err := startProcess(dir, os.Environ(), nil, "sh", "-c", "echo no luck today; exit 3")
	if err != nil {
		t.Fatal(err)
	}
	log := server.log
	begun := time.Now()
	err = server.ready(func() error { return errors.New("no answer") })
	if !errors.Is(err, errEnded) || !strings.Contains(err.Error(), "no luck today") || time.Since(begun) > readyWithin/2 {
		t.Errorf("after %s: %v", time.Since(begun), err)
	}
	if _, err := os.Stat(filepath.Dir(log.Name())); err == nil {
		t.Error("its folder is still there")
	}
}

func TestMissingSystemMayBeSkippedByName(t *testing.T) {
	for list, skipped := range map[string]bool{"": false, "moto": false, "minio": true, "moto,minio": true} {
		t.Setenv(allowSkip, list)
		var inner *testing.T
		t.Run("allowed: "+list, func(t *testing.T) {
			if !skipped {
				return // missing would fail this very test
			}
			inner = t
			missing(t, "minio", errors.New("for this test"))
		})
		if skipped != (inner != nil && inner.Skipped()) {
			t.Errorf("with %q: skipped is %v", list, !skipped)
		}
	}
}

func answers(endpoint string) error {
	client := http.Client{Timeout: 2 * time.Second}
	defer client.CloseIdleConnections()
	response, err := client.Get(endpoint)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

func filesOf(t *testing.T, pid int) []string {
	t.Helper()
	base, err := cacheDir("run")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, dir := range []string{base, os.TempDir()} {
		found, err := filepath.Glob(filepath.Join(dir, fmt.Sprintf("*-%d-*", pid)))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	return files
}

func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	for !done() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestRemovesOldFoldersOfTheDead(t *testing.T) {
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	base, old := t.TempDir(), time.Now().Add(-2*time.Hour)
	for name, removed := range map[string]bool{
		fmt.Sprintf("moto-%d-1", gone.Process.Pid): true, fmt.Sprintf("moto-%d-2", os.Getpid()): false, "something": false,
	} {
		dir := filepath.Join(base, name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(dir, old, old); err != nil {
			t.Fatal(err)
		}
		removeStale(base)
		if _, err := os.Stat(dir); (err != nil) != removed {
			t.Errorf("%s: removed is %v", name, !removed)
		}
	}
}
