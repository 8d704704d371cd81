package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"syscall"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/auth"
	"github.com/s3-credentials/s3-credentials/internal/output"
)

// Env is what a command works with.
type Env struct {
	Stdin          *Input
	Stdout, Stderr io.Writer
	Common         *Common
	// App is the program that the command is of.
	App *App
	// Credentials are what the options say to work with; nil for the backend's own chain.
	Credentials *driver.Credentials

	connect  Connector
	starting sync.WaitGroup
	engine   *core.Engine
	close    func()
	err      error
}

// Step tells the user, on stderr, of something that was done.
func (e *Env) Step(format string, args ...any) {
	fmt.Fprintf(e.Stderr, format+"\n", args...)
}

// Engine returns the engine on the backend that the options ask for, which has been starting since they were parsed.
func (e *Env) Engine() (*core.Engine, error) {
	e.starting.Wait()
	return e.engine, e.err
}

// start finds out who to work as, and starts the backend beside whatever the command does first.
func (e *Env) start(ctx context.Context) (err error) {
	if e.Credentials, err = e.credentials(); err != nil {
		return err
	}
	e.starting.Go(func() {
		defer func() {
			if r := recover(); r != nil {
				e.err = fmt.Errorf("internal error while starting the backend: %v", r)
			}
		}()
		e.engine, e.close, e.err = e.connect(ctx, e)
	})
	return nil
}

// credentials reads the key that the options name, once, for everything that the run does.
func (e *Env) credentials() (*driver.Credentials, error) {
	c := e.Common
	if c.Auth == "" {
		return c.Credentials()
	}
	if c.AccessKey != "" || c.SecretKey != "" || c.SessionToken != "" {
		return nil, Failure("--auth cannot be used with --access-key, --secret-key or --session-token")
	}
	content, err := e.Stdin.ReadFile(c.Auth, "--auth")
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return nil, Usagef("Invalid value for '-a' / '--auth': '%s': %v.", c.Auth, pathErr.Err)
	}
	if err != nil {
		return nil, err
	}
	return auth.Parse(content, c.Auth)
}

// end ends the backend.
func (e *Env) end() {
	e.starting.Wait()
	if e.close != nil {
		e.close()
	}
}

// errHelpOnly ends a run that was given nothing to do: the help has been printed, as wrong usage.
var errHelpOnly error = &UsageError{Message: "Missing command."}

// inCommand says whose --help helps.
func inCommand(err error, name string) error {
	var usage *UsageError
	if errors.As(err, &usage) && usage.Command == "" {
		return &UsageError{Message: usage.Message, Command: name}
	}
	return err
}

// sink is standard output. It remembers the first error, so that a command need not look after each line.
type sink struct {
	w   io.Writer
	err error
}

// Write writes through.
func (s *sink) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	if err == nil {
		return n, nil
	}
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	err = fmt.Errorf("cannot write to standard output: %w", err)
	if s.err == nil {
		s.err = err
	}
	return n, err
}

// closed reports whether whoever read our output has gone.
func (s *sink) closed() bool { return errors.Is(s.err, syscall.EPIPE) }

// PrintJSON prints a result as the Python tool does: indented by four.
func (e *Env) PrintJSON(v output.Value) error {
	_, err := fmt.Fprintln(e.Stdout, output.Indented(v, 4))
	return err
}

// PrintDocument prints a JSON document, such as a policy, keeping its order.
func (e *Env) PrintDocument(document []byte) error {
	v, err := output.ParseJSON(document)
	if err != nil {
		return fault.New(fault.Internal, "the backend sent a document that is not JSON: %v", err)
	}
	return e.PrintJSON(v)
}
