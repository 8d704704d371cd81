package bulk_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/bulk"
)

func TestPut(t *testing.T) {
	engine, _ := start(t)
	write(t, "site/index.html", "site/js/app.js", "one.txt", "none")
	bar := &sums{}
	byExtension := func(name string) string {
		return map[string]string{".html": "text/html", ".txt": "text/plain"}[filepath.Ext(name)]
	}
	summary, err := put(t, engine, bulk.Options{Progress: bar, ContentType: byExtension}, "site", "one.txt", "none")
	expect(t, summary, err, 4, 0)
	same(t, "keys", keys(t, engine), []string{"none", "one.txt", "site/index.html", "site/js/app.js"})
	if want := int64(len("site/index.html" + "site/js/app.js" + "one.txt" + "none")); bar.moved.Load() != want || summary.Bytes != want {
		t.Errorf("%d and %d bytes moved of %d", bar.moved.Load(), summary.Bytes, want)
	}
	for key, want := range map[string]string{"site/index.html": "text/html", "site/js/app.js": "binary/octet-stream", "one.txt": "text/plain"} {
		detail, err := engine.HeadObject(t.Context(), driver.HeadObjectRequest{Bucket: bucket, Key: key})
		if err != nil || detail.ContentType != want {
			t.Errorf("%s: %q, %v", key, detail.ContentType, err)
		}
	}
}

func TestPutSkipsWhatIsThere(t *testing.T) {
	engine, h := start(t)
	write(t, "d/a", "d/b", "d/c")
	options := bulk.Options{SkipExisting: true}
	summary, err := put(t, engine, options, "d")
	expect(t, summary, err, 3, 0)
	h.called("Put")
	if err := os.WriteFile("d/b", []byte("D/B"), 0o666); err != nil { // of the same size
		t.Fatal(err)
	}
	bar := &sums{}
	options.Progress = bar
	summary, err = put(t, engine, options, "d")
	expect(t, summary, err, 1, 2)
	same(t, "stored again", h.called("Put"), []string{"d/b"})
	if bar.moved.Load() != 9 {
		t.Errorf("the progress stops at %d of 9 bytes", bar.moved.Load())
	}
	summary, err = put(t, engine, bulk.Options{}, "d")
	expect(t, summary, err, 3, 0)
}

func TestThere(t *testing.T) {
	engine, _ := start(t)
	write(t, "d/a", "d/b", "d/c")
	store(t, engine, "d/a")
	storeContent(t, engine, "d/b", "D/B")
	files, err := bulk.FindFiles(t.Context(), []string{"d"}, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	for file := range files.All(t.Context()) {
		there, err := bulk.There(t.Context(), engine, bucket, file)
		if err != nil || there != (file.Key == "d/a") {
			t.Errorf("%s: %v, %v", file.Key, there, err)
		}
	}
}

func TestPutWithoutPermissionToLookStoresAgain(t *testing.T) {
	engine, h := start(t)
	write(t, "a")
	store(t, engine, "a")
	h.before = func(_ context.Context, method, _ string) error {
		if method == "Head" {
			return refuse(fault.PermissionDenied)
		}
		return nil
	}
	summary, err := put(t, engine, bulk.Options{SkipExisting: true}, "a")
	expect(t, summary, err, 1, 0)
}

func TestPutGoesOnAfterFailures(t *testing.T) {
	engine, h := start(t)
	write(t, "d/a", "d/b", "d/c", "d/d")
	h.before = func(_ context.Context, method, key string) error {
		if method == "Put" && (key == "d/b" || key == "d/d") {
			return refuse(fault.PermissionDenied)
		}
		return nil
	}
	summary, err := put(t, engine, bulk.Options{Concurrency: 2}, "d")
	expect(t, summary, err, 2, 0, "d/b", "d/d")
	if !errors.Is(summary.Failures[0].Err, fault.PermissionDenied) {
		t.Error(summary.Failures[0].Err)
	}
	same(t, "keys", keys(t, engine), []string{"d/a", "d/c"})
}

// many makes a folder d of n files.
func many(t *testing.T, n int) {
	t.Helper()
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("d/%03d", i)
	}
	write(t, names...)
}

func TestPutEndsWhereNothingCanSucceed(t *testing.T) {
	noBucket := fault.New(fault.FailedPrecondition, "refused")
	noBucket.Service = &fault.Service{Code: "NoSuchBucket"}
	for name, cause := range map[string]error{
		"no bucket":             refuse(fault.NotFound),
		"so the service says":   noBucket,
		"wrong credentials":     refuse(fault.Unauthenticated),
		"a backend without it":  refuse(fault.Unsupported),
		"a system that is down": refuse(fault.Unavailable),
	} {
		t.Run(name, func(t *testing.T) {
			engine, h := start(t)
			many(t, 100)
			h.before = func(_ context.Context, method, _ string) error {
				if method == "Put" {
					return cause
				}
				return nil
			}
			summary, err := put(t, engine, bulk.Options{Concurrency: 3}, "d")
			if !errors.Is(err, cause) {
				t.Errorf("got %v", err)
			}
			if n := len(h.called("Put")); n > 6 {
				t.Errorf("it tried %d times", n)
			}
			if summary.Failed() != 0 || summary.Done != 0 {
				t.Errorf("%+v", summary)
			}
		})
	}
}

func TestPutGoesOnWhenTheSystemComesBack(t *testing.T) {
	engine, h := start(t)
	many(t, 60)
	var n atomic.Int64
	h.before = func(_ context.Context, method, _ string) error {
		if method == "Put" && n.Add(1)%3 != 0 { // two of three fail, never three in a row
			return refuse(fault.Unavailable)
		}
		return nil
	}
	summary, err := put(t, engine, bulk.Options{Concurrency: 1}, "d")
	if err != nil || summary.Done != 20 || summary.Failed() != 40 {
		t.Errorf("got %v, %d done, %d failed", err, summary.Done, summary.Failed())
	}
}

func TestPutStopsWithItsContext(t *testing.T) {
	engine, h := start(t)
	many(t, 50)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var begun atomic.Int64
	h.before = func(ctx context.Context, method, _ string) error {
		if method != "Put" || begun.Add(1) <= 5 {
			return nil
		}
		cancel()
		<-ctx.Done()
		return ctx.Err()
	}
	files, err := bulk.FindFiles(ctx, []string{"d"}, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	summary, err := bulk.Put(ctx, engine, bucket, files, bulk.Options{Concurrency: 4})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	h.before = nil
	if summary.Done != int64(len(keys(t, engine))) || summary.Failed() != 0 || summary.Done > 9 {
		t.Errorf("%d done and %d failed, %d stored", summary.Done, summary.Failed(), len(keys(t, engine)))
	}
}

// gauge tells how many calls are under way at most, and holds each until as many as expected have come.
type gauge struct {
	now, most atomic.Int64
	full      chan struct{}
	want      int64
}

func newGauge(want int) *gauge { return &gauge{full: make(chan struct{}), want: int64(want)} }

func (g *gauge) hold(ctx context.Context) error {
	n := g.now.Add(1)
	defer g.now.Add(-1)
	for most := g.most.Load(); n > most && !g.most.CompareAndSwap(most, n); most = g.most.Load() {
	}
	if n == g.want && g.most.Load() == g.want {
		select {
		case <-g.full:
		default:
			close(g.full)
		}
	}
	select {
	case <-g.full:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestPutManyAtATime(t *testing.T) {
	engine, h := start(t)
	many(t, 40)
	g := newGauge(7)
	h.before = func(ctx context.Context, method, _ string) error {
		if method == "Put" {
			return g.hold(ctx)
		}
		return nil
	}
	summary, err := put(t, engine, bulk.Options{Concurrency: 7}, "d")
	expect(t, summary, err, 40, 0)
	if g.most.Load() != 7 {
		t.Errorf("%d at a time", g.most.Load())
	}
}

func TestPutFewLargeOnesAtATime(t *testing.T) {
	engine, h := start(t)
	many(t, 12)
	for i := range 12 {
		if err := os.Truncate(fmt.Sprintf("d/%03d", i), 17<<20); err != nil {
			t.Fatal(err)
		}
	}
	g := newGauge(4)
	h.before = func(ctx context.Context, method, _ string) error {
		if err := g.hold(ctx); method != "Put" || err != nil {
			return err
		}
		return refuse(fault.PermissionDenied) // the bytes do not matter here
	}
	summary, err := put(t, engine, bulk.Options{Concurrency: 12}, "d")
	if err != nil || summary.Failed() != 12 {
		t.Errorf("%v, %+v", err, summary)
	}
	if g.most.Load() != 4 {
		t.Errorf("%d at a time", g.most.Load())
	}
}
