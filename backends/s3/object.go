package s3

import (
	"context"
	"iter"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// ListObjects yields the objects whose keys start with the prefix. It requests URL-encoded keys: XML cannot express all
// keys.
func (s *Store) ListObjects(ctx context.Context, req driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
	return func(yield func(driver.ObjectInfo, error) bool) {
		if err := checkBucket(req.Bucket); err != nil {
			yield(driver.ObjectInfo{}, err)
			return
		}
		ctx := s3fault.Listing(ctx)
		in := &s3.ListObjectsV2Input{Bucket: &req.Bucket, EncodingType: types.EncodingTypeUrl}
		if req.Prefix != "" {
			in.Prefix = &req.Prefix
		}
		if req.Folders {
			in.Delimiter = aws.String("/")
		}
		for {
			page, err := inBucket(ctx, s, req.Bucket, s.Client().ListObjectsV2, in)
			if err != nil {
				yield(driver.ObjectInfo{}, s.Wrap(ctx, err, "list the objects of the bucket %q", req.Bucket))
				return
			}
			for info := range found(page) {
				if !yield(info, nil) {
					return
				}
			}
			if !aws.ToBool(page.IsTruncated) || aws.ToString(page.NextContinuationToken) == "" {
				return
			}
			in.ContinuationToken = page.NextContinuationToken
		}
	}
}

// found yields the folders and the objects of a page.
func found(page *s3.ListObjectsV2Output) iter.Seq[driver.ObjectInfo] {
	return func(yield func(driver.ObjectInfo) bool) {
		for _, folder := range page.CommonPrefixes {
			if !yield(driver.ObjectInfo{Key: decoded(folder.Prefix, page.EncodingType)}) {
				return
			}
		}
		for _, object := range page.Contents {
			if !yield(objectOf(object, page.EncodingType)) {
				return
			}
		}
	}
}

func objectOf(o types.Object, encoding types.EncodingType) driver.ObjectInfo {
	info := driver.ObjectInfo{
		Key:          decoded(o.Key, encoding),
		LastModified: aws.ToTime(o.LastModified),
		ETag:         aws.ToString(o.ETag),
		ChecksumType: string(o.ChecksumType),
		Size:         aws.ToInt64(o.Size),
		StorageClass: string(o.StorageClass),
		Owner:        ownerOf(o.Owner),
	}
	for _, algorithm := range o.ChecksumAlgorithm {
		info.ChecksumAlgorithm = append(info.ChecksumAlgorithm, string(algorithm))
	}
	return info
}

// HeadObject looks an object up.
func (s *Store) HeadObject(ctx context.Context, req driver.HeadObjectRequest) (driver.ObjectDetail, error) {
	if err := checkBucket(req.Bucket); err != nil {
		return driver.ObjectDetail{}, err
	}
	out, err := inBucket(ctx, s, req.Bucket, s.Client().HeadObject, &s3.HeadObjectInput{Bucket: &req.Bucket, Key: &req.Key})
	if err != nil {
		return driver.ObjectDetail{}, s.Wrap(ctx, s.explainHead(ctx, req.Bucket, err), "look up %q in the bucket %q", req.Key, req.Bucket)
	}
	return driver.ObjectDetail{
		Size:         aws.ToInt64(out.ContentLength),
		ETag:         aws.ToString(out.ETag),
		ContentType:  aws.ToString(out.ContentType),
		LastModified: aws.ToTime(out.LastModified),
		VersionID:    aws.ToString(out.VersionId),
	}, nil
}

// DeleteObjects deletes objects: those whose keys XML can express in one request, the others one by one.
func (s *Store) DeleteObjects(ctx context.Context, req driver.DeleteObjectsRequest) (driver.DeleteObjectsResponse, error) {
	var done driver.DeleteObjectsResponse
	if err := checkBucket(req.Bucket); err != nil {
		return done, err
	}
	if len(req.Keys) > driver.MaxDeleteObjects {
		return done, fault.New(fault.InvalidArgument, "at most %d objects can be deleted at a time, not %d", driver.MaxDeleteObjects, len(req.Keys))
	}
	together, single := transfer.SplitKeys(req.Keys)
	if len(together) > 0 {
		err := s.deleteTogether(ctx, req.Bucket, together, &done)
		if answer := sdk.Answer(err); answer != nil && s.DeletesAlone && s.CodeOf(answer) == fault.PermissionDenied {
			err = s.deleteAlone(ctx, req.Bucket, together, err, &done)
		}
		if err != nil {
			return done, s.Wrap(ctx, err, "delete objects of the bucket %q", req.Bucket)
		}
	}
	for _, key := range single {
		if err := s.deleteOne(ctx, req.Bucket, key, &done); err != nil {
			return done, s.Wrap(ctx, err, "delete %q in the bucket %q", key, req.Bucket)
		}
	}
	return done, nil
}

func (s *Store) deleteTogether(ctx context.Context, bucket string, keys []string, done *driver.DeleteObjectsResponse) error {
	objects := make([]types.ObjectIdentifier, len(keys))
	for i := range keys {
		objects[i].Key = &keys[i]
	}
	out, err := s.sendDeletion(ctx, bucket, objects)
	if err != nil {
		return err
	}
	failed := map[string]bool{}
	for _, e := range out.Errors {
		if s.CodeOf(&fault.Service{Code: aws.ToString(e.Code)}) == fault.NotFound {
			continue
		}
		failed[aws.ToString(e.Key)] = true
		done.Failed = append(done.Failed, driver.ObjectFailure{
			Key: aws.ToString(e.Key), Code: aws.ToString(e.Code), Message: aws.ToString(e.Message),
		})
	}
	for _, key := range keys {
		if !failed[key] {
			done.Deleted = append(done.Deleted, key)
		}
	}
	return nil
}

// deleteAlone deletes one object after the other. If each is denied, that they are together is the error.
func (s *Store) deleteAlone(ctx context.Context, bucket string, keys []string, denied error, done *driver.DeleteObjectsResponse) error {
	for _, key := range keys {
		if err := s.deleteOne(ctx, bucket, key, done); err != nil {
			return err
		}
	}
	if len(done.Deleted) == 0 {
		*done = driver.DeleteObjectsResponse{}
		return denied
	}
	return nil
}

// sendDeletion sends one request. The answer names what could not be deleted.
func (s *Store) sendDeletion(ctx context.Context, bucket string, objects []types.ObjectIdentifier) (*s3.DeleteObjectsOutput, error) {
	in := &s3.DeleteObjectsInput{Bucket: &bucket, Delete: &types.Delete{Objects: objects, Quiet: aws.Bool(true)}}
	var options []func(*s3.Options)
	if !s.onAWS() {
		// The SDK sends one of the newer checksums; older systems require an MD5.
		options = append(options, s3.WithAPIOptions(smithyhttp.AddContentChecksumMiddleware))
	}
	return inBucket(ctx, s, bucket, s.Client().DeleteObjects, in, options...)
}

func (s *Store) deleteOne(ctx context.Context, bucket, key string, done *driver.DeleteObjectsResponse) error {
	_, err := inBucket(ctx, s, bucket, s.Client().DeleteObject, &s3.DeleteObjectInput{Bucket: &bucket, Key: &key})
	answer := sdk.Answer(err)
	switch {
	case err == nil, sdk.Code(err) == "NoSuchKey":
		done.Deleted = append(done.Deleted, key)
	case answer != nil && answer.HTTPStatus >= 400 && answer.Code != "NoSuchBucket" && (!utf8.ValidString(key) || !s.IsForAll(err)):
		// Some systems compute another signature for a key that is not UTF-8, so a wrong signature proves nothing then.
		done.Failed = append(done.Failed, driver.ObjectFailure{Key: key, Code: answer.Code, Message: answer.Message})
	default:
		return err
	}
	return nil
}
