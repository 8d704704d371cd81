package sdk

import (
	"context"
	"iter"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// paginator is the interface of the SDK's paginators; O is the service's options, P a page.
type paginator[O, P any] interface {
	HasMorePages() bool
	NextPage(context.Context, ...func(*O)) (*P, error)
}

// Listing yields the items of all pages, each converted. It can be read once. The action completes "cannot ...".
func Listing[O, P, S, T any](ctx context.Context, c *Config, pages paginator[O, P], items func(*P) []S, convert func(*S) T,
	action string, args ...any) iter.Seq2[T, error] {
	ctx = s3fault.Listing(ctx)
	return func(yield func(T, error) bool) {
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(*new(T), c.Wrap(ctx, err, action, args...))
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

// Failed yields the error.
func Failed[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) { yield(*new(T), err) }
}

// Sorted yields the strings of a short Listing in order.
func Sorted(unsorted iter.Seq2[string, error]) iter.Seq2[string, error] {
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

// ErrOf drops an answer without content.
func ErrOf[O any](_ *O, err error) error { return err }

// Int converts a number; nil, which is unknown, stays nil.
func Int(n *int32) *int {
	if n == nil {
		return nil
	}
	value := int(*n)
	return &value
}

// CheckPresent refuses an empty name, which some services take for the caller's.
func CheckPresent(kind, name string) error {
	if name == "" {
		return fault.New(fault.InvalidArgument, "the name of the %s is empty", kind)
	}
	return nil
}
