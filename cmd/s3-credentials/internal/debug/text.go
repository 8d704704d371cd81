package debug

import (
	"context"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/s3-credentials/s3-credentials/internal/printable"
)

// textHandler writes lines for people: the time since the run began, the message, and names with their values.
type textHandler struct {
	w     io.Writer
	began time.Time
	mu    *sync.Mutex
	with  []slog.Attr
}

func (h *textHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h *textHandler) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString("debug " + strconv.FormatFloat(r.Time.Sub(h.began).Seconds(), 'f', 3, 64) + " ")
	if r.Level > slog.LevelDebug {
		b.WriteString(strings.ToLower(r.Level.String()) + " ")
	}
	b.WriteString(printable.Text(r.Message))
	write := func(a slog.Attr) bool {
		b.WriteString(" " + a.Key + "=" + quoted(a.Value.String()))
		return true
	}
	for _, a := range h.with {
		write(a)
	}
	r.Attrs(write)
	b.WriteString("\n")
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := io.WriteString(h.w, b.String())
	return err
}

// quoted is a value, in quotation marks where it would not end where it does.
func quoted(value string) string {
	if value == "" || strings.ContainsAny(value, " \"\n\t") {
		return strconv.Quote(value)
	}
	return value
}

func (h *textHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *h
	with.with = append(with.with[:len(with.with):len(with.with)], attrs...)
	return &with
}

// WithGroup does nothing: no line of this program has groups.
func (h *textHandler) WithGroup(string) slog.Handler { return h }
