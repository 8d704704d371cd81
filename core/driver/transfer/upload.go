package transfer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Source is the bytes of an object that is to be stored.
type Source struct {
	// Reader gives the bytes. Where Size is known it is an [io.ReaderAt] and an [io.Seeker] too, for client libraries that
	// send parts in parallel or send a part again.
	io.Reader
	// Size is the number of bytes; -1 where it is not known, which is so for streams of PartSize bytes and more.
	Size  int64
	close func()
}

// Close frees what Open opened.
func (s *Source) Close() { s.close() }

// Open opens what the request wants stored. A Read ends when the context does, also while the stream has nothing to give.
// It does not tell the request's Progress: the client library knows better what went out (see [Progress]).
//
// It fails, at once or while the source is read, with InvalidArgument for a file or a stream that cannot be read, and
// with Aborted for a file that has become shorter since it was opened.
func Open(ctx context.Context, req driver.PutObjectRequest) (*Source, error) {
	if err := Check(req.Path, req.Body != nil); err != nil {
		return nil, err
	}
	if req.Path == "" {
		return openStream(ctx, req.Body)
	}
	// Opening a pipe would wait for its other end, so it is looked at before.
	info, err := os.Stat(req.Path)
	if err == nil && !info.Mode().IsRegular() {
		return nil, fault.New(fault.InvalidArgument, "%s is not a regular file", req.Path)
	}
	var file *os.File
	if err == nil {
		file, err = os.Open(req.Path)
	}
	if err != nil {
		return nil, fault.Wrap(fault.InvalidArgument, err, "the file cannot be read: %v", err)
	}
	content := io.NewSectionReader(wholeFile{file}, 0, info.Size())
	return &Source{Reader: content, Size: info.Size(), close: func() { _ = file.Close() }}, nil
}

// wholeFile is a file that is read up to the size it had when it was opened. That it has become shorter is an error, so
// that no part of it is stored as the whole.
type wholeFile struct{ file *os.File }

func (f wholeFile) ReadAt(p []byte, at int64) (int, error) {
	n, err := f.file.ReadAt(p, at)
	switch {
	case err == io.EOF:
		err = fault.New(fault.Aborted, "%s has become shorter while it was read; try again", f.file.Name())
	case err != nil:
		err = fault.Wrap(fault.InvalidArgument, err, "the file cannot be read: %v", err)
	}
	return n, err
}

// openStream reads so far that it knows the size of a short stream, which then needs one request only.
func openStream(ctx context.Context, body io.Reader) (*Source, error) {
	stream, stop := interruptible(ctx, body)
	start := new(bytes.Buffer)
	n, err := io.CopyN(start, stream, PartSize)
	switch {
	case err == io.EOF: // the stream's own end, not what a broken one wraps
		stop()
		return &Source{Reader: bytes.NewReader(start.Bytes()), Size: n, close: func() {}}, nil
	case err != nil:
		stop()
		return nil, err
	}
	return &Source{Reader: io.MultiReader(start, stream), Size: -1, close: stop}, nil
}

// copyBuffer is how much crosses from a stream to its reader at a time.
const copyBuffer = 1 << 20

// interruptible returns a reader of body whose Read ends when the context does. The function frees it.
func interruptible(ctx context.Context, body io.Reader) (io.Reader, func()) {
	reader, writer := io.Pipe()
	go func() {
		_, err := io.CopyBuffer(struct{ io.Writer }{writer}, struct{ io.Reader }{body}, make([]byte, copyBuffer))
		var known *fault.Error
		if err != nil && !errors.As(err, &known) {
			err = fault.Wrap(fault.InvalidArgument, err, "the input cannot be read: %v", err)
		}
		_ = writer.CloseWithError(err) // nil is the end; it returns no error
	}()
	unregister := context.AfterFunc(ctx, func() { _ = writer.CloseWithError(gaveUp(ctx)) })
	return reader, func() {
		unregister()
		_ = reader.Close()
	}
}
