package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"syscall"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// Env is what a command works with.
type Env struct {
	Stdin          *Input
	Stdout, Stderr io.Writer
	// App is the program that the command is of.
	App *App
	// Session is what the program's commands share.
	Session Session
	// ConfigFile is the config file of this run, which need not exist; empty where the user has no folder for such.
	ConfigFile string
}

// Step tells the user, on stderr, of something that was done.
func (e *Env) Step(format string, args ...any) {
	fmt.Fprintf(e.Stderr, format+"\n", args...)
}

// resultWriter is standard output. It remembers the first error, so that a command need not look after each line.
type resultWriter struct {
	w   io.Writer
	err error
}

// Write writes through.
func (s *resultWriter) Write(p []byte) (int, error) {
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

// closed reports whether err says that the reader of standard output has gone, and nothing more.
func (s *resultWriter) closed(err error) bool {
	return errors.Is(s.err, syscall.EPIPE) && errors.Is(err, syscall.EPIPE) && err.Error() == s.err.Error()
}

// PrintJSON prints a result as the Python tool does: indented by four.
func (e *Env) PrintJSON(v orderedjson.Value) error {
	_, err := fmt.Fprintln(e.Stdout, orderedjson.Indented(v, 4))
	return err
}

// PrintDocument prints a JSON document, such as a policy, keeping its order.
func (e *Env) PrintDocument(document []byte) error {
	v, err := orderedjson.Parse(document)
	if err != nil {
		return fault.New(fault.Internal, "the backend sent a document that is not JSON: %v", err)
	}
	return e.PrintJSON(v)
}
