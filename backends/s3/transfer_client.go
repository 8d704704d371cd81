package s3

import (
	"context"
	"errors"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// uploadClient is the transfer manager's S3 client for one object. It sends requests to the bucket's region, cancels the
// upload when a part fails permanently, counts progress, and records orphaned parts: the manager does none of that.
type uploadClient struct {
	*s3.Client
	store    *Store
	bucket   string
	progress transfer.Progress
	ctx      context.Context
	cancel   context.CancelCauseFunc
	orphaned *orphanedParts
}

// orphanedParts identifies an upload whose parts remain in the bucket.
type orphanedParts struct {
	uploadID, key string
	err           error
}

func newUploadClient(ctx context.Context, s *Store, req driver.PutObjectRequest) *uploadClient {
	u := &uploadClient{Client: s.Client(), store: s, bucket: req.Bucket, progress: req.Progress}
	u.ctx, u.cancel = context.WithCancelCause(ctx)
	return u
}

func (u *uploadClient) end() { u.cancel(nil) }

// fail cancels the upload.
func (u *uploadClient) fail(err error) error {
	if err != nil && !errors.Is(err, context.Canceled) {
		u.cancel(err)
	}
	return err
}

// reason returns the first failure, which is seldom the one that the manager returns.
func (u *uploadClient) reason(err error) error {
	if cause := context.Cause(u.ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// withOrphanedParts adds the orphaned parts, if any, to an upload's error.
func (u *uploadClient) withOrphanedParts(err error) error {
	var f *fault.Error
	if u.orphaned == nil || !errors.As(err, &f) {
		return err
	}
	told := *f
	told.Message += "; parts of it are left in the bucket, because the upload could not be aborted (" +
		sdk.Code(u.orphaned.err) + "): abort the multipart upload " + u.orphaned.uploadID + " of " + strconv.Quote(u.orphaned.key)
	return &told
}

// PutObject sends a small object.
func (u *uploadClient) PutObject(ctx context.Context, in *s3.PutObjectInput, opts ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	out, err := inBucket(u.metered(ctx), u.store, u.bucket, u.Client.PutObject, in, opts...)
	return out, u.fail(err)
}

// CreateMultipartUpload begins a large object.
func (u *uploadClient) CreateMultipartUpload(ctx context.Context, in *s3.CreateMultipartUploadInput, opts ...func(*s3.Options)) (*s3.CreateMultipartUploadOutput, error) {
	opts = append(opts, func(o *s3.Options) { o.Retryer = sdk.NewCreationRetryer() })
	out, err := inBucket(ctx, u.store, u.bucket, u.Client.CreateMultipartUpload, in, opts...)
	return out, u.fail(err)
}

// UploadPart sends a part.
func (u *uploadClient) UploadPart(ctx context.Context, in *s3.UploadPartInput, opts ...func(*s3.Options)) (*s3.UploadPartOutput, error) {
	out, err := inBucket(u.metered(ctx), u.store, u.bucket, u.Client.UploadPart, in, opts...)
	return out, u.fail(err)
}

// CompleteMultipartUpload ends a large object.
func (u *uploadClient) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput, opts ...func(*s3.Options)) (*s3.CompleteMultipartUploadOutput, error) {
	out, err := inBucket(ctx, u.store, u.bucket, u.Client.CompleteMultipartUpload, in, opts...)
	if err == nil && aws.ToString(out.ETag) == "" {
		// Some systems do not say it. Who may only write is not told at all.
		if head, err := inBucket(ctx, u.store, u.bucket, u.HeadObject, &s3.HeadObjectInput{Bucket: in.Bucket, Key: in.Key}); err == nil {
			out.ETag = head.ETag
		}
	}
	return out, u.fail(err)
}

// AbortMultipartUpload removes the parts of a failed upload.
func (u *uploadClient) AbortMultipartUpload(ctx context.Context, in *s3.AbortMultipartUploadInput, opts ...func(*s3.Options)) (*s3.AbortMultipartUploadOutput, error) {
	out, err := inBucket(ctx, u.store, u.bucket, u.Client.AbortMultipartUpload, in, opts...)
	if err != nil && sdk.Code(err) != "NoSuchUpload" {
		u.orphaned = &orphanedParts{uploadID: aws.ToString(in.UploadId), key: aws.ToString(in.Key), err: err}
	}
	return out, err
}

func (u *uploadClient) metered(ctx context.Context) context.Context {
	return sdk.Metered(ctx, u.progress)
}
