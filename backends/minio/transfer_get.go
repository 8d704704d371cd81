package minio

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/minio/minio-go/v7"
	"golang.org/x/sync/errgroup"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// GetObject fetches an object. The first request's answer says how large it is and which version; what is asked for
// later is pinned to that.
func (b *backend) GetObject(ctx context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
	var none driver.ObjectDetail
	if (req.Path == "") == (req.Body == nil) {
		return none, fault.New(fault.InvalidArgument, "a transfer has either a file or a stream")
	}
	if err := b.readyForObject(ctx, req.Bucket, req.Key); err != nil {
		return none, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answer, info, _, err := b.core().GetObject(ctx, req.Bucket, req.Key, minio.GetObjectOptions{})
	if err != nil {
		return none, b.wrapError(ctx, err, "fetch %q from the bucket %q", req.Key, req.Bucket)
	}
	defer answer.Close()
	d := &download{backend: b, req: req, info: info}
	if req.Path == "" {
		if err := d.toStream(ctx, answer); err != nil {
			return none, b.wrapError(ctx, err, "fetch %q from the bucket %q", req.Key, req.Bucket)
		}
		return detailOf(info), nil
	}
	file, err := transfer.NewReplacement(req.Path)
	if err != nil {
		return none, err
	}
	defer file.Discard()
	if err := d.toFile(ctx, answer, file.File); err != nil {
		return none, b.wrapError(ctx, err, "fetch %q from the bucket %q", req.Key, req.Bucket)
	}
	return detailOf(info), file.Commit()
}

func (b *backend) core() minio.Core { return minio.Core{Client: b.s3} }

// download is one object on its way.
type download struct {
	backend *backend
	req     driver.GetObjectRequest
	info    minio.ObjectInfo
}

// toStream writes the object in order.
func (d *download) toStream(ctx context.Context, body io.ReadCloser) error {
	return d.fetch(ctx, body, d.req.Body, 0, d.info.Size)
}

// toFile fetches ranges in parallel. The answer that is there already serves for the first of them.
func (d *download) toFile(ctx context.Context, body io.ReadCloser, file io.WriterAt) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelParts)
	for from := int64(0); from == 0 || from < d.info.Size; from += partSize {
		answer := body
		if from > 0 {
			answer = nil
		}
		to := min(from+partSize, d.info.Size)
		group.Go(func() error { return d.fetch(ctx, answer, io.NewOffsetWriter(file, from), from, to) })
	}
	return group.Wait()
}

// fetch writes the bytes of a range. Where they stop coming, it asks for the rest.
func (d *download) fetch(ctx context.Context, body io.ReadCloser, to io.Writer, from, end int64) error {
	for try := 1; ; try++ {
		if body == nil {
			var err error
			if body, err = d.open(ctx, from, end); err != nil {
				return err
			}
		}
		n, err := io.CopyBuffer(&counted{to: to, told: d.req.Progress}, struct{ io.Reader }{io.LimitReader(body, end-from)}, make([]byte, 256<<10))
		_ = body.Close()
		from, body = from+n, nil
		var output *fault.Error
		switch {
		case from == end:
			return nil
		case errors.As(err, &output), ctx.Err() != nil:
			return err
		case try == tries && err == nil:
			return fault.New(fault.DataLoss, "the connection was closed %d bytes too early; try again", end-from)
		case try == tries:
			return err
		}
	}
}

// open asks for a range of the version that the first answer was of.
func (d *download) open(ctx context.Context, from, end int64) (io.ReadCloser, error) {
	options := minio.GetObjectOptions{}
	if err := errors.Join(options.SetRange(from, end-1), options.SetMatchETag(d.info.ETag)); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the range from %d to %d cannot be asked for", from, end)
	}
	body, _, _, err := d.backend.core().GetObject(ctx, d.req.Bucket, d.req.Key, options)
	if answer := answerOf(err); answer != nil && (answer.HTTPStatus == http.StatusPreconditionFailed || answer.Code == "NoSuchKey") {
		return nil, fault.Wrap(fault.Aborted, err, "%q was changed while it was fetched; try again", d.req.Key)
	}
	return body, err
}

// counted tells of what was written, and tells errors of the output from those of the input.
type counted struct {
	to   io.Writer
	told func(int64)
}

// Write writes on.
func (c *counted) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	if c.told != nil {
		c.told(int64(n))
	}
	if err != nil {
		return n, transfer.WriteFault(err)
	}
	return n, nil
}
