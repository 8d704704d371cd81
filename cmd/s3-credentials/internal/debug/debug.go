// Package debug writes what a run does: its settings, each request, and how long each phase took.
package debug

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// Log is the log of one run. A nil *Log drops everything.
type Log struct {
	*slog.Logger
	began time.Time

	mu     sync.Mutex
	phases []phase
	// requests counts those of the run, and requestTime is what they took, one beside the other or not.
	requests    int
	requestTime time.Duration
}

// phase is a part of a run.
type phase struct {
	name  string
	began time.Time
	took  time.Duration
}

// JSON is the form of a line for machines; any other is for people.
const JSON = "json"

// New returns a log whose run began at that time, in the phase "settings". No line of it has one of the secrets, or what driver.Redact takes out.
func New(w io.Writer, form string, began time.Time, secrets ...string) *Log {
	l := &Log{began: began, phases: []phase{{name: "settings", began: began}}}
	var handler slog.Handler = &textHandler{w: w, began: began, mu: &sync.Mutex{}}
	if form == JSON {
		handler = slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug})
	}
	l.Logger = slog.New(&counting{driver.Redacting(handler, append(secrets, secretsOfEnvironment()...)...), l})
	return l
}

// To is the logger; nil for a nil *Log.
func (l *Log) To() *slog.Logger {
	if l == nil {
		return nil
	}
	return l.Logger
}

// Say adds a line.
func (l *Log) Say(message string, args ...any) {
	if l != nil {
		l.Debug(message, args...)
	}
}

// Phase ends a phase and begins another.
func (l *Log) Phase(name string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.endPhase()
	l.phases = append(l.phases, phase{name: name, began: time.Now()})
}

// endPhase ends the last phase. l.mu is held.
func (l *Log) endPhase() {
	last := &l.phases[len(l.phases)-1]
	last.took = time.Since(last.began)
}

// End adds the last line: how long each phase took.
func (l *Log) End() {
	if l == nil {
		return
	}
	l.mu.Lock()
	l.endPhase()
	var args []any
	for _, p := range l.phases {
		args = append(args, p.name+"_ms", milliseconds(p.took))
	}
	args = append(args, "total_ms", milliseconds(time.Since(l.began)), "requests", l.requests, "requests_ms", milliseconds(l.requestTime))
	l.mu.Unlock()
	l.Debug("phases", args...)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// counting counts the requests.
type counting struct {
	slog.Handler
	log *Log
}

func (c *counting) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == driver.RequestMessage {
		c.log.mu.Lock()
		c.log.requests++
		r.Attrs(func(a slog.Attr) bool {
			if ms, ok := a.Value.Any().(float64); ok && a.Key == "ms" {
				c.log.requestTime += time.Duration(ms * float64(time.Millisecond))
			}
			return a.Key != "ms"
		})
		c.log.mu.Unlock()
	}
	return c.Handler.Handle(ctx, r)
}
