package driver

import (
	"cmp"
	"context"
	"log/slog"
	"net/url"
	"time"
)

type requestsKey struct{}

// WithRequests returns a context for calls whose requests to the system are noted: note gets the id that the system gave each one that it
// answered. It is called from several goroutines at once. What was noted before, by a context above, is still noted there.
func WithRequests(ctx context.Context, note func(id string)) context.Context {
	if above, ok := ctx.Value(requestsKey{}).(func(string)); ok {
		own := note
		note = func(id string) { own(id); above(id) }
	}
	return context.WithValue(ctx, requestsKey{}, note)
}

// NoteRequest notes the id of a request that the system has answered. [LogRequest] does so too.
func NoteRequest(ctx context.Context, id string) {
	if note, ok := ctx.Value(requestsKey{}).(func(string)); ok && id != "" {
		note(id)
	}
}

// Request is one request that a backend sent to its system, and what became of it. A request that is sent again is a further one.
type Request struct {
	Method string
	URL    *url.URL
	// Operation is its name in the system's API reference; empty where it is not known.
	Operation string
	// Range is the part of an object that it asks for, as in the header Range; empty for the whole.
	Range string
	// Status is the status of the answer; 0 where none came.
	Status int
	// Code is the system's own code of an answer that is an error.
	Code string
	// ID is the id that the system gave the request.
	ID string
	// Time is how long the answer took.
	Time time.Duration
	// Err says why there is no answer, or none that can be used.
	Err error
}

// The most bytes of what a line of a log repeats. The line stays below the 4,096 bytes that a pipe takes as a whole.
const (
	loggedURL   = 1500
	loggedText  = 100
	loggedError = 300
)

// LogRequest logs a request to the context's [Logger] as soon as it is answered or given up, and notes its id ([NoteRequest]). Headers and
// bodies are never logged, and no secret of the URL is. A backend that sends its requests through the Transport of package s3fault need
// not call it.
func LogRequest(ctx context.Context, r Request) {
	NoteRequest(ctx, r.ID)
	logger := Logger(ctx)
	if !logger.Enabled(ctx, slog.LevelDebug) {
		return
	}
	attrs := []slog.Attr{slog.String("method", cmp.Or(r.Method, "GET"))}
	add := func(name, value string, most int) {
		if value != "" {
			attrs = append(attrs, slog.String(name, value[:min(len(value), most)]))
		}
	}
	if r.URL != nil {
		add("url", Redact(r.URL.String()), loggedURL)
	}
	add("operation", r.Operation, loggedText)
	add("range", r.Range, loggedText)
	if r.Status != 0 {
		attrs = append(attrs, slog.Int("status", r.Status))
	}
	add("code", r.Code, loggedText)
	attrs = append(attrs, slog.Float64("ms", float64(r.Time.Microseconds())/1000))
	add("request_id", r.ID, loggedText)
	if r.Err != nil {
		add("error", Redact(r.Err.Error()), loggedError)
	}
	logger.LogAttrs(ctx, slog.LevelDebug, RequestMessage, attrs...)
}

// RequestMessage is the message of [LogRequest]'s lines.
const RequestMessage = "request"
