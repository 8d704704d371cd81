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

// syntax is what a format of text prints around and between its rows.
type syntax struct {
	// First stands before the first row, between before each further one, last after the last one.
	first, between, last string
	// None is a listing without rows. Cut ends one that has rows and is abandoned.
	none, cut string
	row       func(orderedjson.Object) string
}

// rows prints a listing as it comes. What has been written becomes visible within flushDelay, and on Close.
type rows struct {
	syntax syntax

	mu      sync.Mutex
	w       *bufio.Writer
	timer   *time.Timer
	started bool
}

// flushDelay is how long a row may wait for others to come along: short enough that nobody sees it, long enough
// that a listing of many thousand rows does not pay for a system call each.
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

// Abandon implements Listing. The listing has failed already, and that is what is reported.
func (r *rows) Abandon() { _ = r.end(r.syntax.cut, "") }

// end prints what stands after the rows, or in their place.
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
