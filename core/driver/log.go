package driver

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
)

type loggerKey struct{}

var discarding = slog.New(slog.DiscardHandler)

// WithLogger returns a context for calls that log what they do: each request ([LogRequest]), where credentials come from, and whatever else
// a backend has to say to who looks for what went wrong. What is secret is taken out before it reaches the logger; see [Redacting].
func WithLogger(ctx context.Context, logger *slog.Logger) context.Context {
	return context.WithValue(ctx, loggerKey{}, slog.New(Redacting(logger.Handler())))
}

// Logger returns the logger of a context; without one, it drops everything.
func Logger(ctx context.Context) *slog.Logger {
	if logger, ok := ctx.Value(loggerKey{}).(*slog.Logger); ok {
		return logger
	}
	return discarding
}

// shortestSecret is the length below which a secret is no secret, and part of many words.
const shortestSecret = 4

// Redacting returns a handler that takes what is secret out of messages and values before next gets them: what [Redact] finds, values whose
// names say that they are secret, and the secrets that are given, wherever they stand.
func Redacting(next slog.Handler, secrets ...string) slog.Handler {
	var pairs []string
	for _, secret := range secrets {
		if len(secret) >= shortestSecret {
			pairs = append(pairs, secret, redacted, url.QueryEscape(secret), redacted, url.PathEscape(secret), redacted)
		}
	}
	return &redacting{next, strings.NewReplacer(pairs...)}
}

type redacting struct {
	next    slog.Handler
	secrets *strings.Replacer
}

func (r *redacting) Enabled(ctx context.Context, level slog.Level) bool {
	return r.next.Enabled(ctx, level)
}

func (r *redacting) Handle(ctx context.Context, record slog.Record) error {
	clean := slog.NewRecord(record.Time, record.Level, r.text(record.Message), record.PC)
	record.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(r.attr(a))
		return true
	})
	return r.next.Handle(ctx, clean)
}

func (r *redacting) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &redacting{r.next.WithAttrs(r.attrs(attrs)), r.secrets}
}

func (r *redacting) WithGroup(name string) slog.Handler {
	return &redacting{r.next.WithGroup(name), r.secrets}
}

func (r *redacting) text(text string) string { return r.secrets.Replace(Redact(text)) }

func (r *redacting) attrs(attrs []slog.Attr) []slog.Attr {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = r.attr(a)
	}
	return clean
}

func (r *redacting) attr(a slog.Attr) slog.Attr {
	switch value := a.Value.Resolve(); value.Kind() {
	case slog.KindGroup:
		a.Value = slog.GroupValue(r.attrs(value.Group())...)
	case slog.KindString, slog.KindAny:
		text := fmt.Sprint(value.Any())
		if IsSecret(a.Key) && text != "" {
			text = redacted
		}
		a.Value = slog.StringValue(r.text(text))
	}
	return a
}
