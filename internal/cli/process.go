package cli

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

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

// lastWords is how long the program may take, after a second signal, to say what it leaves behind.
const lastWords = time.Second

type hurryKey struct{}

// Hurry returns a context that the second SIGINT or SIGTERM ends: what is being undone then is named, and not undone.
func Hurry(ctx context.Context) context.Context {
	if hurry, ok := ctx.Value(hurryKey{}).(context.Context); ok {
		return hurry
	}
	return context.Background()
}

// withSignals returns a context that the first SIGINT or SIGTERM ends, so that what runs can stop and undo. A second one ends
// Hurry, and soon the program, whatever it does; a third one ends it at once. A closed pipe on standard output is an error of
// the write, not a signal.
func withSignals(parent context.Context) context.Context {
	hurry, hasten := context.WithCancel(parent)
	ctx, cancel := context.WithCancelCause(context.WithValue(parent, hurryKey{}, hurry))
	signals := make(chan os.Signal, 3)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	go func() {
		first := (<-signals).(syscall.Signal)
		cancel(SignalError{Signal: first})
		second := (<-signals).(syscall.Signal)
		hasten()
		select {
		case <-signals:
		case <-time.After(lastWords):
		}
		os.Exit(128 + int(second))
	}()
	return ctx
}
