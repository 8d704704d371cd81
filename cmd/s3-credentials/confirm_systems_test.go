//go:build systems

package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// TestInterruptAtTheQuestion presses Ctrl-C where delete-user asks: the user stays.
func TestInterruptAtTheQuestion(t *testing.T) {
	s := newSession(t)
	create := exec.CommandContext(t.Context(), program(t), "create", s.bucket, "-c", "--silent")
	create.Env = s.env
	if out, err := create.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	user := "s3.read-write." + s.bucket
	cmd := exec.CommandContext(t.Context(), program(t), "delete-user", user)
	cmd.Env = s.env
	terminal, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	screen := bufio.NewReader(terminal)
	if text, err := readUntil(screen, "[y/N] "); err != nil {
		t.Fatalf("it does not ask: %q, %v", text, err)
	}
	if _, err := terminal.WriteString("\x03"); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(screen) // a terminal that is gone is an error on Linux
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 || !bytes.Contains(rest, []byte("nothing was changed")) {
		t.Errorf("%v: %q", err, rest)
	}
	for _, r := range s.proxy.Seen() {
		if strings.HasPrefix(r.Operation, "Delete") {
			t.Errorf("%s was sent", r.Operation)
		}
	}
}

// readUntil reads up to the end of a text.
func readUntil(r *bufio.Reader, text string) (string, error) {
	var all strings.Builder
	for !strings.HasSuffix(all.String(), text) {
		b, err := r.ReadByte()
		if err != nil {
			return all.String(), err
		}
		all.WriteByte(b)
	}
	return all.String(), nil
}
