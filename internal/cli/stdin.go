package cli

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
)

// Input is standard input, which can be read for one purpose only.
type Input struct {
	r     io.Reader
	taker string
	ctx   context.Context //nolint:containedctx // the run's: options are read before a command has one
}

// NewInput returns r as standard input.
func NewInput(r io.Reader) *Input { return &Input{r: r, ctx: context.Background()} }

// Take returns standard input for an option or argument that was given as "-".
func (i *Input) Take(by string) (io.Reader, error) {
	if i.taker != "" {
		return nil, Usagef("%s and %s cannot both be read from standard input.", i.taker, by)
	}
	i.taker = by
	return i.r, nil
}

// ReadFile returns the content of a file that an option names; "-" is standard input.
func (i *Input) ReadFile(path, by string) ([]byte, error) {
	if path != "-" {
		return ReadFile(i.ctx, path)
	}
	r, err := i.Take(by)
	if err != nil {
		return nil, err
	}
	return readSmall(i.ctx, path, func() (io.ReadCloser, error) { return io.NopCloser(r), nil })
}

// maxSmall is the size of the largest file that an option names: a key, a token or a policy.
const maxSmall = 1 << 20

// errLarge is a file that is larger.
var errLarge = errors.New("it has more than 1 MiB, so it cannot be what is meant")

// ReadFile returns the content of a small file. It may be a pipe that nobody writes to: the context's end ends the wait.
func ReadFile(ctx context.Context, path string) ([]byte, error) {
	return readSmall(ctx, path, func() (io.ReadCloser, error) { return os.Open(path) })
}

func readSmall(ctx context.Context, path string, open func() (io.ReadCloser, error)) ([]byte, error) {
	var content []byte
	done := make(chan error, 1)
	go func() {
		file, err := open()
		if err == nil {
			content, err = io.ReadAll(io.LimitReader(file, maxSmall+1))
			_ = file.Close()
		}
		done <- err
	}()
	select {
	case err := <-done:
		if err == nil && len(content) > maxSmall {
			err = &fs.PathError{Op: "read", Path: path, Err: errLarge}
		}
		return content, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
