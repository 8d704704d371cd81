package wire_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

const patience = time.Minute

// waiting waits in every method for its context, and says when it began and how it ended.
type waiting struct {
	fake
	began chan struct{}
	ended chan error
}

func newWaiting() *waiting {
	return &waiting{began: make(chan struct{}, 1), ended: make(chan error, 1)}
}

func (w *waiting) wait(ctx context.Context) error {
	w.began <- struct{}{}
	<-ctx.Done()
	w.ended <- ctx.Err()
	return ctx.Err()
}

func (w *waiting) WhoAmI(ctx context.Context) (driver.Caller, error) {
	return driver.Caller{}, w.wait(ctx)
}

func (w *waiting) ListUsers(ctx context.Context) iter.Seq2[driver.User, error] {
	return func(yield func(driver.User, error) bool) {
		yield(driver.User{}, w.wait(ctx))
	}
}

func (w *waiting) GetObject(ctx context.Context, _ driver.GetObjectRequest) (driver.ObjectDetail, error) {
	return driver.ObjectDetail{}, w.wait(ctx)
}

func (w *waiting) PutObject(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	w.began <- struct{}{}
	if req.Body == nil {
		<-ctx.Done()
		w.ended <- ctx.Err()
		return driver.ObjectDetail{}, ctx.Err()
	}
	_, err := io.Copy(io.Discard, req.Body)
	w.ended <- err
	return driver.ObjectDetail{}, err
}

// calls are one call of each shape.
var calls = map[string]func(context.Context, driver.Driver) error{
	"unary": func(ctx context.Context, d driver.Driver) error { _, err := d.WhoAmI(ctx); return err },
	"listing": func(ctx context.Context, d driver.Driver) error {
		for _, err := range d.ListUsers(ctx) {
			return err
		}
		return nil
	},
	"get by path": func(ctx context.Context, d driver.Driver) error {
		_, err := d.GetObject(ctx, driver.GetObjectRequest{Path: filepath.Join(os.TempDir(), "s3-credentials-wire-test")})
		return err
	},
	"get to body": func(ctx context.Context, d driver.Driver) error {
		_, err := d.GetObject(ctx, driver.GetObjectRequest{Body: io.Discard})
		return err
	},
	"put by path": func(ctx context.Context, d driver.Driver) error {
		_, err := d.PutObject(ctx, driver.PutObjectRequest{Path: "/x"})
		return err
	},
	"put from a body that never ends": func(ctx context.Context, d driver.Driver) error {
		_, err := d.PutObject(ctx, driver.PutObjectRequest{Body: endless{}})
		return err
	},
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestCancellationReachesTheDriver(t *testing.T) {
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			d := newWaiting()
			client := open(t, d)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			go func() { <-d.began; cancel() }()
			err := call(ctx, client)
			if !errors.Is(err, context.Canceled) || !errors.Is(err, fault.Canceled) {
				t.Errorf("the host got %v (%s)", err, fault.CodeOf(err))
			}
			select {
			case err := <-d.ended:
				if err == nil {
					t.Error("the driver took a broken-off call for a finished one")
				}
			case <-time.After(patience):
				t.Error("the driver was not told")
			}
		})
	}
}

// TestDeadlineReachesTheDriver gives calls a deadline. On a busy machine it may pass before the driver has heard of the call: then
// the call has more time.
func TestDeadlineReachesTheDriver(t *testing.T) {
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			for deadline := 50 * time.Millisecond; !deadlineReaches(t, call, deadline); deadline *= 4 {
				if deadline > patience {
					t.Fatal("the driver never heard of the call")
				}
			}
		})
	}
}

func deadlineReaches(t *testing.T, call func(context.Context, driver.Driver) error, deadline time.Duration) (began bool) {
	t.Helper()
	d := newWaiting()
	client := open(t, d)
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	err := call(ctx, client)
	if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, fault.DeadlineExceeded) {
		t.Errorf("the host got %v (%s)", err, fault.CodeOf(err))
	}
	select {
	case <-d.began:
	case <-time.After(deadline):
		return false
	}
	select {
	case <-d.ended:
	case <-time.After(patience):
		t.Error("the driver was not told")
	}
	return true
}

// deaf does not listen to its context.
type deaf struct {
	fake
	release chan struct{}
}

func (d *deaf) WhoAmI(context.Context) (driver.Caller, error) {
	<-d.release
	return driver.Caller{}, nil
}

func TestCancelEndsACallThatHangs(t *testing.T) {
	d := &deaf{release: make(chan struct{})}
	client := open(t, d)
	defer close(d.release)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := client.WhoAmI(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestCallsOnALostConnection(t *testing.T) {
	conn := connect(t, newWaiting())
	client := openOn(t, conn)
	_ = conn.Close()
	for name, call := range calls {
		err := call(context.Background(), client)
		if !errors.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "the plugin test has ended unexpectedly") {
			t.Errorf("%s: got %v (%s)", name, err, fault.CodeOf(err))
		}
	}
}

// TestNoGoroutineStays counts after many broken-off and finished calls.
func TestNoGoroutineStays(t *testing.T) {
	d := newWaiting()
	client := open(t, d)
	before := runtime.NumGoroutine()
	for _, call := range calls {
		for range 5 {
			ctx, cancel := context.WithCancel(context.Background())
			go func() { <-d.began; cancel() }()
			_ = call(ctx, client)
			<-d.ended
			cancel()
		}
	}
	deadline := time.Now().Add(patience)
	for runtime.NumGoroutine() > before {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines became %d:\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
		}
		runtime.Gosched()
	}
}
