// Package transfer is for backends whose client library reads and writes streams: it makes of a transfer's path or stream
// what the library takes, and keeps the promises of core/driver about files, streams, progress and cancelling.
package transfer

import (
	"bytes"
	"context"
	"io"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Receive writes an object's bytes to where the request wants them. A file is written beside the one that it then
// replaces, and is gone after an error. DataLoss if fewer or more bytes come than size; a size of -1 is not checked.
func Receive(req driver.GetObjectRequest, from io.Reader, size int64) error {
	if (req.Path == "") == (req.Body == nil) {
		return fault.New(fault.InvalidArgument, "a transfer has either a file or a stream")
	}
	if req.Path == "" {
		return receive(req.Body, from, size, req.Progress)
	}
	file, err := NewReplacement(req.Path)
	if err != nil {
		return err
	}
	defer file.Discard()
	if err := receive(file, from, size, req.Progress); err != nil {
		return err
	}
	return file.Commit()
}

func receive(to io.Writer, from io.Reader, size int64, progress func(int64)) error {
	n, err := io.Copy(to, io.TeeReader(from, tell(progress)))
	if err == nil && size >= 0 && n != size {
		return fault.New(fault.DataLoss, "%d bytes arrived of %d", n, size)
	}
	return err
}

// tell passes on how many bytes are written to it.
type tell func(int64)

func (t tell) Write(p []byte) (int, error) {
	if t != nil {
		t(int64(len(p)))
	}
	return len(p), nil
}

// short is how long a stream may be for its size to be found out: this much of it is held in memory.
const short = 1 << 20

// Source is the bytes of an object that is to be stored. Close frees it.
type Source struct {
	io.Reader
	// Size is how many bytes there are; -1 where that is not known, which is so for long streams.
	Size  int64
	close func()
}

// Close frees what Open opened.
func (s *Source) Close() { s.close() }

// Open opens what the request wants stored. Its Read ends when the context does, also while the stream has nothing to
// give. InvalidArgument, then or while it is read, for a file or a stream that cannot be read.
func Open(ctx context.Context, req driver.PutObjectRequest) (*Source, error) {
	if (req.Path == "") == (req.Body == nil) {
		return nil, fault.New(fault.InvalidArgument, "a transfer has either a file or a stream")
	}
	if req.Path == "" {
		return openStream(ctx, req)
	}
	file, size, err := OpenRegular(req.Path)
	if err != nil {
		return nil, err
	}
	return open(ctx, file, size, req.Progress, func() { _ = file.Close() }), nil
}

// openStream reads so far that it knows the size of a short stream, which then needs one request only.
func openStream(ctx context.Context, req driver.PutObjectRequest) (*Source, error) {
	s := open(ctx, req.Body, -1, req.Progress, func() {})
	start := new(bytes.Buffer)
	n, err := io.CopyN(start, s.Reader, short)
	switch {
	case err == io.EOF: // the stream's own end, not what a broken one wraps
		s.Reader, s.Size = start, n
	case err != nil:
		s.Close()
		return nil, err
	default:
		s.Reader = io.MultiReader(start, s.Reader)
	}
	return s, nil
}

func open(ctx context.Context, from io.Reader, size int64, progress func(int64), closeFrom func()) *Source {
	reader, writer := io.Pipe()
	go func() {
		_, err := io.Copy(writer, io.TeeReader(from, tell(progress)))
		if err != nil {
			err = fault.Wrap(fault.InvalidArgument, err, "the input cannot be read: %v", err)
		}
		_ = writer.CloseWithError(err) // nil is the end; it returns no error
	}()
	unregister := context.AfterFunc(ctx, func() { _ = writer.CloseWithError(ctx.Err()) })
	return &Source{Reader: reader, Size: size, close: func() {
		unregister()
		_ = reader.Close()
		closeFrom()
	}}
}
