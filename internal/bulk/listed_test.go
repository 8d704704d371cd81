package bulk_test

import (
	"context"
	"errors"
	"iter"
	"os"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/bulk"
)

// relisted lists each object as the function changes it.
type relisted struct {
	driver.Driver
	change func(*driver.ObjectInfo)
}

func (r *relisted) ListObjects(ctx context.Context, req driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
	return func(yield func(driver.ObjectInfo, error) bool) {
		for info, err := range r.Driver.ListObjects(ctx, req) {
			r.change(&info)
			if !yield(info, err) {
				return
			}
		}
	}
}

// TestGetComparesWithTheListing has a listing say something else than comes.
func TestGetComparesWithTheListing(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*driver.ObjectInfo)
		fails  bool
	}{
		"a size":            {func(o *driver.ObjectInfo) { o.Size++ }, true},
		"a large size":      {func(o *driver.ObjectInfo) { o.Size = 1 << 30 }, true},
		"a checksum":        {func(o *driver.ObjectInfo) { o.ETag = `"00000000000000000000000000000000"` }, true},
		"no checksum":       {func(o *driver.ObjectInfo) { o.ETag = `"encrypted"` }, false},
		"what it is indeed": {func(*driver.ObjectInfo) {}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			memory := openMemory(t)
			engine := engineOn(t, &relisted{memory, c.change})
			if err := memory.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: bucket}); err != nil {
				t.Fatal(err)
			}
			store(t, engine, "a.txt")
			if err := errors.Join(os.Mkdir("to", 0o777), os.WriteFile("to/a.txt", []byte("former"), 0o600)); err != nil {
				t.Fatal(err)
			}
			summary, err := get(t, engine, bulk.Options{}, bulk.Download{})
			if !c.fails {
				expect(t, summary, err, 1, 0)
				same(t, "after the success", below(t, "to"), []string{"a.txt=a.txt"})
				return
			}
			expect(t, summary, err, 0, 0, "a.txt")
			if len(summary.Failures) == 1 && !errors.Is(summary.Failures[0].Err, fault.DataLoss) {
				t.Errorf("%v", summary.Failures[0].Err)
			}
			same(t, "after the failure", below(t, "to"), []string{"a.txt=former"})
		})
	}
}
