package seaweedfs

import (
	"context"
	"errors"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// The server makes a bucket for an object that its administrator stores in none, and deletes objects from a bucket that is none. So
// this backend looks once whether there is the bucket.

// PutObject stores an object in a bucket that is there.
func (b *backend) PutObject(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	if err := b.mustExist(ctx, req.Bucket); err != nil {
		return driver.ObjectDetail{}, err
	}
	return b.API.PutObject(ctx, req)
}

// DeleteObjects deletes objects of a bucket that is there.
func (b *backend) DeleteObjects(ctx context.Context, req driver.DeleteObjectsRequest) (driver.DeleteObjectsResponse, error) {
	if err := b.mustExist(ctx, req.Bucket); err != nil {
		return driver.DeleteObjectsResponse{}, err
	}
	return b.API.DeleteObjects(ctx, req)
}

// DeleteBucket deletes a bucket, which is then not there.
func (b *backend) DeleteBucket(ctx context.Context, req driver.DeleteBucketRequest) error {
	b.seen.Delete(req.Bucket)
	return b.API.DeleteBucket(ctx, req)
}

// mustExist fails with NotFound for a bucket that is not there. Who may not look at it is no administrator: the server makes it no bucket.
func (b *backend) mustExist(ctx context.Context, bucket string) error {
	if _, seen := b.seen.Load(bucket); seen {
		return nil
	}
	_, err := b.HeadBucket(ctx, driver.HeadBucketRequest{Bucket: bucket})
	if err != nil && !errors.Is(err, fault.PermissionDenied) {
		return err
	}
	b.seen.Store(bucket, true)
	return nil
}
