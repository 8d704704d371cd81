package aws

import (
	"context"
	"iter"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
)

// paginator is the interface of the SDK's paginators; O is the service's options, P a page.
type paginator[O, P any] interface {
	HasMorePages() bool
	NextPage(context.Context, ...func(*O)) (*P, error)
}

// listing yields the items of all pages, each converted. It can be read once. The action completes "cannot ...".
func listing[O, P, S, T any](ctx context.Context, pages paginator[O, P], items func(*P) []S, convert func(*S) T,
	action string, args ...any) iter.Seq2[T, error] {
	ctx = s3fault.Listing(ctx)
	return func(yield func(T, error) bool) {
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(*new(T), wrapError(ctx, err, action, args...))
				return
			}
			of := items(page)
			for i := range of {
				if !yield(convert(&of[i]), nil) {
					return
				}
			}
		}
	}
}

// failedListing yields the error.
func failedListing[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) { yield(*new(T), err) }
}

// sorted yields the strings of a short listing in order.
func sorted(unsorted iter.Seq2[string, error]) iter.Seq2[string, error] {
	return driver.Listing(func() ([]string, error) {
		var all []string
		for item, err := range unsorted {
			if err != nil {
				return nil, err
			}
			all = append(all, item)
		}
		slices.Sort(all)
		return all, nil
	})
}
