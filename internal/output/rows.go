// Package output prints listings as the Python tool prints them, byte for byte: JSON as its json.dumps does, tables as its
// csv module does, row by row.
package output

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// Format is how a listing is printed.
type Format int

// The formats.
const (
	// JSON is an array, indented by 2.
	JSON Format = iota
	// NL is one JSON object a line.
	NL
	// CSV and TSV are tables with a header line, as Python's dialects excel and excel-tab have them.
	CSV
	TSV
)

// Rows prints a listing as it comes. What has been written becomes visible within flushDelay, and on Close.
type Rows struct {
	format  Format
	headers []string

	mu    sync.Mutex
	w     *bufio.Writer
	timer *time.Timer
	count int
}

// flushDelay is how long a row may wait for others to come along: short enough that nobody sees it, long enough
// that a listing of many thousand rows does not pay for a system call each.
const flushDelay = 20 * time.Millisecond

// NewRows starts a listing. Headers are the columns of CSV and TSV; members of other names are left out there.
func NewRows(w io.Writer, format Format, headers []string) *Rows {
	return &Rows{format: format, headers: headers, w: bufio.NewWriterSize(w, 64<<10)}
}

// Write prints one row.
func (r *Rows) Write(row orderedjson.Object) error {
	text := r.render(row)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.begin()
	r.count++
	_, err := r.w.WriteString(text)
	if r.timer == nil {
		r.timer = time.AfterFunc(flushDelay, r.flush)
	}
	return err
}

// begin prints what stands before the row to come.
func (r *Rows) begin() {
	switch {
	case r.format == JSON && r.count == 0:
		r.w.WriteString("[\n") //nolint:errcheck // a bufio.Writer keeps the error for the next call
	case r.format == JSON:
		r.w.WriteString(",\n") //nolint:errcheck
	case r.count == 0:
		r.header()
	}
}

// header prints the column names of CSV and TSV.
func (r *Rows) header() {
	if r.format == CSV || r.format == TSV {
		r.w.WriteString(tableLine(r.headers, r.separator())) //nolint:errcheck
	}
}

// Close ends a listing that is whole.
func (r *Rows) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.format == JSON && r.count == 0:
		r.w.WriteString("[]\n") //nolint:errcheck
	case r.format == JSON:
		r.w.WriteString("\n]\n") //nolint:errcheck
	case r.count == 0:
		r.header()
	}
	r.stopTimer()
	return r.w.Flush()
}

// Abandon prints what there is of a listing that ends early. A JSON array is left open, so that nobody takes it for whole.
func (r *Rows) Abandon() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopTimer()
	if r.count > 0 && r.format == JSON {
		r.w.WriteString("\n") //nolint:errcheck
	}
	r.w.Flush() //nolint:errcheck // the listing has failed already, and that is what is reported
}

func (r *Rows) flush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.timer = nil
	r.w.Flush() //nolint:errcheck // the next call gets the error
}

func (r *Rows) stopTimer() {
	if r.timer != nil {
		r.timer.Stop()
		r.timer = nil
	}
}

func (r *Rows) separator() byte {
	if r.format == TSV {
		return '\t'
	}
	return ','
}

// render returns the row without what joins it to others.
func (r *Rows) render(row orderedjson.Object) string {
	switch r.format {
	case NL:
		return orderedjson.Compact(row) + "\n"
	case CSV, TSV:
		fields := make([]string, len(r.headers))
		for i, name := range r.headers {
			v, _ := row.Get(name)
			fields[i] = tableField(v)
		}
		return tableLine(fields, r.separator())
	default:
		return "  " + strings.ReplaceAll(orderedjson.Indented(row, 2), "\n", "\n  ")
	}
}

// tableField returns a value as it stands in a table: containers as JSON, everything else as Python's str() has it.
func tableField(v orderedjson.Value) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		if v {
			return "True"
		}
		return "False"
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case time.Time:
		return orderedjson.FormatTime(v)
	default:
		return orderedjson.Indented(v, 2)
	}
}

// tableLine joins fields as Python's csv module does with QUOTE_MINIMAL.
func tableLine(fields []string, separator byte) string {
	var b strings.Builder
	for i, f := range fields {
		if i > 0 {
			b.WriteByte(separator)
		}
		if strings.ContainsAny(f, "\"\r\n"+string(rune(separator))) || f == "" && len(fields) == 1 {
			f = `"` + strings.ReplaceAll(f, `"`, `""`) + `"`
		}
		b.WriteString(f)
	}
	b.WriteString("\r\n")
	return b.String()
}
