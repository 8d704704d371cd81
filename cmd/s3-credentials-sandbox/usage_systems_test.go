//go:build systems

package main

import (
	"strings"
	"syscall"
	"testing"
)

func TestOneSandboxPerFolder(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir)
	code, stdout, stderr := runHere(t, "--dir", dir)
	if code != 1 || stdout != "" || !strings.Contains(stderr, "another sandbox runs in "+dir) {
		t.Errorf("a second one: exit %d, %q, %q", code, stdout, stderr)
	}
	s.end(t, syscall.SIGTERM)
}

// A sandbox that was killed leaves its sockets behind, which must not keep the next one from starting.
func TestStartsAfterAKill(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir)
	if err := s.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.command.Wait() // it was killed, and says so
	start(t, dir).end(t, syscall.SIGTERM)
}

func TestWrongUsage(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no folder":      {nil, "--dir"},
		"no such format": {[]string{"--dir", "x", "--format", "yaml"}, "'yaml' is not one of 'text', 'env', 'json'"},
		"no such option": {[]string{"--dri", "x"}, "dri"},
		"no address":     {[]string{"--dir", "x", "--listen", "here"}, "'here' is no address"},
		"for everybody":  {[]string{"--dir", "x", "--listen", "0.0.0.0:0"}, "--allow-remote"},
		"an argument":    {[]string{"--dir", "x", "y"}, "(y)"},
	} {
		code, stdout, stderr := runHere(t, c.args...)
		said, tail, _ := strings.Cut(stderr, "\n")
		if code != 2 || stdout != "" || !strings.Contains(said, c.says) || tail != "Try 's3-credentials-sandbox --help' for help.\n" {
			t.Errorf("%s: exit %d, %q, %q", name, code, stdout, stderr)
		}
	}
	for _, help := range []string{"--help", "-h", "help"} {
		if code, stdout, stderr := runHere(t, help); code != 0 || stderr != "" || !strings.Contains(stdout, "--listen") {
			t.Errorf("%s: exit %d, %q, %q", help, code, stdout, stderr)
		}
	}
}
