package parallel_test

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"

	"github.com/s3-credentials/s3-credentials/core/driver/parallel"
)

// names is a source, such as a listing is.
func names(context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, name := range []string{"alice", "bob", "carol"} {
			if !yield(name, nil) {
				return
			}
		}
	}
}

func ExampleItems() {
	var source parallel.Items[string] = names
	for name, err := range source(context.Background()) {
		fmt.Println(name, err)
	}
	// Output:
	// alice <nil>
	// bob <nil>
	// carol <nil>
}

func ExampleEach() {
	var letters atomic.Int64
	err := parallel.Each(context.Background(), 2, names, func(_ context.Context, name string) error {
		letters.Add(int64(len(name)))
		return nil
	})
	fmt.Println(letters.Load(), err)
	// Output: 13 <nil>
}

func ExampleMap() {
	lengths := parallel.Map(context.Background(), 2, names, func(_ context.Context, name string) (int, error) {
		return len(name), nil
	})
	for length, err := range lengths {
		fmt.Println(length, err)
	}
	// Output:
	// 5 <nil>
	// 3 <nil>
	// 5 <nil>
}
