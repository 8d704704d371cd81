// Command s3-credentials-conformance runs the conformance suite against a plugin, whatever language it is written in,
// and says of each check whether it passed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// The exit codes, as --help documents them.
const (
	exitRight       = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	s, err := parse(args, stdin, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitRight
	case err != nil:
		fmt.Fprintf(stderr, "Error: %v; see s3-credentials-conformance --help\n", err)
		return exitUsage
	}
	result, err := runSuite(ctx, s, s.reporter(stdout))
	switch {
	case err != nil:
		fmt.Fprintf(stderr, "Error: %v\n", err)
		return exitCodeOf(err)
	case result.Interrupted:
		fmt.Fprintln(stderr, "Error: interrupted")
		return exitInterrupted
	case !result.right():
		return exitFailed
	}
	return exitRight
}

// exitCodeOf tells a configuration that cannot be right from a report that cannot be written.
func exitCodeOf(err error) int {
	if fault.CodeOf(err) == fault.InvalidArgument {
		return exitUsage
	}
	return exitFailed
}
