package aws

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	tmtypes "github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager/types"

	"github.com/s3-credentials/s3-credentials/core/driver"
	kit "github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

const (
	// partSize is how much of a large object goes into one request.
	partSize = 16 << 20
	// parallelParts is how many parts of one object are under way at a time; together they bound its memory.
	parallelParts = 4
	// partTries is how often a part is asked for whose bytes stop coming.
	partTries = 3
	// cleanUpTime is how long the abort of a failed upload may take; its caller may be gone already.
	cleanUpTime = 5 * time.Second
)

// manager is the SDK's transfer manager for one transfer.
func (b *backend) manager(client transfermanager.S3APIClient) *transfermanager.Client {
	return transfermanager.New(client, func(o *transfermanager.Options) {
		o.PartSizeBytes = partSize
		o.MultipartUploadThreshold = partSize
		o.Concurrency = parallelParts
		o.PartBodyMaxRetries = partTries
		o.GetObjectType = tmtypes.GetObjectRanges
		o.FailTimeout = cleanUpTime
		o.RequestChecksumCalculation = b.s3().Options().RequestChecksumCalculation
	})
}

// defaultContentType is what S3 gives an object for which none is sent. The SDK would send another.
const defaultContentType = "binary/octet-stream"

// PutObject stores an object, in parts if it is large.
func (b *backend) PutObject(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	if err := checkTransfer(req.Bucket, req.Key, req.Path != "", req.Body != nil); err != nil {
		return driver.ObjectDetail{}, err
	}
	if req.ContentType == "" {
		req.ContentType = defaultContentType
	}
	in := &transfermanager.UploadObjectInput{Bucket: &req.Bucket, Key: &req.Key, Body: req.Body, ContentType: &req.ContentType}
	if req.Path != "" {
		file, size, err := kit.OpenRegular(req.Path)
		if err != nil {
			return driver.ObjectDetail{}, err
		}
		defer file.Close()
		in.Body, in.ContentLength = &wholeFile{file: file, left: size}, &size
	} else {
		stream, stop := interruptible(ctx, req.Body)
		defer stop()
		in.Body = stream
	}
	return b.upload(ctx, in, req)
}

func (b *backend) upload(ctx context.Context, in *transfermanager.UploadObjectInput, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	transfer := newTransfer(ctx, b, req.Bucket, req.Progress)
	defer transfer.end()
	out, err := b.manager(transfer).UploadObject(transfer.ctx, in)
	if err != nil {
		err = wrapError(ctx, transfer.reason(err), "store %q in the bucket %q", req.Key, req.Bucket)
		return driver.ObjectDetail{}, transfer.withLeftover(err)
	}
	transfer.progress.flush()
	return driver.ObjectDetail{
		Size:        aws.ToInt64(out.ContentLength),
		ETag:        aws.ToString(out.ETag),
		ContentType: req.ContentType,
		VersionID:   aws.ToString(out.VersionID),
	}, nil
}

// GetObject fetches an object, in parallel ranges if it is large.
func (b *backend) GetObject(ctx context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
	if err := checkTransfer(req.Bucket, req.Key, req.Path != "", req.Body != nil); err != nil {
		return driver.ObjectDetail{}, err
	}
	transfer := newTransfer(ctx, b, req.Bucket, req.Progress)
	defer transfer.end()
	if req.Path == "" {
		ordered := newOrderedWriter(transfer, req.Body)
		return b.download(ctx, transfer, req, ordered)
	}
	file, err := kit.NewReplacement(req.Path)
	if err != nil {
		return driver.ObjectDetail{}, err
	}
	defer file.Discard()
	detail, err := b.download(ctx, transfer, req, &fileWriter{transfer: transfer, file: file.File})
	if err != nil {
		return driver.ObjectDetail{}, err
	}
	return detail, file.Commit()
}

func (b *backend) download(ctx context.Context, transfer *transfer, req driver.GetObjectRequest, to io.WriterAt) (driver.ObjectDetail, error) {
	in := &transfermanager.DownloadObjectInput{Bucket: &req.Bucket, Key: &req.Key, WriterAt: to}
	out, err := b.manager(transfer).DownloadObject(transfer.ctx, in)
	if err != nil {
		return driver.ObjectDetail{}, wrapError(ctx, transfer.reason(err), "fetch %q from the bucket %q", req.Key, req.Bucket)
	}
	first := transfer.firstAnswer()
	if first == nil {
		return b.fetchedNothing(ctx, req)
	}
	if got := aws.ToInt64(out.ContentLength); got != first.size {
		return driver.ObjectDetail{}, fault.New(fault.DataLoss,
			"cannot fetch %q from the bucket %q: %d bytes came of %d; try again", req.Key, req.Bucket, got, first.size)
	}
	transfer.progress.flush()
	return driver.ObjectDetail{
		Size:         first.size,
		ETag:         first.etag,
		ContentType:  aws.ToString(out.ContentType),
		LastModified: first.modified,
		VersionID:    aws.ToString(out.VersionID),
	}, nil
}

// fetchedNothing is the rest of fetching an empty object: it has no range that could be asked for, so the answer was
// a refusal, which says nothing about the object.
func (b *backend) fetchedNothing(ctx context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
	detail, err := b.HeadObject(ctx, driver.HeadObjectRequest{Bucket: req.Bucket, Key: req.Key})
	if err == nil && detail.Size != 0 {
		return driver.ObjectDetail{}, fault.New(fault.Aborted,
			"cannot fetch %q from the bucket %q: it was changed meanwhile; try again", req.Key, req.Bucket)
	}
	return detail, err
}

// checkTransfer refuses a request that names no object, or not exactly one place for its bytes.
func checkTransfer(bucket, key string, path, body bool) error {
	if path == body {
		return fault.New(fault.InvalidArgument, "a transfer has either a file or a stream")
	}
	if key == "" {
		return fault.New(fault.InvalidArgument, "the key of the object is empty")
	}
	return checkBucket(bucket)
}

// wholeFile reads as many bytes of a file as it had when it was opened. One that has become shorter is an error, so
// that no part of it is stored as the whole.
type wholeFile struct {
	file *os.File
	left int64
}

// Read reads on.
func (f *wholeFile) Read(p []byte) (int, error) {
	if f.left == 0 {
		return 0, io.EOF
	}
	if int64(len(p)) > f.left {
		p = p[:f.left]
	}
	n, err := f.file.Read(p)
	f.left -= int64(n)
	if errors.Is(err, io.EOF) && f.left > 0 {
		return n, fault.New(fault.Aborted, "%s has become shorter while it was read; try again", f.file.Name())
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return n, fault.Wrap(fault.InvalidArgument, err, "the file cannot be read: %v", err)
	}
	return n, nil
}

// interruptible is a reader of body whose Read ends when the context does, also while body has nothing to give. The
// function that it returns frees it.
func interruptible(ctx context.Context, body io.Reader) (io.Reader, func()) {
	reader, writer := io.Pipe()
	go func() {
		_, err := io.CopyBuffer(onlyWriter{writer}, onlyReader{body}, make([]byte, 1<<20))
		var known *fault.Error
		if err != nil && !errors.As(err, &known) {
			err = fault.Wrap(fault.InvalidArgument, err, "the input cannot be read: %v", err)
		}
		writer.CloseWithError(err)
	}()
	unregister := context.AfterFunc(ctx, func() { writer.CloseWithError(ctx.Err()) })
	return reader, func() {
		unregister()
		_ = reader.Close()
	}
}

// onlyWriter and onlyReader keep io.CopyBuffer from using another way than its buffer.
type (
	onlyWriter struct{ io.Writer }
	onlyReader struct{ io.Reader }
)
