// Package output prints listings row by row, byte for byte like the Python tool: JSON like Python's json.dumps, CSV and
// TSV like its csv module.
package output

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// syntax is what a text format prints around and between its rows.
type syntax struct {
	// first precedes the first row, between each further row; last follows the last row.
	first, between, last string
	// none replaces a listing without rows. cut ends an abandoned listing that has rows.
	none, cut string
	row       func(orderedjson.Object) string
}

// rows prints a listing as it arrives. Output becomes visible within flushDelay, and on Close.
type rows struct {
	syntax syntax

	mu      sync.Mutex
	w       *bufio.Writer
	timer   *time.Timer
	started bool
}

// flushDelay is how long a row may wait for others: too short to notice, long enough to save a system call per row in a
// listing of many thousand rows.
const flushDelay = 20 * time.Millisecond

func newRows(w io.Writer, s syntax) *rows { return &rows{syntax: s, w: bufio.NewWriterSize(w, 64<<10)} }

// Write implements Listing.
func (r *rows) Write(row orderedjson.Object) error {
	text := r.syntax.row(row)
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.syntax.first
	if r.started {
		before = r.syntax.between
	}
	r.started = true
	_, err := r.w.WriteString(before + text)
	if r.timer == nil {
		r.timer = time.AfterFunc(flushDelay, r.flush)
	}
	return err
}

// Close implements Listing.
func (r *rows) Close() error { return r.end(r.syntax.last, r.syntax.none) }

// Abandon implements Listing. It returns no error: the caller reports why the listing failed.
func (r *rows) Abandon() { _ = r.end(r.syntax.cut, "") }

// end prints the text after the rows, or the one for no rows.
func (r *rows) end(after, without string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.timer != nil {
		r.timer.Stop()
	}
	if !r.started {
		after = without
	}
	r.w.WriteString(after) //nolint:errcheck // a bufio.Writer keeps the error for Flush
	return r.w.Flush()
}

func (r *rows) flush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.timer = nil
	r.w.Flush() //nolint:errcheck // the next call gets the error
}

// tableField formats a value for CSV and TSV: containers as JSON, everything else like Python's str().
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
	case int, int64:
		return fmt.Sprint(v)
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
