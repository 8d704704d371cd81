//go:build systems

package main

import (
	"context"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/complete"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// TestCompletion asks the shells themselves.
func TestCompletion(t *testing.T) {
	system := systems.Sandbox(t)
	for _, shell := range complete.Shells() {
		if shell == "powershell" { // is not to be had on every machine; internal/complete looks at its script
			continue
		}
		t.Run(shell, func(t *testing.T) {
			systems.Program(t, shell)
			runScriptsOn(t, filepath.Join("completion", shell), system)
		})
	}
}

// TestCompletionIsQuick asks for a bucket's name at an endpoint that takes requests and never answers.
func TestCompletionIsQuick(t *testing.T) {
	program := program(t)
	deaf, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	for _, backend := range []string{"", "--backend=aws"} {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		command := exec.CommandContext(ctx, program, "__complete", "zsh")
		words := []string{"list-bucket", "--endpoint-url=http://" + deaf.Addr().String(), "--access-key=a", "--secret-key=b", backend, "x"}
		command.Stdin = strings.NewReader(strings.Join(words, "\x00") + "\x00")
		command.Stderr = io.Discard
		started := time.Now()
		out, err := command.Output()
		if took := time.Since(started); took > 20*time.Second {
			t.Errorf("%q: took %s", backend, took)
		}
		if err != nil || string(out) != "words\n" {
			t.Errorf("%q: %v, %q", backend, err, out)
		}
	}
}
