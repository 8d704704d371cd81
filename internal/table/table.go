// Package table prints listings for people: columns that line up and fit the terminal.
package table

import (
	"bufio"
	"io"
	"strings"

	"github.com/s3-credentials/s3-credentials/internal/printable"
)

// Options say what a table looks like.
type Options struct {
	// Headers name the columns, the most important first.
	Headers []string
	// Width is the maximum width of a line in cells; 0 for no limit.
	Width int
	// Bold prints the headers in bold.
	Bold bool
}

// Cell is one field of a row.
type Cell struct {
	Text string
	// Right aligns the text to the right, as for numbers.
	Right bool
	// Whole says that truncation would make the text meaningless: a number, a date.
	Whole bool
}

// Writer prints a table row by row. The first rows decide the widths of the columns, so memory does not grow with the
// listing.
type Writer struct {
	w       *bufio.Writer
	options Options
	// first are the rows that decide the widths; nil once printed.
	first [][]Cell
	begun bool
	// shown are the indexes of the printed columns, widths their widths.
	shown, widths []int
}

// sampleSize is how many rows decide the widths: one page of an S3 listing.
const sampleSize = 1000

// gap separates columns.
const gap = "  "

// New starts a table.
func New(w io.Writer, options Options) *Writer {
	return &Writer{w: bufio.NewWriterSize(w, 64<<10), options: options}
}

// Write prints a row with one cell per header.
func (t *Writer) Write(row []Cell) error {
	shown := make([]Cell, len(row))
	for i, cell := range row {
		shown[i] = cell
		shown[i].Text = printable.Text(cell.Text)
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

// Close prints the remaining rows. It omits columns that are empty in the whole listing.
func (t *Writer) Close() error {
	if !t.begun {
		if err := t.begin(len(t.first) > 0); err != nil {
			return err
		}
	}
	return t.w.Flush()
}

// Abandon prints the rows of a listing that ends early.
func (t *Writer) Abandon() {
	if t.begun || len(t.first) > 0 {
		t.Close() //nolint:errcheck // the caller reports why the listing failed
	}
}

// begin chooses the columns and their widths, and prints the headers and the first rows.
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
	var shown []column
	for i, c := range columns {
		if i == 0 || c.filled || !withoutEmpty {
			t.shown, shown = append(t.shown, i), append(shown, c)
		}
	}
	t.widths = fit(shown, t.options.Width)
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

// line prints one line without trailing blanks.
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

// padded returns the cell's text, w terminal cells wide.
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
