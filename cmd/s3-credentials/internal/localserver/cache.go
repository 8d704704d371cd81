// Package localserver serves temporary credentials over HTTP: on "/" like the Python tool's localserver, and as a container
// credentials endpoint for AWS SDKs.
package localserver

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

const (
	// maxRefreshMargin is how long before its expiration a session is replaced; a short session is replaced after three
	// quarters of its life.
	maxRefreshMargin = 5 * time.Minute
	// refreshTimeout bounds one refresh, and so how long a client waits when there is no valid session.
	refreshTimeout = time.Minute
	// The delay after a failed refresh doubles with each failure.
	firstRetryDelay, longestRetryDelay = time.Second, 30 * time.Second
)

// Source opens a new session.
type Source func(ctx context.Context) (driver.Session, error)

// Cache holds one session. A request shortly before its expiration starts a refresh; at most one refresh runs. Get returns
// a valid session at once, even while a refresh runs or after one has failed, and never returns an expired session.
type Cache struct {
	open   Source
	report func(message string)
	// sentence words an error for a person.
	sentence func(error) string
	// ctx ends refreshes. The request that started one does not, because other clients wait for it too.
	ctx    context.Context
	flight singleflight.Group

	mu        sync.Mutex
	session   driver.Session
	refreshAt time.Time
	failures  int
	retryAt   time.Time
	err       error
}

// NewCache returns an empty cache whose refreshes end with ctx. It calls report, if not nil, for each refresh after the
// first and for each failure.
func NewCache(ctx context.Context, open Source, report func(message string)) *Cache {
	if report == nil {
		report = func(string) {}
	}
	return &Cache{ctx: ctx, open: open, report: report, sentence: error.Error}
}

// Get returns a valid session. It waits only if there is none.
func (c *Cache) Get(ctx context.Context) (driver.Session, error) {
	have := c.snapshot()
	if !have.due {
		return have.session, have.err
	}
	done := c.flight.DoChan("", c.refresh)
	if have.valid {
		return have.session, nil
	}
	select {
	case result := <-done:
		session, _ := result.Val.(driver.Session)
		return session, result.Err
	case <-ctx.Done():
		return driver.Session{}, ctx.Err()
	}
}

// settle waits for the refresh in flight, which may be rolling back what it made, until ctx ends. It returns the error of the
// last refresh, if that failed.
func (c *Cache) settle(ctx context.Context) error {
	select {
	case <-c.flight.DoChan("", func() (any, error) { return nil, nil }):
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// snapshot is the state of the cache at one moment.
type snapshot struct {
	session driver.Session
	// err says why there is no valid session while the next attempt is not due.
	err        error
	valid, due bool
}

func (c *Cache) snapshot() snapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	h := snapshot{valid: now.Before(c.session.Expiration)}
	h.due = !now.Before(c.refreshAt) && !now.Before(c.retryAt)
	if h.valid {
		h.session = c.session
	} else if !h.due {
		h.err = c.err
	}
	return h
}

// refresh opens a session and keeps it. Only one runs at a time.
func (c *Cache) refresh() (any, error) {
	// Another refresh may have ended after the caller's snapshot.
	if have := c.snapshot(); !have.due {
		return have.session, have.err
	}
	ctx, cancel := context.WithTimeout(c.ctx, refreshTimeout)
	defer cancel()
	session, err := c.open(ctx)
	if err == nil {
		err = checkExpiration(session)
	}
	if err != nil {
		c.failed(err)
		return nil, err
	}
	c.keep(session)
	return session, nil
}

// checkExpiration refuses a session without an expiration, or one that has expired.
func checkExpiration(session driver.Session) error {
	switch {
	case session.Expiration.IsZero():
		return fault.New(fault.Internal, "the backend does not say when the new credentials expire")
	case !time.Now().Before(session.Expiration):
		return fault.New(fault.FailedPrecondition, "the new credentials expired at %s already; check this machine's clock", session.Expiration.UTC().Format(time.RFC3339))
	}
	return nil
}

func (c *Cache) keep(session driver.Session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := c.session.Expiration.IsZero()
	// Round strips the monotonic clock reading: on some systems that clock stops while the machine sleeps, but the session
	// expires.
	session.Expiration = session.Expiration.Round(0)
	c.session, c.failures, c.retryAt, c.err = session, 0, time.Time{}, nil
	c.refreshAt = session.Expiration.Add(-refreshMargin(time.Until(session.Expiration)))
	if !first {
		c.report("Refreshed credentials, valid until " + session.Expiration.UTC().Format(time.RFC3339))
	}
}

func (c *Cache) failed(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failures++
	c.err, c.retryAt = err, time.Now().Add(retryDelay(c.failures))
	switch until := c.session.Expiration; {
	case until.IsZero() || c.ctx.Err() != nil:
		// The first client reports the error itself; an end of the server is no failure.
	case time.Now().Before(until):
		c.report("Cannot refresh credentials, keeping those valid until " + until.UTC().Format(time.RFC3339) + ": " + c.sentence(err))
	default:
		c.report("Cannot refresh credentials: " + c.sentence(err))
	}
}

// refreshMargin returns how long before its expiration a session is replaced.
func refreshMargin(lifetime time.Duration) time.Duration { return min(lifetime/4, maxRefreshMargin) }

// retryDelay returns the delay after that many consecutive failures.
func retryDelay(failures int) time.Duration {
	p := firstRetryDelay
	for range failures - 1 {
		if p *= 2; p >= longestRetryDelay {
			return longestRetryDelay
		}
	}
	return p
}
