package minio

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/s3utils"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// ListBuckets yields the buckets that the credentials may see.
func (b *backend) ListBuckets(ctx context.Context) iter.Seq2[driver.BucketInfo, error] {
	return driver.Listing(func() ([]driver.BucketInfo, error) {
		if err := b.ready(ctx); err != nil {
			return nil, err
		}
		buckets, err := s3fault.Call(ctx, 0, b.s3.ListBuckets)
		infos := make([]driver.BucketInfo, len(buckets))
		for i, bucket := range buckets {
			infos[i] = driver.BucketInfo{Name: bucket.Name, Created: bucket.CreationDate, Region: bucket.BucketRegion}
		}
		slices.SortFunc(infos, func(a, b driver.BucketInfo) int { return strings.Compare(a.Name, b.Name) })
		return infos, b.wrapError(ctx, err, "list the buckets")
	})
}

// HeadBucket looks a bucket up.
func (b *backend) HeadBucket(ctx context.Context, req driver.HeadBucketRequest) (driver.BucketDetail, error) {
	if err := b.readyFor(ctx, req.Bucket); err != nil {
		return driver.BucketDetail{}, err
	}
	exists, err := s3fault.Call(ctx, 0, func(ctx context.Context) (bool, error) { return b.s3.BucketExists(ctx, req.Bucket) })
	if err != nil {
		return driver.BucketDetail{}, b.wrapError(ctx, err, "look up the bucket %q", req.Bucket)
	}
	if !exists {
		return driver.BucketDetail{}, fault.New(fault.NotFound, "there is no bucket %q", req.Bucket)
	}
	return driver.BucketDetail{}, nil
}

// readyFor is ready for a request about a bucket.
func (b *backend) readyFor(ctx context.Context, bucket string) error {
	if err := checkBucket(bucket); err != nil {
		return err
	}
	return b.ready(ctx)
}

// CreateBucket creates a bucket. A MinIO server is in one region.
func (b *backend) CreateBucket(ctx context.Context, req driver.CreateBucketRequest) error {
	if req.Region != "" {
		return fault.New(fault.Unsupported, "MinIO keeps all buckets in one region; leave the region out")
	}
	if err := s3utils.CheckValidBucketNameStrict(req.Bucket); err != nil {
		return fault.New(fault.InvalidArgument, "%q cannot be the name of a bucket: %s", req.Bucket, lowerFirst(err.Error()))
	}
	if err := b.ready(ctx); err != nil {
		return err
	}
	err := do(ctx, func(ctx context.Context) error {
		return b.s3.MakeBucket(ctx, req.Bucket, minio.MakeBucketOptions{Region: b.region})
	})
	return b.wrapError(ctx, err, "create the bucket %q", req.Bucket)
}

// DeleteBucket deletes an empty bucket.
func (b *backend) DeleteBucket(ctx context.Context, req driver.DeleteBucketRequest) error {
	if err := b.readyFor(ctx, req.Bucket); err != nil {
		return err
	}
	err := do(ctx, func(ctx context.Context) error { return b.s3.RemoveBucket(ctx, req.Bucket) })
	return b.wrapError(ctx, err, "delete the bucket %q", req.Bucket)
}
