package output

import (
	"io"
	"time"

	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
	"github.com/s3-credentials/s3-credentials/internal/table"
)

// cell formats a value for a table for people: numbers right-aligned, booleans as yes and no, times in UTC to the second,
// containers as JSON on one line.
func cell(v orderedjson.Value) table.Cell {
	switch v := v.(type) {
	case int, int64:
		return table.Cell{Text: tableField(v), Right: true, Whole: true}
	case bool:
		return table.Cell{Text: map[bool]string{true: "yes", false: "no"}[v]}
	case time.Time:
		return table.Cell{Text: v.UTC().Format("2006-01-02 15:04:05Z"), Whole: true}
	case orderedjson.Object, []orderedjson.Value, []string:
		return table.Cell{Text: orderedjson.Compact(v)}
	}
	return table.Cell{Text: tableField(v)}
}

// tableRows prints a table for people.
type tableRows struct {
	*table.Writer
	columns []string
}

func startTable(w io.Writer, l Layout) Listing {
	if l.Shown == nil {
		l.Shown = l.Columns
	}
	return tableRows{table.New(w, table.Options{Headers: l.Shown, Width: l.Width, Bold: l.Bold}), l.Shown}
}

// Write implements Listing.
func (t tableRows) Write(row orderedjson.Object) error {
	cells := make([]table.Cell, len(t.columns))
	for i, name := range t.columns {
		value, _ := row.Get(name)
		cells[i] = cell(value)
	}
	return t.Writer.Write(cells)
}
