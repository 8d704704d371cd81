package cli

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/printable"
)

// The exit codes, as --help documents them.
const (
	ExitDone        = 0
	ExitFailed      = 1
	ExitUsage       = 2
	ExitUnsupported = 3
	ExitDiffers     = 4
	ExitInterrupted = 130
	ExitTerminated  = 143
)

// UsageError is a mistake in what the user typed; it ends the program with ExitUsage.
type UsageError struct {
	Message string
	// Command is whose --help helps; empty for the program's own.
	Command string
}

// Error returns the sentence.
func (e *UsageError) Error() string { return e.Message }

// Usagef returns a UsageError.
func Usagef(format string, args ...any) error {
	return &UsageError{Message: fmt.Sprintf(format, args...)}
}

// InvalidValue returns the UsageError for an argument that cannot be right; name is the argument's.
func InvalidValue(name, reason string) error {
	return Usagef("Invalid value for '%s': %s", name, reason)
}

// errHelpOnly ends a run that was given nothing to do: the help has been printed, as wrong usage.
var errHelpOnly error = &UsageError{Message: "Missing command."}

// ErrReported ends the program with ExitFailed and prints nothing: standard output says already what is wrong.
var ErrReported = errors.New("what is wrong has been reported")

// inCommand adds to a wrong usage the command whose help explains it.
func inCommand(err error, name string) error {
	var usage *UsageError
	if errors.As(err, &usage) && usage.Command == "" {
		return &UsageError{Message: usage.Message, Command: name}
	}
	return err
}

// Failure is a sentence that ends the program with ExitFailed: a mistake that the Python tool exits 1 for.
type Failure string

// Error returns the sentence.
func (f Failure) Error() string { return string(f) }

// Difference is a sentence that ends the program with ExitDiffers: what was looked at is not as it should be.
type Difference string

// Error returns the sentence.
func (d Difference) Error() string { return string(d) }

// SignalError is the cause of a context that a signal ended.
type SignalError struct{ Signal syscall.Signal }

// Error says what happened.
func (e SignalError) Error() string {
	if e.Signal == syscall.SIGTERM {
		return "terminated"
	}
	return "interrupted"
}

// ExitCode returns the code that the program ends with.
func ExitCode(ctx context.Context, err error) int {
	var usage *UsageError
	var sig SignalError
	var differs Difference
	switch {
	case err == nil:
		return ExitDone
	case errors.As(err, &usage):
		return ExitUsage
	case errors.As(context.Cause(ctx), &sig):
		return 128 + int(sig.Signal)
	case errors.As(err, &differs):
		return ExitDiffers
	case errors.Is(err, fault.Unsupported):
		return ExitUnsupported
	}
	return ExitFailed
}

// report prints an error: one sentence, and after a wrong usage the command that prints the help.
func (a *App) report(ctx context.Context, err error) {
	var usage *UsageError
	if err == errHelpOnly || err == ErrReported || a.stdout.closed(err) {
		return
	}
	if errors.As(err, &usage) {
		help := a.Program + " --help"
		if usage.Command != "" {
			help = a.Program + " " + usage.Command + " --help"
		}
		fmt.Fprintf(a.messages, "Error: %s\nTry '%s' for help.\n", printable.Text(usage.Message), help)
		return
	}
	var sig SignalError
	if errors.As(context.Cause(ctx), &sig) && isBare(err) {
		err = sig
	}
	fmt.Fprintf(a.messages, "Error: %s\n", printable.Text(a.Sentence(err)))
}

// isBare reports whether an error says only that the run was cancelled.
func isBare(err error) bool {
	var f *fault.Error
	return errors.Is(err, context.Canceled) && (errors.As(err, &f) && error(f) == err || errors.Unwrap(err) == nil)
}
