package driver

import "iter"

// Listing makes a listing of what one call of fetch returns, for systems that send all items at once. Fetch is called
// when the listing is read. Where it fails, the listing yields its error and no item.
func Listing[T any](fetch func() ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		items, err := fetch()
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
