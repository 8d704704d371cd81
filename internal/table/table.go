// Package table prints listings for people: columns that line up and fit the terminal.
package table

import (
	"bufio"
	"io"
	"strings"
)

// Options say what a table looks like.
type Options struct {
	// Headers name the columns, the most important first.
	Headers []string
	// Width is how many cells a line may take; 0 for as many as it needs.
	Width int
	// Bold prints the headers in bold.
	Bold bool
}

// Cell is one field of a row.
type Cell struct {
	Text string
	// Right says that the text stands at the right, as numbers do.
	Right bool
	// Whole says that the text means nothing when it is cut short: a number, a date.
	Whole bool
}

// Writer prints a table row by row. How wide the columns are is decided by the first rows, so that a listing of any
// length takes the same memory.
type Writer struct {
	w       *bufio.Writer
	options Options
	// first are the rows that decide; nil once they are printed.
	first [][]Cell
	begun bool
	// shown are the columns that are printed, by their numbers, and widths how wide each is.
	shown, widths []int
}

// sampleSize is how many rows decide the widths: one page of S3.
const sampleSize = 1000

// gap stands between columns.
const gap = "  "

// New starts a table.
func New(w io.Writer, options Options) *Writer {
	return &Writer{w: bufio.NewWriterSize(w, 64<<10), options: options}
}

// Write prints a row, which has as many cells as there are headers.
func (t *Writer) Write(row []Cell) error {
	shown := make([]Cell, len(row))
	for i, cell := range row {
		shown[i] = cell
		shown[i].Text = printable(cell.Text)
	}
	if t.begun {
		return t.line(shown, false)
	}
	t.first = append(t.first, shown)
	if len(t.first) < sampleSize {
		return nil
	}
	return t.begin(false)
}

// Close prints what has not been printed yet. Columns that are empty in all of a listing are left out.
func (t *Writer) Close() error {
	if !t.begun {
		if err := t.begin(len(t.first) > 0); err != nil {
			return err
		}
	}
	return t.w.Flush()
}

// Abandon prints what there is of a listing that ends early, which may be nothing.
func (t *Writer) Abandon() {
	if t.begun || len(t.first) > 0 {
		t.Close() //nolint:errcheck // the listing has failed already, and that is what is reported
	}
}

// begin decides which columns are shown and how wide they are, and prints the headers and the first rows.
func (t *Writer) begin(withoutEmpty bool) error {
	headers := make([]Cell, len(t.options.Headers))
	columns := make([]column, len(headers))
	for i, name := range t.options.Headers {
		headers[i] = Cell{Text: name}
		columns[i].natural = width(name)
	}
	for _, row := range t.first {
		for i, cell := range row {
			columns[i].natural = max(columns[i].natural, width(cell.Text))
			columns[i].filled = columns[i].filled || cell.Text != ""
			columns[i].whole = columns[i].whole || cell.Whole
			headers[i].Right = headers[i].Right || cell.Right
		}
	}
	t.begun = true
	for i := range columns {
		if i == 0 || columns[i].filled || !withoutEmpty {
			t.shown = append(t.shown, i)
		}
	}
	t.widths = fit(pick(columns, t.shown), t.options.Width)
	if err := t.line(headers, t.options.Bold); err != nil {
		return err
	}
	for _, row := range t.first {
		if err := t.line(row, false); err != nil {
			return err
		}
	}
	t.first = nil
	return t.w.Flush()
}

// line prints one line, without blanks at its end.
func (t *Writer) line(cells []Cell, bold bool) error {
	var b strings.Builder
	for i, w := range t.widths {
		if i > 0 {
			b.WriteString(gap)
		}
		b.WriteString(padded(cells[t.shown[i]], w, bold))
	}
	_, err := t.w.WriteString(strings.TrimRight(b.String(), " ") + "\n")
	return err
}

// pick returns the items of these numbers.
func pick[T any](all []T, numbers []int) []T {
	picked := make([]T, len(numbers))
	for i, n := range numbers {
		picked[i] = all[n]
	}
	return picked
}

// padded returns a cell that takes w cells of the terminal.
func padded(cell Cell, w int, bold bool) string {
	text := shorten(cell.Text, w)
	space := strings.Repeat(" ", max(0, w-width(text)))
	if bold {
		text = "\x1b[1m" + text + "\x1b[0m"
	}
	if cell.Right {
		return space + text
	}
	return text + space
}
