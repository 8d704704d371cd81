package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// stuckWriter blocks each write until it is released.
type stuckWriter struct {
	began   chan struct{}
	release chan struct{}
	mu      sync.Mutex
	text    bytes.Buffer
	once    sync.Once
}

func newStuckWriter() *stuckWriter {
	return &stuckWriter{began: make(chan struct{}), release: make(chan struct{})}
}

func (s *stuckWriter) Write(p []byte) (int, error) {
	s.once.Do(func() { close(s.began) })
	<-s.release
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func TestMessagesThatNobodyReadsAreDroppedAndCounted(t *testing.T) {
	stuck := newStuckWriter()
	d := newDroppingWriter(stuck)
	fmt.Fprintln(d, "first")
	<-stuck.began
	for i := range maxPending + 7 {
		fmt.Fprintf(d, "message %d\n", i)
	}
	close(stuck.release)
	d.close(time.Hour)
	lines := strings.Split(strings.TrimSuffix(stuck.text.String(), "\n"), "\n")
	if len(lines) != 1+maxPending+1 || lines[1] != "message 0" || lines[maxPending] != fmt.Sprintf("message %d", maxPending-1) {
		t.Fatalf("got %d lines, the last ones %q", len(lines), lines[len(lines)-2:])
	}
	if got := lines[len(lines)-1]; got != "(7 messages were dropped: nobody read standard error)" {
		t.Errorf("got %q", got)
	}
}

// TestTheNumberOfDroppedMessagesStandsInTheirPlace writes on after messages were dropped.
func TestTheNumberOfDroppedMessagesStandsInTheirPlace(t *testing.T) {
	d := &droppingWriter{wake: make(chan struct{}, 1)}
	for range maxPending + 2 {
		fmt.Fprintln(d, "old")
	}
	d.take()
	fmt.Fprintln(d, "new")
	batch, _ := d.take()
	if got := string(bytes.Join(batch, nil)); got != "(2 messages were dropped: nobody read standard error)\nnew\n" {
		t.Errorf("got %q", got)
	}
}

// TestACommandThatKeepsRunningIsNotHeldUpByItsMessages fills the pipe of standard error that nobody reads.
func TestACommandThatKeepsRunningIsNotHeldUpByItsMessages(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	app := newTestApp(t, func(env *Env) error {
		for range 1 << 10 {
			env.Step("%s", strings.Repeat("x", 1<<10)) // 1 MiB, more than a pipe holds
		}
		return Failure("it failed")
	})
	app.Commands[0].KeepsRunning = true
	app.Stderr = w
	if code := app.Main(t.Context(), []string{"show", "b"}); code != ExitFailed {
		t.Errorf("exit code %d", code)
	}
	go io.Copy(io.Discard, r) //nolint:errcheck // lets the writer in the background end
}
