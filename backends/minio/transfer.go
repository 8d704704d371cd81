package minio

import (
	"context"

	"github.com/minio/minio-go/v7"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// PutObject stores an object, in parts if it is large.
func (b *backend) PutObject(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	var none driver.ObjectDetail
	if err := b.readyForObject(ctx, req.Bucket, req.Key); err != nil {
		return none, err
	}
	if req.ACL != "" {
		return none, fault.New(fault.Unsupported, "%s takes an object's ACL and ignores it; use a bucket policy", b.title)
	}
	source, err := transfer.Open(ctx, req)
	if err != nil {
		return none, b.wrapError(ctx, err, "store %q in the bucket %q", req.Key, req.Bucket)
	}
	defer source.Close()
	abort := &abortResult{}
	info, err := s3fault.Call(abort.in(ctx), 0, func(ctx context.Context) (minio.UploadInfo, error) {
		return b.s3.PutObject(ctx, req.Bucket, req.Key, source.Reader, source.Size, minio.PutObjectOptions{
			ContentType: req.ContentType, CacheControl: req.CacheControl, UserMetadata: req.Metadata, StorageClass: req.StorageClass, Progress: transfer.Progress(req.Progress),
			PartSize: transfer.PartSize, NumThreads: transfer.Parts, ConcurrentStreamParts: source.Size < 0,
		})
	})
	if err != nil {
		return none, abort.withOrphanedParts(b.wrapError(ctx, err, "store %q in the bucket %q", req.Key, req.Bucket))
	}
	return driver.ObjectDetail{Size: info.Size, ETag: quoted(info.ETag), ContentType: req.ContentType, LastModified: info.LastModified, VersionID: info.VersionID}, nil
}

// GetObject fetches an object, in parallel ranges if it is large.
func (b *backend) GetObject(ctx context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
	if err := b.readyForObject(ctx, req.Bucket, req.Key); err != nil {
		return driver.ObjectDetail{}, err
	}
	wrapped := func(ctx context.Context, err error) error {
		return b.wrapError(ctx, err, "fetch %q from the bucket %q", req.Key, req.Bucket)
	}
	detail, err := transfer.Download(ctx, req, func(ctx context.Context, r transfer.Range) (*transfer.Answer, error) {
		options := minio.GetObjectOptions{}
		for name, value := range r.Headers() {
			options.Set(name, value)
		}
		answer, err := s3fault.Call(ctx, 0, func(ctx context.Context) (*transfer.Answer, error) {
			body, info, header, err := minio.Core{Client: b.s3}.GetObject(ctx, req.Bucket, req.Key, options)
			return &transfer.Answer{Body: body, ContentRange: header.Get("Content-Range"), Detail: detailOf(info)}, err
		})
		return answer, wrapped(ctx, err)
	})
	return detail, wrapped(ctx, err)
}
