package s3

import (
	"context"
	"errors"
	"iter"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// emptying is the deletion of all that is in a bucket.
type emptying struct {
	*Store
	bucket string
	yield  func(driver.EmptiedItem, error) bool
}

// errEnough ends a deletion whose caller does not want to go on.
var errEnough = errors.New("that is enough")

// EmptyBucket deletes versions and delete markers while it lists them, and then unfinished uploads.
func (s *Store) EmptyBucket(ctx context.Context, req driver.EmptyBucketRequest) iter.Seq2[driver.EmptiedItem, error] {
	return func(yield func(driver.EmptiedItem, error) bool) {
		err := checkBucket(req.Bucket)
		e := &emptying{s, req.Bucket, yield}
		if err == nil && e.Unversioned {
			err = e.objects(ctx)
		} else if err == nil {
			err = e.versions(ctx)
		}
		if err == nil {
			err = e.uploads(ctx)
		}
		if err != nil && !errors.Is(err, errEnough) {
			yield(driver.EmptiedItem{}, s.Wrap(ctx, err, "empty the bucket %q", req.Bucket))
		}
	}
}

// objects are what is in a bucket without versions.
func (e *emptying) objects(ctx context.Context) error {
	return e.pages(func() (items []driver.EmptiedItem, more bool, err error) {
		in := &s3.ListObjectsV2Input{Bucket: &e.bucket, EncodingType: types.EncodingTypeUrl}
		page, err := inBucket(ctx, e.Store, e.bucket, e.Client().ListObjectsV2, in)
		if err != nil {
			return nil, false, err
		}
		for _, o := range page.Contents {
			items = append(items, driver.EmptiedItem{Key: decoded(o.Key, page.EncodingType)})
		}
		return items, aws.ToBool(page.IsTruncated), nil
	}, func(items []driver.EmptiedItem) error { return e.delete(ctx, items) })
}

// versions lists with URL-encoded keys, because XML cannot express all keys.
func (e *emptying) versions(ctx context.Context) error {
	return e.pages(func() ([]driver.EmptiedItem, bool, error) {
		in := &s3.ListObjectVersionsInput{Bucket: &e.bucket, EncodingType: types.EncodingTypeUrl}
		page, err := inBucket(ctx, e.Store, e.bucket, e.Client().ListObjectVersions, in)
		if err != nil {
			return nil, false, err
		}
		var items []driver.EmptiedItem
		for _, v := range page.Versions {
			items = append(items, driver.EmptiedItem{Key: decoded(v.Key, page.EncodingType), VersionID: aws.ToString(v.VersionId)})
		}
		for _, m := range page.DeleteMarkers {
			items = append(items, driver.EmptiedItem{Key: decoded(m.Key, page.EncodingType), VersionID: aws.ToString(m.VersionId)})
		}
		return items, aws.ToBool(page.IsTruncated), nil
	}, func(items []driver.EmptiedItem) error { return e.delete(ctx, items) })
}

// uploads removes the parts of unfinished uploads.
func (e *emptying) uploads(ctx context.Context) error {
	return e.pages(func() ([]driver.EmptiedItem, bool, error) {
		in := &s3.ListMultipartUploadsInput{Bucket: &e.bucket, EncodingType: types.EncodingTypeUrl}
		page, err := inBucket(ctx, e.Store, e.bucket, e.Client().ListMultipartUploads, in)
		if err != nil {
			return nil, false, err
		}
		var items []driver.EmptiedItem
		for _, u := range page.Uploads {
			items = append(items, driver.EmptiedItem{Key: decoded(u.Key, page.EncodingType), UploadID: aws.ToString(u.UploadId)})
		}
		return items, aws.ToBool(page.IsTruncated), nil
	}, func(items []driver.EmptiedItem) error { return e.abort(ctx, items) })
}

// pages deletes what the first page of a listing has, until there is none: not every system goes on after what is deleted.
func (e *emptying) pages(list func() (items []driver.EmptiedItem, more bool, err error), remove func([]driver.EmptiedItem) error) error {
	var former driver.EmptiedItem
	for {
		items, more, err := list()
		if err != nil || len(items) == 0 {
			return err
		}
		if items[0] == former {
			return fault.New(fault.Internal, "the system still lists %q in the bucket %q, which it said it has deleted, or somebody puts it there again", former.Key, e.bucket)
		}
		if err := remove(items); err != nil || !more {
			return err
		}
		former = items[0]
	}
}

func (e *emptying) abort(ctx context.Context, items []driver.EmptiedItem) error {
	for _, item := range items {
		in := &s3.AbortMultipartUploadInput{Bucket: &e.bucket, Key: &item.Key, UploadId: &item.UploadID}
		_, err := inBucket(ctx, e.Store, e.bucket, e.Client().AbortMultipartUpload, in)
		if err != nil && sdk.Code(err) != "NoSuchUpload" {
			return err
		}
		if !e.yield(item, nil) {
			return errEnough
		}
	}
	return nil
}

// decoded is a key of a listing.
func decoded(key *string, encoding types.EncodingType) string {
	if encoding == types.EncodingTypeUrl {
		if plain, err := url.QueryUnescape(aws.ToString(key)); err == nil {
			return plain
		}
	}
	return aws.ToString(key)
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
	if err := e.deleteTogether(ctx, together); err != nil {
		return err
	}
	for _, item := range single {
		in := &s3.DeleteObjectInput{Bucket: &e.bucket, Key: &item.Key, VersionId: versionOf(item)}
		if _, err := inBucket(ctx, e.Store, e.bucket, e.Client().DeleteObject, in); err != nil {
			return err
		}
		if !e.yield(item, nil) {
			return errEnough
		}
	}
	return nil
}

func versionOf(item driver.EmptiedItem) *string {
	if item.VersionID == "" {
		return nil
	}
	return &item.VersionID
}

func (e *emptying) deleteTogether(ctx context.Context, items []driver.EmptiedItem) error {
	if len(items) == 0 {
		return nil
	}
	objects := make([]types.ObjectIdentifier, len(items))
	for i, item := range items {
		objects[i] = types.ObjectIdentifier{Key: aws.String(item.Key), VersionId: versionOf(item)}
	}
	out, err := e.sendDeletion(ctx, e.bucket, objects)
	if err != nil {
		return err
	}
	kept := map[driver.EmptiedItem]*types.Error{}
	for _, failed := range out.Errors {
		if e.CodeOf(&fault.Service{Code: aws.ToString(failed.Code)}) != fault.NotFound {
			kept[driver.EmptiedItem{Key: aws.ToString(failed.Key), VersionID: aws.ToString(failed.VersionId)}] = &failed
		}
	}
	var first error
	for _, item := range items {
		failed := kept[item]
		switch {
		case failed == nil && !e.yield(item, nil):
			return errEnough
		case failed != nil && first == nil:
			first = driver.Kept(e.bucket, item, &fault.Service{Code: aws.ToString(failed.Code), Message: aws.ToString(failed.Message)})
		}
	}
	return first
}
