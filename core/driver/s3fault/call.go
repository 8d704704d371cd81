package s3fault

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// Call makes one call of a client library that sends a failed request again on its own. The call's context ends, and the
// library's attempts with it, as soon as a [Transport] below it meets an error that stays the same ([NonRetryable]), or has
// met nothing but errors for [Limits.Header], or tries times without an answer (0: the library counts on its own). The error is then that of the last request, and not that of the context.
//
// The context stays open after the call: what it returned may be a body that is still to be read.
func Call[T any](ctx context.Context, tries int, fn func(context.Context) (T, error)) (T, error) {
	inner, cancel := context.WithCancelCause(ctx)
	c := &call{cancel: cancel, tries: tries}
	out, err := fn(context.WithValue(inner, callKey{}, c))
	if last := c.ended(); err != nil && last != nil && ctx.Err() == nil {
		err = last
	}
	return out, err
}

type callKey struct{}

// call is one call on its way.
type call struct {
	cancel context.CancelCauseFunc
	tries  int

	mu sync.Mutex
	// failing is since when there was nothing but failures; zero if the last request did not fail. unanswered counts those
	// since then that got no answer.
	failing    time.Time
	unanswered int
	last       error
}

// callOf returns the call that the context is of; nil if it is of none.
func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// ended returns the error that ended the call; nil if it goes on.
func (c *call) ended() error {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// tried takes in how a request went.
func (c *call) tried(req *http.Request, patience time.Duration, began time.Time, answer *http.Response, err error) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	failed := err != nil || passing(answer.StatusCode)
	if !failed {
		c.failing, c.unanswered = time.Time{}, 0
		return
	}
	if err != nil {
		c.unanswered++
	}
	if c.failing.IsZero() {
		c.failing = began
	}
	switch tried := time.Since(c.failing); {
	case err != nil && (NonRetryable(err) || tried > patience || c.unanswered == c.tries):
		c.last = err
	case tried > patience:
		c.last = at(req.URL, did("answered with nothing but errors for %s, the last one %s", tried.Round(time.Second), answer.Status))
	default:
		return
	}
	c.cancel(c.last)
}
