// Package progress shows the progress of a transfer on a terminal.
package progress

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Bar shows the number of transferred bytes. Its methods are safe for concurrent use. A nil Bar shows nothing.
type Bar struct {
	bar *progressbar.ProgressBar
	w   io.Writer
}

// redrawEvery is the minimum time between redraws: a redraw must not cost more than the transfer of a small object.
const redrawEvery = 100 * time.Millisecond

// New returns a bar on w; nil unless w is a terminal. A negative total means unknown.
func New(w io.Writer, label string, total int64) *Bar {
	if !IsTerminal(w) {
		return nil
	}
	bar := progressbar.NewOptions64(total,
		progressbar.OptionSetDescription(label), progressbar.OptionSetWriter(w), progressbar.OptionShowBytes(true),
		progressbar.OptionSetWidth(30), progressbar.OptionSpinnerType(14), progressbar.OptionFullWidth(),
		progressbar.OptionThrottle(redrawEvery),
	)
	return &Bar{bar, w}
}

// IsTerminal reports whether w is a terminal.
func IsTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Add adds transferred bytes.
func (b *Bar) Add(n int64) {
	if b != nil {
		b.bar.Add64(n) //nolint:errcheck // a bar that cannot be drawn is no reason to fail
	}
}

// Func returns Add for the driver; nil for a nil Bar.
func (b *Bar) Func() func(int64) {
	if b == nil {
		return nil
	}
	return b.Add
}

// Grow adds to the total.
func (b *Bar) Grow(n int64) {
	if b != nil {
		b.bar.AddMax64(n)
	}
}

// End leaves the bar on the terminal and moves to the next line.
func (b *Bar) End() {
	if b == nil {
		return
	}
	b.bar.Exit() //nolint:errcheck // see Add
	if b.bar.IsStarted() {
		fmt.Fprintln(b.w)
	}
}
