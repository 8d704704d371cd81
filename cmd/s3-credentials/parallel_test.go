package main

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// numbers yields 0 to n-1 and then the error, if there is one.
func numbers(n int, err error) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range n {
			if !yield(i, nil) {
				return
			}
		}
		if err != nil {
			yield(0, err)
		}
	}
}

func TestLookedUpKeepsTheOrder(t *testing.T) {
	next := make(chan struct{}, 1)
	// Of each two neighbours the later one is done first: they must run at the same time, and come out in order.
	lookUp := func(_ context.Context, i int) (int, error) {
		if i%2 == 0 {
			<-next
		} else {
			next <- struct{}{}
		}
		return i * i, nil
	}
	want := 0
	for got, err := range lookedUp(t.Context(), numbers(200, nil), lookUp) {
		if err != nil || got != want*want {
			t.Fatalf("got %d, %v, want %d", got, err, want*want)
		}
		want++
	}
	if want != 200 {
		t.Fatalf("got %d items", want)
	}
}

func TestLookedUpStopsAtErrors(t *testing.T) {
	broken := errors.New("broken")
	fails := func(_ context.Context, i int) (int, error) {
		if i == 5 {
			return 0, broken
		}
		return i, nil
	}
	for name, items := range map[string]iter.Seq2[int, error]{
		"of a look-up":   lookedUp(t.Context(), numbers(100, nil), fails),
		"of the listing": lookedUp(t.Context(), numbers(5, broken), fails),
	} {
		t.Run(name, func(t *testing.T) {
			seen := 0
			for _, err := range items {
				if err != nil {
					if !errors.Is(err, broken) || seen != 5 {
						t.Errorf("%v after %d items", err, seen)
					}
					seen = -1
					continue
				}
				seen++
			}
			if seen != -1 {
				t.Errorf("no error, or items after it: %d", seen)
			}
		})
	}
}

func TestLookedUpLeavesNothingRunning(t *testing.T) {
	var running atomic.Int32
	lookUp := func(ctx context.Context, i int) (int, error) {
		running.Add(1)
		defer running.Add(-1)
		if i > 0 {
			<-ctx.Done()
		}
		return i, ctx.Err()
	}
	for range lookedUp(t.Context(), numbers(1000, nil), lookUp) {
		break
	}
	if n := running.Load(); n != 0 {
		t.Errorf("%d look-ups are still running", n)
	}
}

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
