package aws

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// transfer is the S3 client that the transfer manager gets for one object. It sends requests to the bucket's region,
// ends the whole transfer when one part of it fails for good, sees to it that all ranges are of one version, counts
// progress, and remembers what a failed upload left behind: the manager does none of that.
type transfer struct {
	*s3.Client
	backend  *backend
	bucket   string
	ctx      context.Context
	cancel   context.CancelCauseFunc
	progress progress

	mu       sync.Mutex
	first    *answer
	failures map[string]int
	leftover *leftover
}

// answer is what the first answer of a download tells of the object.
type answer struct {
	etag     string
	modified time.Time
	size     int64
}

// leftover is an upload whose parts are still there.
type leftover struct {
	uploadID, key string
	err           error
}

func newTransfer(ctx context.Context, b *backend, bucket string, report func(int64)) *transfer {
	t := &transfer{Client: b.s3(), backend: b, bucket: bucket, failures: map[string]int{}}
	t.progress.report = report
	t.ctx, t.cancel = context.WithCancelCause(ctx)
	return t
}

// end frees what the transfer holds.
func (t *transfer) end() { t.cancel(nil) }

// fail ends the transfer.
func (t *transfer) fail(err error) error {
	if err != nil && !errors.Is(err, context.Canceled) {
		t.cancel(err)
	}
	return err
}

// reason is why the transfer failed: the first failure, which is seldom the one that the manager returns.
func (t *transfer) reason(err error) error {
	if cause := context.Cause(t.ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// withLeftover adds to an upload's error what it left behind.
func (t *transfer) withLeftover(err error) error {
	var f *fault.Error
	if t.leftover == nil || !errors.As(err, &f) {
		return err
	}
	told := *f
	told.Message += "; parts of it are left in the bucket, because the upload could not be aborted (" +
		serviceCodeOf(t.leftover.err) + "): abort the multipart upload " + t.leftover.uploadID + " of " + strconv.Quote(t.leftover.key)
	return &told
}

// firstAnswer is what the first answer told; nil where there was none that held bytes.
func (t *transfer) firstAnswer() *answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.first
}

// PutObject sends a small object.
func (t *transfer) PutObject(ctx context.Context, in *s3.PutObjectInput, opts ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	out, err := inBucket(t.metered(ctx), t.backend, t.bucket, t.Client.PutObject, in, opts...)
	return out, t.fail(err)
}

// CreateMultipartUpload begins a large object.
func (t *transfer) CreateMultipartUpload(ctx context.Context, in *s3.CreateMultipartUploadInput, opts ...func(*s3.Options)) (*s3.CreateMultipartUploadOutput, error) {
	opts = append(opts, func(o *s3.Options) { o.Retryer = newCreationRetryer() })
	out, err := inBucket(ctx, t.backend, t.bucket, t.Client.CreateMultipartUpload, in, opts...)
	return out, t.fail(err)
}

// UploadPart sends a part.
func (t *transfer) UploadPart(ctx context.Context, in *s3.UploadPartInput, opts ...func(*s3.Options)) (*s3.UploadPartOutput, error) {
	out, err := inBucket(t.metered(ctx), t.backend, t.bucket, t.Client.UploadPart, in, opts...)
	return out, t.fail(err)
}

// CompleteMultipartUpload ends a large object.
func (t *transfer) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput, opts ...func(*s3.Options)) (*s3.CompleteMultipartUploadOutput, error) {
	out, err := inBucket(ctx, t.backend, t.bucket, t.Client.CompleteMultipartUpload, in, opts...)
	return out, t.fail(err)
}

// AbortMultipartUpload removes the parts of a failed upload.
func (t *transfer) AbortMultipartUpload(ctx context.Context, in *s3.AbortMultipartUploadInput, opts ...func(*s3.Options)) (*s3.AbortMultipartUploadOutput, error) {
	out, err := inBucket(ctx, t.backend, t.bucket, t.Client.AbortMultipartUpload, in, opts...)
	if err != nil && serviceCodeOf(err) != "NoSuchUpload" {
		t.leftover = &leftover{uploadID: aws.ToString(in.UploadId), key: aws.ToString(in.Key), err: err}
	}
	return out, err
}

// GetObject fetches a range.
func (t *transfer) GetObject(ctx context.Context, in *s3.GetObjectInput, opts ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	out, err := inBucket(ctx, t.backend, t.bucket, t.Client.GetObject, in, opts...)
	switch {
	case statusOf(err) == http.StatusPreconditionFailed:
		return nil, t.fail(errChanged())
	case statusOf(err) == http.StatusRequestedRangeNotSatisfiable:
		// The manager takes this for an empty object, which it is.
		return nil, err
	case err != nil:
		return nil, t.fail(err)
	}
	if !t.sameVersion(out) {
		_ = out.Body.Close()
		return nil, t.fail(errChanged())
	}
	out.Body = &rangeBody{ReadCloser: out.Body, transfer: t, name: aws.ToString(in.Range)}
	return out, nil
}

func errChanged() error {
	return fault.New(fault.Aborted, "the object was changed while it was fetched; try again")
}

// sameVersion compares an answer with the first one.
func (t *transfer) sameVersion(out *s3.GetObjectOutput) bool {
	this := answer{etag: aws.ToString(out.ETag), modified: aws.ToTime(out.LastModified), size: aws.ToInt64(out.ContentLength)}
	if _, total, ok := strings.Cut(aws.ToString(out.ContentRange), "/"); ok {
		this.size, _ = strconv.ParseInt(total, 10, 64)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.first == nil {
		t.first = &this
	}
	return this.etag == t.first.etag && this.size == t.first.size && this.modified.Equal(t.first.modified)
}

// rangeBody ends the transfer once its bytes have stopped coming too often: the other ranges may be waiting for them.
type rangeBody struct {
	io.ReadCloser
	transfer *transfer
	name     string
}

// Read reads on.
func (r *rangeBody) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		r.transfer.mu.Lock()
		r.transfer.failures[r.name]++
		last := r.transfer.failures[r.name] >= partTries
		r.transfer.mu.Unlock()
		if last {
			_ = r.transfer.fail(err)
		}
	}
	return n, err
}

// progressStep is the least number of bytes worth telling of.
const progressStep = 256 << 10

// progress gathers small numbers of bytes.
type progress struct {
	report  func(int64)
	pending atomic.Int64
}

func (p *progress) add(n int64) {
	if p.report != nil && p.pending.Add(n) >= progressStep {
		p.flush()
	}
}

// flush tells of what is not told yet.
func (p *progress) flush() {
	if p.report == nil {
		return
	}
	if n := p.pending.Swap(0); n > 0 {
		p.report(n)
	}
}

// meterKey is the key of a *meter in the context of an upload's request.
type meterKey struct{}

// meter counts the bytes of one part that went out. A request that is sent again sends the same bytes again; they
// count once.
type meter struct {
	progress *progress
	mu       sync.Mutex // a failed attempt may still be reading when the next one starts
	most     int64
}

// reached tells of what was sent for the first time.
func (m *meter) reached(sent int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if sent > m.most {
		m.progress.add(sent - m.most)
		m.most = sent
	}
}

func (t *transfer) metered(ctx context.Context) context.Context {
	return context.WithValue(ctx, meterKey{}, &meter{progress: &t.progress})
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
