package main

import (
	"context"
	"errors"
	"iter"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// lookUpsAtOnce is how many look-ups a listing with details has under way at any time.
const lookUpsAtOnce = 16

// lookedUp yields what lookUp returns for each item, in the items' order, with several look-ups under way at a time. An
// item that somebody deleted since it was listed is left out.
func lookedUp[T, U any](ctx context.Context, items iter.Seq2[T, error], lookUp func(context.Context, T) (U, error)) iter.Seq2[U, error] {
	return func(yield func(U, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		queue := make(chan chan result[U], lookUpsAtOnce)
		defer func() { // nothing is left running when the loop ends early
			cancel()
			for answer := range queue {
				<-answer
			}
		}()
		go feed(ctx, items, lookUp, queue)
		for answer := range queue {
			r := <-answer
			if r.gone {
				continue
			}
			if !yield(r.value, r.err) || r.err != nil {
				return
			}
		}
	}
}

// result is what one look-up returned.
type result[U any] struct {
	value U
	err   error
	// gone says that what was looked up is not there any more.
	gone bool
}

// feed starts the look-ups, as many at a time as the queue has room for, and closes the queue.
func feed[T, U any](ctx context.Context, items iter.Seq2[T, error], lookUp func(context.Context, T) (U, error), queue chan<- chan result[U]) {
	defer close(queue)
	for item, err := range items {
		if ctx.Err() != nil {
			return
		}
		answer := make(chan result[U], 1)
		queue <- answer
		if err != nil {
			answer <- result[U]{err: err}
			return
		}
		go func() {
			value, err := lookUp(ctx, item)
			answer <- result[U]{value: value, err: err, gone: errors.Is(err, fault.NotFound)}
		}()
	}
}
