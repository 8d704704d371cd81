package output

import (
	"io"
	"strings"

	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// Listing prints rows as they come.
type Listing interface {
	Write(orderedjson.Object) error
	// Close ends a listing that is whole, Abandon one that ends early.
	Close() error
	Abandon()
}

// Layout is what a listing has to fit.
type Layout struct {
	// Columns are those of a format that has columns. Shown are those that a table for people has, the most important
	// first; nil means Columns.
	Columns, Shown []string
	// Width is how many cells a line has, 0 for any number; Bold lets the header be bold.
	Width int
	Bold  bool
}

// Format is how a listing is printed.
type Format struct {
	// Name is the option that chooses the format, Help what it says; both are empty for the default.
	Name, Help string
	// Precedence tells which format counts of several: the lowest. 0 is for a format that must be the only one.
	Precedence int
	// Start begins a listing.
	Start func(io.Writer, Layout) Listing
}

// Formats are all formats, the default first.
var Formats = []Format{
	{Start: jsonArray},
	{Name: "nl", Help: "Output newline-delimited JSON", Precedence: 1, Start: jsonLines},
	{Name: "csv", Help: "Output CSV", Precedence: 3, Start: separated(',')},
	{Name: "tsv", Help: "Output TSV", Precedence: 2, Start: separated('\t')},
	{Name: "table", Help: "Output a table that fits the terminal's width: what is too long is cut short, and columns for " +
		"which there is no room are left out", Start: startTable},
}

// jsonArray prints an array, indented by 2. An abandoned one is left open, so that nobody takes it for whole.
func jsonArray(w io.Writer, _ Layout) Listing {
	return newRows(w, syntax{
		first: "[\n", between: ",\n", last: "\n]\n", none: "[]\n", cut: "\n",
		row: func(row orderedjson.Object) string {
			return "  " + strings.ReplaceAll(orderedjson.Indented(row, 2), "\n", "\n  ")
		},
	})
}

// jsonLines prints one JSON object a line.
func jsonLines(w io.Writer, _ Layout) Listing {
	return newRows(w, syntax{row: func(row orderedjson.Object) string { return orderedjson.Compact(row) + "\n" }})
}

// separated prints a header line and a line for each row, as Python's dialects excel and excel-tab have them.
func separated(separator byte) func(io.Writer, Layout) Listing {
	return func(w io.Writer, l Layout) Listing {
		header := tableLine(l.Columns, separator)
		return newRows(w, syntax{first: header, none: header, row: func(row orderedjson.Object) string {
			fields := make([]string, len(l.Columns))
			for i, name := range l.Columns {
				v, _ := row.Get(name)
				fields[i] = tableField(v)
			}
			return tableLine(fields, separator)
		}})
	}
}
