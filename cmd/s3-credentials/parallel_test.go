package main

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// What is deleted between the listing and the look-up is left out; what the listing itself does not find is an error.
func TestLookedUpLeavesOutWhatIsGone(t *testing.T) {
	items := func(yield func(int, error) bool) {
		for n := range 4 {
			if !yield(n, nil) {
				return
			}
		}
	}
	var got []int
	for n, err := range lookedUp(t.Context(), items, func(_ context.Context, n int) (int, error) {
		if n%2 == 0 {
			return 0, fault.New(fault.NotFound, "gone")
		}
		return n, nil
	}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, n)
	}
	if !slices.Equal(got, []int{1, 3}) {
		t.Errorf("got %v", got)
	}
	missing := func(yield func(int, error) bool) { yield(0, fault.New(fault.NotFound, "no such list")) }
	for _, err := range lookedUp(t.Context(), missing, func(_ context.Context, n int) (int, error) { return n, nil }) {
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("got %v", err)
		}
	}
}
