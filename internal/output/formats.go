package output

import (
	"io"
	"strings"

	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// Listing prints rows as they arrive.
type Listing interface {
	Write(orderedjson.Object) error
	// Close ends a complete listing, Abandon an incomplete one.
	Close() error
	Abandon()
}

// Layout is what a listing must fit.
type Layout struct {
	// Columns are the columns of CSV and TSV. Shown are those of a table for people, the most important first; nil
	// means Columns.
	Columns, Shown []string
	// Width is the width of a line in cells, 0 for no limit; Bold permits a bold header.
	Width int
	Bold  bool
}

// Format is how a listing is printed.
type Format struct {
	// Name is the option that selects the format, Help its help text; both are empty for the default.
	Name, Help string
	// Printable says that the format makes text of others printable, so that its own styles may reach a terminal.
	Printable bool
	// Precedence decides between several selected formats: the lowest wins. 0 excludes all other formats.
	Precedence int
	// Start begins a listing.
	Start func(io.Writer, Layout) Listing
}

// Formats lists all formats, the default first.
var Formats = []Format{
	{Start: jsonArray},
	{Name: "nl", Help: "Output newline-delimited JSON", Precedence: 1, Start: jsonLines},
	{Name: "csv", Help: "Output CSV", Precedence: 3, Start: separated(',')},
	{Name: "tsv", Help: "Output TSV", Precedence: 2, Start: separated('\t')},
	{Name: "table", Help: "Output a table that fits the terminal's width: what is too long is cut short, and columns for " +
		"which there is no room are left out", Printable: true, Start: startTable},
}

// jsonArray prints an array, indented by 2. An abandoned array stays open, so nobody takes it for complete.
func jsonArray(w io.Writer, _ Layout) Listing {
	return newRows(w, syntax{
		first: "[\n", between: ",\n", last: "\n]\n", none: "[]\n", cut: "\n",
		row: func(row orderedjson.Object) string {
			return "  " + strings.ReplaceAll(orderedjson.Indented(row, 2), "\n", "\n  ")
		},
	})
}

// jsonLines prints one JSON object per line.
func jsonLines(w io.Writer, _ Layout) Listing {
	return newRows(w, syntax{row: func(row orderedjson.Object) string { return orderedjson.Compact(row) + "\n" }})
}

// separated prints a header and one line per row, in Python's dialects excel and excel-tab.
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
