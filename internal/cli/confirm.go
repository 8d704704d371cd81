package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/s3-credentials/s3-credentials/internal/printable"
)

// ErrDeclined ends a run that asked whether to go on, and was told not to.
const ErrDeclined = Failure("nothing was changed")

// CanAsk reports whether somebody sits at a terminal who sees a question and can answer it.
func (e *Env) CanAsk() bool {
	return e.Stdin != nil && terminal(e.Stdin.r) != nil && terminal(e.App.Stderr) != nil
}

// Confirm asks on the terminal whether to go on, and fails with ErrDeclined for any answer but yes. An interrupt and the end of the input
// are a no too.
func (e *Env) Confirm(ctx context.Context, question string) error {
	fmt.Fprintf(e.Stderr, "%s [y/N] ", printable.Text(question))
	answer := make(chan string, 1)
	go func() { answer <- readLine(e.Stdin.r) }()
	select {
	case line := <-answer:
		if strings.HasSuffix(line, "\n") {
			switch strings.ToLower(strings.TrimSpace(line)) {
			case "y", "yes":
				return nil
			}
			return ErrDeclined
		}
	case <-ctx.Done():
	}
	fmt.Fprintln(e.Stderr) // what follows is not to stand behind the question
	return ErrDeclined
}

// readLine reads up to the end of a line, and nothing beyond it.
func readLine(r io.Reader) string {
	var line strings.Builder
	for one := make([]byte, 1); ; {
		n, err := r.Read(one)
		line.Write(one[:n])
		if err != nil || n > 0 && one[0] == '\n' {
			return line.String()
		}
	}
}
