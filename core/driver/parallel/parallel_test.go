package parallel_test

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver/parallel"
)

// numbers yields 0 to n-1 and then the error, if there is one.
func numbers(n int, err error) parallel.Items[int] {
	return func(context.Context) iter.Seq2[int, error] {
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
}

func TestMapKeepsTheOrder(t *testing.T) {
	next := make(chan struct{}, 1)
	// Of each two neighbours the later one is done first: they must run at the same time, and come out in order.
	call := func(_ context.Context, i int) (int, error) {
		if i%2 == 0 {
			<-next
		} else {
			next <- struct{}{}
		}
		return i * i, nil
	}
	want := 0
	for got, err := range parallel.Map(t.Context(), 16, numbers(200, nil), call) {
		if err != nil || got != want*want {
			t.Fatalf("got %d, %v, want %d", got, err, want*want)
		}
		want++
	}
	if want != 200 {
		t.Fatalf("got %d items", want)
	}
}

func TestMapStopsAtErrors(t *testing.T) {
	broken := errors.New("broken")
	fails := func(_ context.Context, i int) (int, error) {
		if i == 5 {
			return 0, broken
		}
		return i, nil
	}
	for name, items := range map[string]iter.Seq2[int, error]{
		"of a call":     parallel.Map(t.Context(), 16, numbers(100, nil), fails),
		"of the source": parallel.Map(t.Context(), 16, numbers(5, broken), fails),
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

func TestMapLeavesNothingRunning(t *testing.T) {
	var running atomic.Int32
	call := func(ctx context.Context, i int) (int, error) {
		running.Add(1)
		defer running.Add(-1)
		if i > 0 {
			<-ctx.Done()
		}
		return i, ctx.Err()
	}
	for range parallel.Map(t.Context(), 16, numbers(1000, nil), call) {
		break
	}
	if n := running.Load(); n != 0 {
		t.Errorf("%d calls are still running", n)
	}
}

func TestMapEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var last error
	for i, err := range parallel.Map(ctx, 1, numbers(100, nil), func(_ context.Context, i int) (int, error) { return i, nil }) {
		if last = err; i == 5 {
			cancel()
		}
	}
	cancel()
	if !errors.Is(last, context.Canceled) {
		t.Errorf("it ended with %v", last)
	}
}

func TestNoMoreThanSoManyAtATime(t *testing.T) {
	const n = 3
	var running, most atomic.Int32
	full := make(chan struct{})
	call := func(context.Context, int) (int, error) {
		now := running.Add(1)
		defer running.Add(-1)
		if now > most.Load() {
			most.Store(now)
		}
		if now == n {
			select {
			case <-full:
			default:
				close(full)
			}
		}
		<-full // so that n do run at a time
		return 0, nil
	}
	for _, err := range parallel.Map(t.Context(), n, numbers(100, nil), call) {
		if err != nil {
			t.Fatal(err)
		}
	}
	mapped := most.Swap(0)
	full = make(chan struct{})
	err := parallel.Each(t.Context(), n, numbers(100, nil), func(ctx context.Context, i int) error {
		_, err := call(ctx, i)
		return err
	})
	if err != nil || mapped != n || most.Load() != n {
		t.Errorf("%d and %d ran at a time, want %d, %v", mapped, most.Load(), n, err)
	}
}

func TestEachWorksOnWhatCameBeforeTheSourceFailed(t *testing.T) {
	broken := errors.New("broken")
	var sum atomic.Int64
	err := parallel.Each(t.Context(), 4, numbers(10, broken), func(_ context.Context, i int) error { sum.Add(int64(i)); return nil })
	if !errors.Is(err, broken) || sum.Load() != 45 {
		t.Errorf("got %v and the sum %d", err, sum.Load())
	}
}

func TestEachStopsAtAnError(t *testing.T) {
	broken := errors.New("broken")
	endless := func(ctx context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for yield(0, nil) {
			}
		}
	}
	for _, outer := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		var calls atomic.Int64
		err := parallel.Each(ctx, 4, endless, func(ctx context.Context, _ int) error {
			if calls.Add(1) == 10 && outer {
				cancel()
			} else if calls.Load() >= 10 && !outer {
				return broken
			}
			return ctx.Err()
		})
		cancel()
		if want := map[bool]error{false: broken, true: context.Canceled}[outer]; !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
}
