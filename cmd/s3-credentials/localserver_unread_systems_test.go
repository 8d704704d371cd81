//go:build systems

package main

import (
	"crypto/rand"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// unreadRequests have more log lines than fit into a pipe and among the messages that wait for a reader.
const unreadRequests = 4000

// TestLocalserverAnswersAndEndsThoughNobodyReadsItsLog lets the pipe of standard error run full.
func TestLocalserverAnswersAndEndsThoughNobodyReadsItsLog(t *testing.T) {
	system := systems.Moto(t)
	bucket := "unread-" + strings.ToLower(rand.Text()[:8])
	k := &killed{T: t, direct: system, backend: "aws"}
	if stderr, code := k.tool(system, "create", bucket, "-c", "-d", "15m"); code != 0 {
		t.Fatal(stderr)
	}
	t.Run("and reads on", func(t *testing.T) {
		server := startUnread(t, system, bucket)
		server.get(t, unreadRequests)
		close(server.resume)
		if stderr := server.terminate(t); !strings.Contains(stderr, " messages were dropped: nobody read standard error)\n") {
			t.Errorf("nothing says that messages were dropped: %.200s", stderr)
		}
	})
	t.Run("never", func(t *testing.T) {
		server := startUnread(t, system, bucket)
		defer close(server.resume)
		server.get(t, unreadRequests)
		if err := server.command.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if state, err := server.command.Process.Wait(); err != nil || !state.Success() {
			t.Errorf("it ended with %v, %v", state, err)
		}
		if left, err := filepath.Glob(filepath.Join(server.runtime, "*")); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	})
}

func startUnread(t *testing.T, system *systems.System, bucket string) *localserverProcess {
	t.Helper()
	p := &localserverProcess{runtime: t.TempDir(), read: make(chan struct{}), resume: make(chan struct{})}
	p.start(t, system, bucket, "--backend", "aws", "-d", "15m", "--port", "0")
	return p
}

// get asks for the credentials that often.
func (p *localserverProcess) get(t *testing.T, times int) {
	t.Helper()
	client := &http.Client{Timeout: patience}
	for range times {
		response, err := client.Get(p.url)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Fatal(response.Status)
		}
	}
}
