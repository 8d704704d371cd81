package s3

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// cleanUpTime bounds the abort of a failed upload; its caller may be gone already.
const cleanUpTime = 5 * time.Second

// defaultContentType is S3's default. The SDK would send another one.
const defaultContentType = "binary/octet-stream"

// PutObject stores an object, in parts if it is large.
func (s *Store) PutObject(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	var none driver.ObjectDetail
	if err := checkObject(req.Bucket, req.Key); err != nil {
		return none, err
	}
	source, err := transfer.Open(ctx, req)
	if err != nil {
		return none, s.Wrap(ctx, err, "store %q in the bucket %q", req.Key, req.Bucket)
	}
	defer source.Close()
	if req.ContentType == "" {
		req.ContentType = defaultContentType
	}
	in := &transfermanager.UploadObjectInput{Bucket: &req.Bucket, Key: &req.Key, Body: source.Reader, ContentType: &req.ContentType}
	in.Metadata, in.ACL, in.StorageClass = req.Metadata, types.ObjectCannedACL(req.ACL), types.StorageClass(req.StorageClass)
	if req.CacheControl != "" {
		in.CacheControl = &req.CacheControl
	}
	if source.Size >= 0 {
		in.ContentLength = &source.Size
	}
	client := newUploadClient(ctx, s, req)
	defer client.end()
	out, err := s.manager(client).UploadObject(client.ctx, in)
	if err != nil {
		return none, client.withOrphanedParts(s.Wrap(ctx, client.reason(err), "store %q in the bucket %q", req.Key, req.Bucket))
	}
	return driver.ObjectDetail{
		Size:        aws.ToInt64(out.ContentLength),
		ETag:        aws.ToString(out.ETag),
		ContentType: req.ContentType,
		VersionID:   aws.ToString(out.VersionID),
	}, nil
}

// manager is the SDK's transfer manager for one upload.
func (s *Store) manager(client transfermanager.S3APIClient) *transfermanager.Client {
	return transfermanager.New(client, func(o *transfermanager.Options) {
		o.PartSizeBytes = transfer.PartSize
		o.MultipartUploadThreshold = transfer.PartSize
		o.Concurrency = transfer.Parts
		o.FailTimeout = cleanUpTime
		o.RequestChecksumCalculation = s.Client().Options().RequestChecksumCalculation
	})
}

// GetObject fetches an object, in parallel ranges if it is large.
func (s *Store) GetObject(ctx context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
	if err := checkObject(req.Bucket, req.Key); err != nil {
		return driver.ObjectDetail{}, err
	}
	detail, err := transfer.Download(ctx, req, func(ctx context.Context, r transfer.Range) (*transfer.Answer, error) {
		answer, err := s.openRange(ctx, req, r)
		return answer, s.Wrap(ctx, err, "fetch %q from the bucket %q", req.Key, req.Bucket)
	})
	return detail, s.Wrap(ctx, err, "fetch %q from the bucket %q", req.Key, req.Bucket)
}

// openRange requests a range.
func (s *Store) openRange(ctx context.Context, req driver.GetObjectRequest, r transfer.Range) (*transfer.Answer, error) {
	in := &s3.GetObjectInput{Bucket: &req.Bucket, Key: &req.Key}
	headers := r.Headers()
	if value, ok := headers["Range"]; ok {
		in.Range = &value
	}
	if value, ok := headers["If-Match"]; ok {
		in.IfMatch = &value
	}
	out, err := inBucket(ctx, s, req.Bucket, s.Client().GetObject, in)
	if err != nil {
		return nil, err
	}
	return &transfer.Answer{Body: out.Body, ContentRange: aws.ToString(out.ContentRange), Detail: driver.ObjectDetail{
		Size:         sizeOf(out),
		ETag:         aws.ToString(out.ETag),
		ContentType:  aws.ToString(out.ContentType),
		LastModified: aws.ToTime(out.LastModified),
		VersionID:    aws.ToString(out.VersionId),
	}}, nil
}

// sizeOf is the size of the answer; -1 if it does not tell.
func sizeOf(out *s3.GetObjectOutput) int64 {
	if out.ContentLength == nil {
		return -1
	}
	return *out.ContentLength
}

// checkObject refuses a request without a key.
func checkObject(bucket, key string) error {
	if key == "" {
		return fault.New(fault.InvalidArgument, "the key of the object is empty")
	}
	return checkBucket(bucket)
}
