// Package parallel runs one function over many items, a bounded number at a time. It is for backends that ask a system
// many questions, and for programs that ask a backend. Where the items are few and known, an errgroup of golang.org/x/sync does.
package parallel

import (
	"context"
	"iter"

	"golang.org/x/sync/errgroup"
)

// Items is a source of items; an error ends it. Its context ends when no further item is wanted.
type Items[T any] func(context.Context) iter.Seq2[T, error]

// Each calls do for every item, with up to n calls (at least 1) at a time, in no particular order. An error of do, or the end of the
// context, ends everything. An error of the source ends the source: the items before it are still worked on. Each returns
// when nothing is running any more, with the context's error, else do's first one, else the source's.
func Each[T any](ctx context.Context, n int, items Items[T], do func(context.Context, T) error) error {
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(n)
	var sourceErr error
	for item, err := range items(inner) {
		if sourceErr = err; err != nil || inner.Err() != nil {
			break
		}
		group.Go(func() error {
			if inner.Err() != nil { // it ended while this item waited for its turn
				return inner.Err()
			}
			return do(inner, item)
		})
	}
	err := group.Wait()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return err
	}
	return sourceErr
}

// Map yields what do returns for each item, in the items' order. Up to n results are being made or wait for their turn at
// a time, which bounds what they hold. The first error, of do or of the source, is the last that Map yields. Nothing is
// left running when the loop ends, also where it ends early.
func Map[T, U any](ctx context.Context, n int, items Items[T], do func(context.Context, T) (U, error)) iter.Seq2[U, error] {
	return func(yield func(U, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		queue := make(chan chan result[U], n-1)
		defer func() {
			cancel()
			for answer := range queue {
				<-answer
			}
		}()
		go start(ctx, items, do, queue)
		for answer := range queue {
			r := <-answer
			if !yield(r.value, r.err) || r.err != nil {
				return
			}
		}
	}
}

// result is what one call returned.
type result[U any] struct {
	value U
	err   error
}

// start starts the calls, as many at a time as the queue has room for, and closes the queue.
func start[T, U any](ctx context.Context, items Items[T], do func(context.Context, T) (U, error), queue chan<- chan result[U]) {
	defer close(queue)
	for item, err := range items(ctx) {
		answer := make(chan result[U], 1)
		queue <- answer
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			answer <- result[U]{err: err}
			return
		}
		go func() {
			value, err := do(ctx, item)
			answer <- result[U]{value, err}
		}()
	}
}
