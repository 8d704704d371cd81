//go:build !windows

package cli

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// terminalPair is a terminal, and the other end of it, where a person would sit.
func terminalPair(t *testing.T) (tty, person *os.File) {
	t.Helper()
	person, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { person.Close(); tty.Close() })
	return tty, person
}

func envOn(in io.Reader, out io.Writer) *Env {
	return &Env{Stdin: NewInput(in), Stderr: out, App: &App{Stderr: out}}
}

func TestConfirm(t *testing.T) {
	for typed, want := range map[string]error{
		"y\n": nil, "Y\n": nil, " yes \n": nil, "n\n": ErrDeclined, "\n": ErrDeclined, "yesterday\n": ErrDeclined, "\x04": ErrDeclined, "y\x04\x04": ErrDeclined,
	} {
		tty, person := terminalPair(t)
		if _, err := person.WriteString(typed); err != nil {
			t.Fatal(err)
		}
		if err := envOn(tty, tty).Confirm(t.Context(), "Delete it?"); err != want {
			t.Errorf("%q: got %v, want %v", typed, err, want)
		}
	}
}

func TestConfirmEndsWithTheRun(t *testing.T) {
	tty, _ := terminalPair(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	if err := envOn(tty, &out).Confirm(ctx, "Delete \x1b[31mit?"); err != ErrDeclined {
		t.Errorf("got %v", err)
	}
	if got := out.String(); strings.Contains(got, "\x1b") || !strings.HasSuffix(got, "it? [y/N] \n") {
		t.Errorf("printed %q", got)
	}
}

func TestNobodyIsAskedWithoutATerminal(t *testing.T) {
	tty, _ := terminalPair(t)
	for name, c := range map[string]struct {
		in   io.Reader
		out  io.Writer
		want bool
	}{
		"both": {tty, tty, true}, "a pipe to read from": {strings.NewReader("y\n"), tty, false}, "a file for messages": {tty, io.Discard, false},
	} {
		if got := envOn(c.in, c.out).CanAsk(); got != c.want {
			t.Errorf("%s: asks: %v", name, got)
		}
	}
}
