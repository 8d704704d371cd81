package main

import (
	"context"
	"fmt"
	"iter"

	"github.com/minio/minio-go/v7"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

func quoted(etag string) string { return `"` + etag + `"` }

func detailOf(o minio.ObjectInfo) driver.ObjectDetail {
	return driver.ObjectDetail{Size: o.Size, ETag: quoted(o.ETag), ContentType: o.ContentType, LastModified: o.LastModified, VersionID: o.VersionID}
}

// ListObjects yields the objects of a bucket.
func (b *backend) ListObjects(ctx context.Context, req driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
	return func(yield func(driver.ObjectInfo, error) bool) {
		err := b.do(s3fault.Listing(ctx), "list the objects of bucket "+req.Bucket, func(ctx context.Context) error {
			listing, stop := context.WithCancel(ctx)
			defer stop()
			for o := range b.objects.Client.ListObjects(listing, req.Bucket, minio.ListObjectsOptions{Prefix: req.Prefix, Recursive: true}) {
				if o.Err != nil {
					return o.Err
				}
				if !yield(driver.ObjectInfo{Key: o.Key, LastModified: o.LastModified, ETag: quoted(o.ETag), Size: o.Size, StorageClass: o.StorageClass}, nil) {
					return nil
				}
			}
			return ctx.Err()
		})
		if err != nil {
			yield(driver.ObjectInfo{}, err)
		}
	}
}

// HeadObject looks an object up.
func (b *backend) HeadObject(ctx context.Context, req driver.HeadObjectRequest) (detail driver.ObjectDetail, err error) {
	err = b.do(ctx, fmt.Sprintf("look up object %s in bucket %s", req.Key, req.Bucket), func(ctx context.Context) error {
		found, err := b.objects.StatObject(ctx, req.Bucket, req.Key, minio.StatObjectOptions{})
		detail = detailOf(found)
		return err
	})
	return detail, err
}

// GetObject fetches an object, in parallel ranges if it is large.
func (b *backend) GetObject(ctx context.Context, req driver.GetObjectRequest) (detail driver.ObjectDetail, err error) {
	action := fmt.Sprintf("fetch object %s of bucket %s", req.Key, req.Bucket)
	err = b.do(ctx, action, func(ctx context.Context) error {
		detail, err = transfer.Download(ctx, req, func(ctx context.Context, r transfer.Range) (*transfer.Answer, error) {
			options := minio.GetObjectOptions{}
			for name, value := range r.Headers() {
				options.Set(name, value)
			}
			body, found, header, err := b.objects.GetObject(ctx, req.Bucket, req.Key, options)
			return &transfer.Answer{Body: body, ContentRange: header.Get("Content-Range"), Detail: detailOf(found)}, b.failed(ctx, err, action)
		})
		return err
	})
	return detail, err
}

// PutObject stores an object, in parts if it is large or of unknown size. minio-go removes the parts after an error.
func (b *backend) PutObject(ctx context.Context, req driver.PutObjectRequest) (detail driver.ObjectDetail, err error) {
	if len(req.Needs()) > 0 {
		return detail, fault.New(fault.Unsupported, "this backend stores bytes and their type; leave the other options out")
	}
	err = b.do(ctx, fmt.Sprintf("store object %s in bucket %s", req.Key, req.Bucket), func(ctx context.Context) error {
		source, err := transfer.Open(ctx, req)
		if err != nil {
			return err
		}
		defer source.Close()
		made, err := b.objects.Client.PutObject(ctx, req.Bucket, req.Key, source.Reader, source.Size, minio.PutObjectOptions{
			ContentType: req.ContentType, Progress: transfer.Progress(req.Progress), PartSize: transfer.PartSize, NumThreads: transfer.Parts,
		})
		detail = driver.ObjectDetail{Size: made.Size, ETag: quoted(made.ETag), ContentType: req.ContentType, LastModified: made.LastModified, VersionID: made.VersionID}
		return err
	})
	return detail, err
}

// DeleteObjects deletes objects, all in one request.
func (b *backend) DeleteObjects(ctx context.Context, req driver.DeleteObjectsRequest) (response driver.DeleteObjectsResponse, err error) {
	err = b.do(ctx, "delete objects of bucket "+req.Bucket, func(ctx context.Context) error {
		keys := make(chan minio.ObjectInfo, len(req.Keys))
		for _, key := range req.Keys {
			keys <- minio.ObjectInfo{Key: key}
		}
		close(keys)
		var failed error
		for r := range b.objects.RemoveObjectsWithResult(ctx, req.Bucket, keys, minio.RemoveObjectsOptions{}) {
			said := minio.ToErrorResponse(r.Err)
			switch {
			case r.Err == nil:
				response.Deleted = append(response.Deleted, r.ObjectName)
			case said.StatusCode == 0 && said.Code != "": // the server's answer for this key
				response.Failed = append(response.Failed, driver.ObjectFailure{Key: r.ObjectName, Code: said.Code, Message: said.Message})
			default: // for the whole request, said once for each key
				failed = r.Err
			}
		}
		return failed
	})
	return response, err
}
