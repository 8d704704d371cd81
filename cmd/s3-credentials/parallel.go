package main

import (
	"context"
	"errors"
	"iter"

	"github.com/s3-credentials/s3-credentials/core/driver/parallel"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// lookUpsAtOnce is how many look-ups a listing with details runs at the same time.
const lookUpsAtOnce = 16

// errNotListed is what a look-up returns for an item that is not to be listed.
var errNotListed = errors.New("not listed")

// lookedUp yields the result of lookUp for each item, in order, and runs several look-ups at a time. It omits items that
// were deleted after they were listed, and those for which lookUp returns errNotListed.
func lookedUp[T, U any](ctx context.Context, items iter.Seq2[T, error], lookUp func(context.Context, T) (U, error)) iter.Seq2[U, error] {
	source := func(context.Context) iter.Seq2[T, error] { return items }
	found := parallel.Map(ctx, lookUpsAtOnce, source, func(ctx context.Context, item T) (*U, error) {
		value, err := lookUp(ctx, item)
		if errors.Is(err, fault.NotFound) || errors.Is(err, errNotListed) {
			return nil, nil
		}
		return &value, err
	})
	return func(yield func(U, error) bool) {
		for value, err := range found {
			var zero U
			switch {
			case err != nil:
				yield(zero, err)
			case value != nil && !yield(*value, nil):
				return
			}
		}
	}
}

// flat yields the items of slices one by one.
func flat[T any](slices iter.Seq2[[]T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for items, err := range slices {
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

// collected reads a listing to its end.
func collected[T any](items iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for item, err := range items {
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	return all, nil
}
