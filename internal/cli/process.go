package cli

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/s3-credentials/s3-credentials/internal/coredump"
)

// Exec runs the program with the arguments, streams and signals of this process, and ends the process.
func (a *App) Exec() {
	coredump.Disable()
	if !Debugging() {
		debug.SetTraceback("none")
	}
	a.Stdout, a.Stderr = os.Stdout, os.Stderr
	os.Exit(a.Main(withSignals(context.Background()), os.Args[1:]))
}

// withSignals returns a context that the first SIGINT or SIGTERM ends, so that what runs can stop and undo. A second
// one ends the program at once. A closed pipe on standard output is an error of the write, not a signal.
func withSignals(parent context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	go func() {
		cancel(SignalError{Signal: (<-signals).(syscall.Signal)})
		os.Exit(128 + int((<-signals).(syscall.Signal)))
	}()
	return ctx
}
