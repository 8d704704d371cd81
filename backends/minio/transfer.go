package minio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"

	"github.com/minio/minio-go/v7"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

const (
	// partSize is how much of a large object goes into one request.
	partSize = 16 << 20
	// parallelParts is how many parts of one object are under way at a time; together they bound its memory.
	parallelParts = 4
)

// PutObject stores an object, in parts if it is large.
func (b *backend) PutObject(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	var none driver.ObjectDetail
	if (req.Path == "") == (req.Body == nil) {
		return none, fault.New(fault.InvalidArgument, "a transfer has either a file or a stream")
	}
	if err := b.readyForObject(ctx, req.Bucket, req.Key); err != nil {
		return none, err
	}
	if req.Path == "" {
		stream, stop := interruptible(ctx, req.Body)
		defer stop()
		return b.putStream(ctx, req, stream)
	}
	file, size, err := transfer.OpenRegular(req.Path)
	if err != nil {
		return none, err
	}
	defer file.Close()
	return b.upload(ctx, req, &wholeFile{File: file, size: size}, size)
}

// putStream reads the first part to see whether more follow: a short stream is stored by one request.
func (b *backend) putStream(ctx context.Context, req driver.PutObjectRequest, stream io.Reader) (driver.ObjectDetail, error) {
	first := new(bytes.Buffer)
	n, err := io.CopyN(first, stream, partSize)
	switch {
	case errors.Is(err, io.EOF):
		return b.upload(ctx, req, bytes.NewReader(first.Bytes()), n)
	case err != nil:
		return driver.ObjectDetail{}, b.wrapError(ctx, err, "store %q in the bucket %q", req.Key, req.Bucket)
	}
	return b.upload(ctx, req, io.MultiReader(first, stream), -1)
}

// upload stores what the reader gives; size -1 means that it is not known.
func (b *backend) upload(ctx context.Context, req driver.PutObjectRequest, body io.Reader, size int64) (driver.ObjectDetail, error) {
	options := minio.PutObjectOptions{
		ContentType: req.ContentType, PartSize: partSize, NumThreads: parallelParts, ConcurrentStreamParts: size < 0,
	}
	if req.Progress != nil {
		options.Progress = progress(req.Progress)
	}
	watch := &uploadWatch{}
	info, err := b.s3.PutObject(watch.in(ctx), req.Bucket, req.Key, body, size, options)
	if err != nil {
		return driver.ObjectDetail{}, watch.withLeftover(b.wrapError(ctx, err, "store %q in the bucket %q", req.Key, req.Bucket))
	}
	return driver.ObjectDetail{Size: info.Size, ETag: quoted(info.ETag), ContentType: req.ContentType, LastModified: info.LastModified, VersionID: info.VersionID}, nil
}

// progress is told of what is read, as minio-go wants it.
type progress func(int64)

// Read counts.
func (p progress) Read(data []byte) (int, error) {
	p(int64(len(data)))
	return len(data), nil
}

// wholeFile is a file as long as it was when it was opened. That it has become shorter is an error, so that no part of
// it is stored as the whole.
type wholeFile struct {
	*os.File
	size int64
}

// ReadAt reads from anywhere.
func (f *wholeFile) ReadAt(p []byte, at int64) (int, error) {
	n, err := f.File.ReadAt(p, at)
	return n, f.judge(at+int64(n), err)
}

// Read reads on.
func (f *wholeFile) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	at, _ := f.Seek(0, io.SeekCurrent)
	return n, f.judge(at, err)
}

func (f *wholeFile) judge(at int64, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF) && at >= f.size:
		return err
	case errors.Is(err, io.EOF):
		return fault.New(fault.Aborted, "%s has become shorter while it was read; try again", f.Name())
	}
	return fault.Wrap(fault.InvalidArgument, err, "the file cannot be read: %v", err)
}

// interruptible is a reader of body whose Read ends when the context does, also while body has nothing to give. The
// function that it returns frees it.
func interruptible(ctx context.Context, body io.Reader) (io.Reader, func()) {
	reader, writer := io.Pipe()
	go func() {
		_, err := io.CopyBuffer(struct{ io.Writer }{writer}, struct{ io.Reader }{body}, make([]byte, 1<<20))
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
