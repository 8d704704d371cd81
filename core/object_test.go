package core_test

import (
	"context"
	"slices"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// listening keeps the keys that it is asked to delete.
type listening struct {
	driver.Driver
	keys []string
}

func (d *listening) DeleteObjects(ctx context.Context, req driver.DeleteObjectsRequest) (driver.DeleteObjectsResponse, error) {
	d.keys = req.Keys
	return d.Driver.DeleteObjects(ctx, req)
}

func TestDeleteObjectsNamesEachKeyOnce(t *testing.T) {
	d := &listening{Driver: open(t, memory.Options{})}
	must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
	_, err := engine(t, d).DeleteObjects(t.Context(), driver.DeleteObjectsRequest{Bucket: "one", Keys: []string{"b", "a", "b", "a"}})
	must(t, err)
	if !slices.Equal(d.keys, []string{"b", "a"}) {
		t.Errorf("asked for %q", d.keys)
	}
}
