package cli

import (
	"io"
	"os"
)

// Input is standard input, which can be read for one purpose only.
type Input struct {
	r     io.Reader
	taker string
}

// NewInput returns r as standard input.
func NewInput(r io.Reader) *Input { return &Input{r: r} }

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
		return os.ReadFile(path)
	}
	r, err := i.Take(by)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
