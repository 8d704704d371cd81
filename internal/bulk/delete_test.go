package bulk_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/bulk"
)

func TestDeleteKeysByteForByte(t *testing.T) {
	engine, _ := start(t)
	odd := []string{" a", "a ", "a", "a\r", "a\n", "é", "d/a", "d/", "gone"}
	store(t, engine, append([]string{"A", "b", "d/b"}, odd[:len(odd)-1]...)...)
	summary, err := bulk.Delete(t.Context(), engine, bucket, bulk.Keys(append(odd, "a", "gone")), bulk.Options{})
	expect(t, summary, err, int64(len(odd)), 0) // deleting what is not there is no error
	same(t, "keys", keys(t, engine), []string{"A", "b", "d/b"})
}

func TestDeleteRefusesWhatIsNoKey(t *testing.T) {
	engine, h := start(t)
	for _, key := range []string{"", "a\xff"} {
		_, err := bulk.Delete(t.Context(), engine, bucket, bulk.Keys([]string{"a", key}), bulk.Options{})
		if !errors.Is(err, fault.InvalidArgument) || !strings.Contains(err.Error(), "nothing was deleted") {
			t.Errorf("%q: got %v", key, err)
		}
	}
	same(t, "requests", h.called("Delete"), nil)
}

func TestDeletePrefixWhileListing(t *testing.T) {
	engine, h := start(t)
	var all []string
	for i := range 2500 {
		all = append(all, fmt.Sprintf("d/%04d", i))
	}
	store(t, engine, append(all, "D/x", "d", "e/x")...)
	bar := &sums{}
	summary, err := bulk.Delete(t.Context(), engine, bucket, bulk.KeysWithPrefix(engine, bucket, "d/"), bulk.Options{Progress: bar})
	expect(t, summary, err, 2500, 0)
	same(t, "batches", h.called("Delete"), []string{"1000", "1000", "500"})
	same(t, "keys", keys(t, engine), []string{"D/x", "d", "e/x"})
	if bar.moved.Load() != 2500 {
		t.Errorf("progress %d", bar.moved.Load())
	}
}

func TestDeleteListsFailures(t *testing.T) {
	engine, h := start(t)
	store(t, engine, "a", "b", "c")
	refusing := &refusingDeleter{hooked: h, refuse: "b"}
	engine = engineOn(t, refusing)
	summary, err := bulk.Delete(t.Context(), engine, bucket, bulk.Keys([]string{"c", "b", "a"}), bulk.Options{})
	expect(t, summary, err, 2, 0, "b")
	if f := summary.Failures[0].Err; !errors.Is(f, fault.PermissionDenied) || !strings.Contains(f.Error(), "AccessDenied: not you") {
		t.Error(f)
	}
}

// refusingDeleter refuses to delete one key.
type refusingDeleter struct {
	*hooked
	refuse string
}

func (r *refusingDeleter) DeleteObjects(ctx context.Context, req driver.DeleteObjectsRequest) (driver.DeleteObjectsResponse, error) {
	var rest []string
	for _, key := range req.Keys {
		if key != r.refuse {
			rest = append(rest, key)
		}
	}
	done, err := r.hooked.DeleteObjects(ctx, driver.DeleteObjectsRequest{Bucket: req.Bucket, Keys: rest})
	done.Failed = append(done.Failed, driver.ObjectFailure{Key: r.refuse, Code: "AccessDenied", Message: "not you"})
	return done, err
}

func TestDeleteWholeBatchFails(t *testing.T) {
	engine, h := start(t)
	h.before = func(_ context.Context, method, _ string) error { return refuse(fault.PermissionDenied) }
	summary, err := bulk.Delete(t.Context(), engine, bucket, bulk.Keys([]string{"a", "b"}), bulk.Options{})
	expect(t, summary, err, 0, 0, "a", "b")
	h.before = nil
	_, err = bulk.Delete(t.Context(), engine, "no-such-bucket", bulk.Keys([]string{"a", "b"}), bulk.Options{})
	if !errors.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
}

func TestDeleteKeepsNoMoreKeysThanItNeeds(t *testing.T) {
	engine, h := start(t)
	const concurrency, total = 3, 50_000
	var listed atomic.Int64
	most := int64(0)
	var deleted atomic.Int64
	h.before = func(_ context.Context, method, n string) error {
		if method == "Delete" {
			deleted.Add(driver.MaxDeleteObjects)
		}
		return nil
	}
	source := func(context.Context) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for i := range total {
				most = max(most, listed.Add(1)-deleted.Load())
				if !yield(fmt.Sprint(i), nil) {
					return
				}
			}
		}
	}
	summary, err := bulk.Delete(t.Context(), engine, bucket, source, bulk.Options{Concurrency: concurrency})
	expect(t, summary, err, total, 0)
	if limit := int64((2*concurrency + 2) * driver.MaxDeleteObjects); most > limit {
		t.Errorf("%d keys waited, more than %d", most, limit)
	}
}

func TestFailuresAreNotKeptWithoutEnd(t *testing.T) {
	engine, h := start(t)
	h.before = func(context.Context, string, string) error { return refuse(fault.PermissionDenied) }
	source := func(context.Context) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for i := range bulk.MaxFailures + 5000 {
				if !yield(fmt.Sprint(i), nil) {
					return
				}
			}
		}
	}
	summary, err := bulk.Delete(t.Context(), engine, bucket, source, bulk.Options{})
	if err != nil || len(summary.Failures) != bulk.MaxFailures || summary.MoreFailures != 5000 || summary.Failed() != bulk.MaxFailures+5000 {
		t.Errorf("%v: %d named, %d more", err, len(summary.Failures), summary.MoreFailures)
	}
}
