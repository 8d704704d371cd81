// Command s3-credentials hands out credentials for S3 buckets with the least permission that does the job.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// version is set when a release is built.
var version = "1.0.0"

func main() {
	os.Exit(run())
}

func run() int {
	if !cli.Debugging() {
		debug.SetTraceback("none")
	}
	ctx := withSignals(context.Background())
	stdin := cli.NewInput(os.Stdin)
	app := &cli.App{
		Program: "s3-credentials", Version: version,
		Summary:     "A tool for creating credentials for accessing S3 buckets",
		Description: "Works with AWS, with MinIO, and with any S3 system that there is a backend plugin for.",
		Commands:    commands(stdin), Hints: hintWords,
		Stdin: stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Connect: connect.Connect,
	}
	return app.Main(ctx, os.Args[1:])
}

// withSignals returns a context that the first SIGINT or SIGTERM ends, so that what runs can stop and undo. A second
// one ends the program at once. A closed pipe on standard output is an error of the write, not a signal.
func withSignals(parent context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	go func() {
		cancel(cli.SignalError{Signal: (<-signals).(syscall.Signal)})
		os.Exit(128 + int((<-signals).(syscall.Signal)))
	}()
	return ctx
}
