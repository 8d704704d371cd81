package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// command is a program to run.
type command struct {
	dir  string
	env  []string
	name string
	args []string
}

// output runs a program and returns what it prints, without the final newline.
func output(ctx context.Context, c command) (string, error) {
	cmd := exec.CommandContext(ctx, c.name, c.args...)
	cmd.Dir, cmd.Env = c.dir, append(os.Environ(), c.env...)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", c.name, strings.Join(c.args, " "), err, strings.TrimSpace(complaint.String()))
	}
	return strings.TrimSuffix(string(out), "\n"), nil
}
