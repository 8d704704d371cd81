package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"syscall"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
	"github.com/s3-credentials/s3-credentials/internal/printable"
)

// Env is what a command works with.
type Env struct {
	Stdin          *Input
	Stdout, Stderr io.Writer
	// App is the program that the command is of.
	App *App
	// Session is what the program's commands share.
	Session Session
	// Typed is the command as it was typed, options first, for a record: values that are secret are left out.
	Typed []string
	// Sources says where each option that has a value got it from.
	Sources map[string]Source
	// ConfigFile is the config file of this run, which need not exist; empty where the user has no folder for such.
	ConfigFile string
}

// Source is a place that options get their values from.
type Source string

// The sources, the nearest to the user first.
const (
	FromCommandLine Source = "command line"
	FromEnvironment Source = "environment"
	FromConfigFile  Source = "config file"
)

// Step tells the user, in one line on stderr, of something that was done.
func (e *Env) Step(format string, args ...any) {
	fmt.Fprintln(e.Stderr, printable.Text(fmt.Sprintf(format, args...)))
}

// Exact returns standard output for what a terminal is to get as it is: the content of an object, or text that is made
// printable already. To a file or pipe everything goes as it is.
func (e *Env) Exact() io.Writer {
	if s, ok := e.Stdout.(*resultWriter); ok {
		return writerFunc(func(p []byte) (int, error) { return s.write(s.w, p) })
	}
	return e.Stdout
}

// writerFunc is a function as an io.Writer.
type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// resultWriter is standard output. It remembers the first error, so that a command need not look after each line.
type resultWriter struct {
	w io.Writer
	// shown is w, or on a terminal what makes text of others printable.
	shown io.Writer
	err   error
}

func newResultWriter(w io.Writer) *resultWriter {
	s := &resultWriter{w: w, shown: w}
	if terminal(w) != nil {
		s.shown = printable.NewWriter(w)
	}
	return s
}

// Write implements io.Writer.
func (s *resultWriter) Write(p []byte) (int, error) { return s.write(s.shown, p) }

func (s *resultWriter) write(w io.Writer, p []byte) (int, error) {
	n, err := w.Write(p)
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
