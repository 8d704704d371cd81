package memory

import (
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// EmptyBucket deletes the objects, up to the first that the caller may not delete.
func (b *backend) EmptyBucket(ctx context.Context, req driver.EmptyBucketRequest) iter.Seq2[driver.EmptiedItem, error] {
	return func(yield func(driver.EmptiedItem, error) bool) {
		emptied, err := b.empty(ctx, req.Bucket)
		for _, item := range emptied {
			if !yield(item, nil) {
				return
			}
		}
		if err != nil {
			yield(driver.EmptiedItem{}, err)
		}
	}
}

func (b *backend) empty(ctx context.Context, bucket string) (emptied []driver.EmptiedItem, err error) {
	k, who, unlock, err := b.withBucket(ctx, "EmptyBucket", bucket, driver.CapBucketEmpty)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := who.may("s3:ListBucketVersions", k.arn(), k, nil); err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(k.objects)) {
		if err := who.may("s3:DeleteObjectVersion", k.arn()+"/"+key, k, nil); err != nil {
			return emptied, err
		}
		delete(k.objects, key)
		emptied = append(emptied, driver.EmptiedItem{Key: key})
	}
	return emptied, nil
}
