package bulk

import (
	"context"
	"iter"
	"sync"
)

// each calls work for every item of the source, in up to n goroutines, with a bounded number of items waiting. An error
// of work, or the end of the context, stops everything. An error of the source stops the source: what it gave before
// is still worked on.
func each[T any](outer context.Context, n int, source func(context.Context) iter.Seq2[T, error], work func(context.Context, T) error) error {
	ctx, cancel := context.WithCancelCause(outer)
	defer cancel(nil)
	items := make(chan T, n)
	var sourceErr error
	var running sync.WaitGroup
	running.Go(func() {
		defer close(items)
		sourceErr = feed(ctx, source(ctx), items)
	})
	for range n {
		running.Go(func() {
			for item := range items {
				if ctx.Err() != nil {
					return
				}
				if err := work(ctx, item); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	running.Wait()
	switch {
	case outer.Err() != nil:
		return outer.Err()
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return sourceErr
}

// feed sends the source's items until it ends, fails, or the context does.
func feed[T any](ctx context.Context, source iter.Seq2[T, error], items chan<- T) error {
	for item, err := range source {
		if err != nil {
			return err
		}
		select {
		case items <- item:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// partSize is the size from which an object is moved in parts, each of which is held in memory while it is on its way.
const partSize = 16 << 20

// largeSlots lets only a few objects that are moved in parts be on their way at once: each keeps several connections
// and buffers busy by itself.
type largeSlots chan struct{}

func newLargeSlots(concurrency int) largeSlots { return make(largeSlots, max(1, min(4, concurrency))) }

// take waits for a slot if an object of that size needs one, and returns what gives it back.
func (s largeSlots) take(ctx context.Context, size int64) (func(), error) {
	if size <= partSize {
		return func() {}, nil
	}
	select {
	case s <- struct{}{}:
		return func() { <-s }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
