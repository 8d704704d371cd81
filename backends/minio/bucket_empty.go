package minio

import (
	"context"
	"errors"
	"iter"

	"github.com/minio/minio-go/v7"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// emptying is the deletion of all that is in a bucket.
type emptying struct {
	*backend
	bucket string
	yield  func(driver.EmptiedItem, error) bool
}

// errEnough ends a deletion whose caller does not want to go on.
var errEnough = errors.New("that is enough")

// EmptyBucket deletes versions and delete markers while it lists them, and then the unfinished uploads that MinIO lists. The others do
// not keep a bucket, and MinIO removes them by itself.
func (b *backend) EmptyBucket(ctx context.Context, req driver.EmptyBucketRequest) iter.Seq2[driver.EmptiedItem, error] {
	return func(yield func(driver.EmptiedItem, error) bool) {
		err := b.readyFor(ctx, req.Bucket)
		e := &emptying{b, req.Bucket, yield}
		if err == nil {
			err = e.versions(ctx)
		}
		if err == nil {
			err = e.uploads(ctx)
		}
		if err != nil && !errors.Is(err, errEnough) {
			yield(driver.EmptiedItem{}, b.wrapError(ctx, err, "empty the bucket %q", req.Bucket))
		}
	}
}

func (e *emptying) versions(ctx context.Context) error {
	return do(s3fault.Listing(ctx), func(listing context.Context) error {
		var items []driver.EmptiedItem
		for object := range e.s3.ListObjectsIter(listing, e.bucket, minio.ListObjectsOptions{Recursive: true, WithVersions: true}) {
			if object.Err != nil {
				return object.Err
			}
			items = append(items, driver.EmptiedItem{Key: object.Key, VersionID: object.VersionID})
			if len(items) < driver.MaxDeleteObjects {
				continue
			}
			if err := e.delete(ctx, items); err != nil {
				return err
			}
			items = nil
		}
		if err := listing.Err(); err != nil {
			return err // minio-go ends a listing without an error when its context ends
		}
		return e.delete(ctx, items)
	})
}

// delete deletes versions: those whose keys XML can express in one request, the others one by one.
func (e *emptying) delete(ctx context.Context, items []driver.EmptiedItem) error {
	var together, single []driver.EmptiedItem
	for _, item := range items {
		if inXML, _ := transfer.SplitKeys([]string{item.Key}); len(inXML) > 0 {
			together = append(together, item)
		} else {
			single = append(single, item)
		}
	}
	if err := do(ctx, func(ctx context.Context) error { return e.deleteTogether(ctx, together) }); err != nil {
		return err
	}
	for _, item := range single {
		err := do(ctx, func(ctx context.Context) error {
			return e.s3.RemoveObject(ctx, e.bucket, item.Key, minio.RemoveObjectOptions{VersionID: item.VersionID})
		})
		if err != nil {
			return err
		}
		if !e.yield(item, nil) {
			return errEnough
		}
	}
	return nil
}

// deleteTogether sends one request. An error with a status is about the whole request, one without is about a version.
func (e *emptying) deleteTogether(ctx context.Context, items []driver.EmptiedItem) error {
	if len(items) == 0 {
		return nil
	}
	wanted := func(yield func(minio.ObjectInfo) bool) {
		for _, item := range items {
			if !yield(minio.ObjectInfo{Key: item.Key, VersionID: item.VersionID}) {
				return
			}
		}
	}
	results, err := e.s3.RemoveObjectsWithIter(ctx, e.bucket, wanted, minio.RemoveObjectsOptions{})
	if err != nil {
		return err
	}
	kept := map[driver.EmptiedItem]*fault.Service{}
	for result := range results {
		if result.Err == nil {
			continue
		}
		answer := answerOf(result.Err)
		if answer == nil || answer.HTTPStatus != 0 {
			return result.Err
		}
		kept[driver.EmptiedItem{Key: result.ObjectName, VersionID: result.ObjectVersionID}] = answer
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	var first error
	for _, item := range items {
		answer := kept[item]
		switch {
		case answer == nil && !e.yield(item, nil):
			return errEnough
		case answer != nil && first == nil:
			first = driver.Kept(e.bucket, item, answer)
		}
	}
	return first
}

func (e *emptying) uploads(ctx context.Context) error {
	client, keyMarker, uploadMarker := minio.Core{Client: e.s3}, "", ""
	listing := s3fault.Listing(ctx)
	for {
		page, err := s3fault.Call(listing, 0, func(ctx context.Context) (minio.ListMultipartUploadsResult, error) {
			return client.ListMultipartUploads(ctx, e.bucket, "", keyMarker, uploadMarker, "", driver.MaxDeleteObjects)
		})
		if err != nil {
			return err
		}
		for _, u := range page.Uploads {
			err := do(ctx, func(ctx context.Context) error { return client.AbortMultipartUpload(ctx, e.bucket, u.Key, u.UploadID) })
			if answer := answerOf(err); err != nil && (answer == nil || answer.Code != "NoSuchUpload") {
				return err
			}
			if !e.yield(driver.EmptiedItem{Key: u.Key, UploadID: u.UploadID}, nil) {
				return errEnough
			}
		}
		if keyMarker, uploadMarker = page.NextKeyMarker, page.NextUploadIDMarker; !page.IsTruncated || keyMarker == "" {
			return nil
		}
	}
}
