package minio

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/minio/minio-go/v7"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// ListObjects yields the objects whose keys start with the prefix, a page at a time.
func (b *backend) ListObjects(ctx context.Context, req driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
	return func(yield func(driver.ObjectInfo, error) bool) {
		if err := b.readyFor(ctx, req.Bucket); err != nil {
			yield(driver.ObjectInfo{}, err)
			return
		}
		noOwner := false
		options := minio.ListObjectsOptions{Prefix: req.Prefix, Recursive: !req.Folders, FetchOwner: &noOwner}
		err := do(s3fault.Listing(ctx), func(ctx context.Context) error {
			for object := range b.s3.ListObjectsIter(ctx, req.Bucket, options) {
				if object.Err != nil {
					return object.Err
				}
				if !yield(objectOf(object), nil) {
					return nil
				}
			}
			// minio-go ends a listing without an error when its context ends.
			return ctx.Err()
		})
		if err != nil {
			yield(driver.ObjectInfo{}, b.wrapError(ctx, err, "list the objects of the bucket %q", req.Bucket))
		}
	}
}

func objectOf(o minio.ObjectInfo) driver.ObjectInfo {
	info := driver.ObjectInfo{
		Key: o.Key, LastModified: o.LastModified, ETag: quoted(o.ETag), Size: o.Size, StorageClass: o.StorageClass,
		ChecksumType: o.ChecksumMode,
	}
	if o.ChecksumAlgorithm != "" {
		info.ChecksumAlgorithm = []string{o.ChecksumAlgorithm}
	}
	return info
}

// quoted restores the quotation marks that minio-go removes from an ETag.
func quoted(etag string) string {
	if etag == "" {
		return ""
	}
	return `"` + strings.Trim(etag, `"`) + `"`
}

// HeadObject looks an object up.
func (b *backend) HeadObject(ctx context.Context, req driver.HeadObjectRequest) (driver.ObjectDetail, error) {
	if err := b.readyForObject(ctx, req.Bucket, req.Key); err != nil {
		return driver.ObjectDetail{}, err
	}
	info, err := s3fault.Call(ctx, 0, func(ctx context.Context) (minio.ObjectInfo, error) {
		return b.s3.StatObject(ctx, req.Bucket, req.Key, minio.StatObjectOptions{})
	})
	if err != nil {
		return driver.ObjectDetail{}, b.wrapError(ctx, err, "look up %q in the bucket %q", req.Key, req.Bucket)
	}
	return detailOf(info), nil
}

func detailOf(info minio.ObjectInfo) driver.ObjectDetail {
	return driver.ObjectDetail{
		Size: info.Size, ETag: quoted(info.ETag), ContentType: info.ContentType, LastModified: info.LastModified, VersionID: info.VersionID,
	}
}

// readyForObject is ready for a request about an object.
func (b *backend) readyForObject(ctx context.Context, bucket, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	return b.readyFor(ctx, bucket)
}

// DeleteObjects deletes objects: those whose keys XML can express in one request, the others one by one.
func (b *backend) DeleteObjects(ctx context.Context, req driver.DeleteObjectsRequest) (driver.DeleteObjectsResponse, error) {
	var done driver.DeleteObjectsResponse
	if len(req.Keys) > driver.MaxDeleteObjects {
		return done, fault.New(fault.InvalidArgument, "at most %d objects can be deleted at a time, not %d", driver.MaxDeleteObjects, len(req.Keys))
	}
	for _, key := range req.Keys {
		if err := checkKey(key); err != nil {
			return done, err
		}
	}
	if err := b.readyFor(ctx, req.Bucket); err != nil {
		return done, err
	}
	together, single := transfer.SplitKeys(req.Keys)
	err := do(ctx, func(ctx context.Context) error { return b.deleteTogether(ctx, req.Bucket, together, &done) })
	if err != nil {
		return done, b.wrapError(ctx, err, "delete objects of the bucket %q", req.Bucket)
	}
	for _, key := range single {
		if err := b.deleteOne(ctx, req.Bucket, key, &done); err != nil {
			return done, b.wrapError(ctx, err, "delete %q in the bucket %q", key, req.Bucket)
		}
	}
	return done, nil
}

// deleteTogether sends one request. An error with a status is about the whole request, one without is about a key.
func (b *backend) deleteTogether(ctx context.Context, bucket string, keys []string, done *driver.DeleteObjectsResponse) error {
	if len(keys) == 0 {
		return nil
	}
	wanted := func(yield func(minio.ObjectInfo) bool) {
		for _, key := range keys {
			if !yield(minio.ObjectInfo{Key: key}) {
				return
			}
		}
	}
	results, err := b.s3.RemoveObjectsWithIter(ctx, bucket, wanted, minio.RemoveObjectsOptions{})
	if err != nil {
		return err
	}
	answered := map[string]bool{}
	for result := range results {
		answer := answerOf(result.Err)
		if result.Err != nil && (answer == nil || answer.HTTPStatus != 0) {
			return result.Err
		}
		answered[result.ObjectName] = true
		if result.Err == nil {
			done.Deleted = append(done.Deleted, result.ObjectName)
			continue
		}
		done.Failed = append(done.Failed, driver.ObjectFailure{Key: result.ObjectName, Code: answer.Code, Message: answer.Message})
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, key := range keys {
		if !answered[key] {
			done.Failed = append(done.Failed, driver.ObjectFailure{Key: key, Code: "InvalidArgument", Message: "the server did not say that it deleted it"})
		}
	}
	return nil
}

func (b *backend) deleteOne(ctx context.Context, bucket, key string, done *driver.DeleteObjectsResponse) error {
	err := do(ctx, func(ctx context.Context) error {
		return b.s3.RemoveObject(ctx, bucket, key, minio.RemoveObjectOptions{})
	})
	if err == nil {
		done.Deleted = append(done.Deleted, key)
		return nil
	}
	answer := answerOf(err)
	whole := []fault.Code{fault.Unauthenticated, fault.Unavailable, fault.ResourceExhausted}
	if answer == nil || answer.Code == "NoSuchBucket" || slices.Contains(whole, system.Code(answer)) {
		return err
	}
	done.Failed = append(done.Failed, driver.ObjectFailure{Key: key, Code: answer.Code, Message: answer.Message})
	return nil
}
