package aws

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// uploadClient is the S3 client that the transfer manager gets for one object. It sends requests to the bucket's region,
// ends the whole upload when one part of it fails for good, counts progress, and remembers what a failed upload left
// behind: the manager does none of that.
type uploadClient struct {
	*s3.Client
	backend  *backend
	bucket   string
	progress transfer.Progress
	ctx      context.Context
	cancel   context.CancelCauseFunc
	leftover *leftover
}

// leftover is an upload whose parts are still there.
type leftover struct {
	uploadID, key string
	err           error
}

func newUploadClient(ctx context.Context, b *backend, req driver.PutObjectRequest) *uploadClient {
	u := &uploadClient{Client: b.s3(), backend: b, bucket: req.Bucket, progress: req.Progress}
	u.ctx, u.cancel = context.WithCancelCause(ctx)
	return u
}

// end frees what the upload holds.
func (u *uploadClient) end() { u.cancel(nil) }

// fail ends the upload.
func (u *uploadClient) fail(err error) error {
	if err != nil && !errors.Is(err, context.Canceled) {
		u.cancel(err)
	}
	return err
}

// reason is why the upload failed: the first failure, which is seldom the one that the manager returns.
func (u *uploadClient) reason(err error) error {
	if cause := context.Cause(u.ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// withLeftover adds to an upload's error what it left behind.
func (u *uploadClient) withLeftover(err error) error {
	var f *fault.Error
	if u.leftover == nil || !errors.As(err, &f) {
		return err
	}
	told := *f
	told.Message += "; parts of it are left in the bucket, because the upload could not be aborted (" +
		serviceCodeOf(u.leftover.err) + "): abort the multipart upload " + u.leftover.uploadID + " of " + strconv.Quote(u.leftover.key)
	return &told
}

// PutObject sends a small object.
func (u *uploadClient) PutObject(ctx context.Context, in *s3.PutObjectInput, opts ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	out, err := inBucket(u.metered(ctx), u.backend, u.bucket, u.Client.PutObject, in, opts...)
	return out, u.fail(err)
}

// CreateMultipartUpload begins a large object.
func (u *uploadClient) CreateMultipartUpload(ctx context.Context, in *s3.CreateMultipartUploadInput, opts ...func(*s3.Options)) (*s3.CreateMultipartUploadOutput, error) {
	opts = append(opts, func(o *s3.Options) { o.Retryer = newCreationRetryer() })
	out, err := inBucket(ctx, u.backend, u.bucket, u.Client.CreateMultipartUpload, in, opts...)
	return out, u.fail(err)
}

// UploadPart sends a part.
func (u *uploadClient) UploadPart(ctx context.Context, in *s3.UploadPartInput, opts ...func(*s3.Options)) (*s3.UploadPartOutput, error) {
	out, err := inBucket(u.metered(ctx), u.backend, u.bucket, u.Client.UploadPart, in, opts...)
	return out, u.fail(err)
}

// CompleteMultipartUpload ends a large object.
func (u *uploadClient) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput, opts ...func(*s3.Options)) (*s3.CompleteMultipartUploadOutput, error) {
	out, err := inBucket(ctx, u.backend, u.bucket, u.Client.CompleteMultipartUpload, in, opts...)
	return out, u.fail(err)
}

// AbortMultipartUpload removes the parts of a failed upload.
func (u *uploadClient) AbortMultipartUpload(ctx context.Context, in *s3.AbortMultipartUploadInput, opts ...func(*s3.Options)) (*s3.AbortMultipartUploadOutput, error) {
	out, err := inBucket(ctx, u.backend, u.bucket, u.Client.AbortMultipartUpload, in, opts...)
	if err != nil && serviceCodeOf(err) != "NoSuchUpload" {
		u.leftover = &leftover{uploadID: aws.ToString(in.UploadId), key: aws.ToString(in.Key), err: err}
	}
	return out, err
}

// meterKey is the key of a *meter in the context of an upload's request.
type meterKey struct{}

// meter counts the bytes of one part that went out. A request that is sent again sends the same bytes again; they
// count once.
type meter struct {
	progress transfer.Progress
	mu       sync.Mutex // a failed attempt may still be reading when the next one starts
	most     int64
}

// reached tells of what was sent for the first time.
func (m *meter) reached(sent int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if sent > m.most {
		m.progress(sent - m.most)
		m.most = sent
	}
}

func (u *uploadClient) metered(ctx context.Context) context.Context {
	if u.progress == nil {
		return ctx
	}
	return context.WithValue(ctx, meterKey{}, &meter{progress: u.progress})
}

// meterBody counts what is read of a request's body, where its context asks for that.
func meterBody(req *http.Request) {
	m, ok := req.Context().Value(meterKey{}).(*meter)
	if ok && req.Body != nil && req.Body != http.NoBody {
		req.Body = &meteredBody{ReadCloser: req.Body, meter: m}
	}
}

type meteredBody struct {
	io.ReadCloser
	meter *meter
	sent  int64
}

// Read reads on.
func (b *meteredBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.sent += int64(n)
	b.meter.reached(b.sent)
	return n, err
}
