package wire

import (
	"context"
	"errors"
	"io"
	"iter"
	"strings"
	"sync/atomic"

	"google.golang.org/grpc"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

func (c *client) ListObjects(ctx context.Context, req driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
	request := &pb.ListObjectsRequest{Bucket: req.Bucket, Prefix: req.Prefix, Folders: req.Folders}
	objects := receiveListing(ctx, c, c.object.ListObjects, request, (*pb.ListObjectsResponse).GetObjects, fromObject)
	return verifyEach(objects, func(o driver.ObjectInfo) error {
		if strings.HasPrefix(o.Key, req.Prefix) {
			return nil
		}
		return c.mismatch("objects with the prefix", req.Prefix, o.Key)
	})
}

func (c *client) HeadObject(ctx context.Context, req driver.HeadObjectRequest) (driver.ObjectDetail, error) {
	request := &pb.HeadObjectRequest{Bucket: req.Bucket, Key: req.Key}
	return call(ctx, c, c.object.HeadObject, request, (*pb.HeadObjectResponse).GetDetail, fromDetail)
}

func (c *client) DeleteObjects(ctx context.Context, req driver.DeleteObjectsRequest) (driver.DeleteObjectsResponse, error) {
	request := &pb.DeleteObjectsRequest{Bucket: req.Bucket, Keys: req.Keys}
	deleted, err := call(ctx, c, c.object.DeleteObjects, request, identity, fromDeleteObjectsResponse)
	if err == nil {
		err = c.verifyDeleted(req.Keys, deleted)
	}
	return orNone(deleted, err)
}

// GetObject downloads an object. The plugin's file becomes the requested one only if it is complete.
func (c *client) GetObject(ctx context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
	if err := transfer.Check(req.Path, req.Body != nil); err != nil {
		return driver.ObjectDetail{}, err
	}
	if req.Body != nil {
		var received int64
		req.Body = io.MultiWriter(req.Body, transfer.Progress(func(n int64) { received += n }))
		detail, err := c.getObject(ctx, req)
		if err == nil {
			err = c.verifySize("what came", detail.Size, received)
		}
		return orNone(detail, err)
	}
	stage, err := newStaging(req.Path)
	if err != nil {
		return driver.ObjectDetail{}, err
	}
	defer stage.discard()
	req.Path = stage.path
	detail, err := c.getObject(ctx, req)
	if err == nil {
		err = stage.commit(c, detail)
	}
	return orNone(detail, err)
}

// orNone returns the answer, or nothing with an error.
func orNone[T any](answer T, err error) (T, error) {
	if err != nil {
		var none T
		return none, err
	}
	return answer, nil
}

// getObject makes the call.
func (c *client) getObject(ctx context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
	none := driver.ObjectDetail{}
	call, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.object.GetObject(call, &pb.GetObjectRequest{Bucket: req.Bucket, Key: req.Key, Path: []byte(req.Path)})
	if err != nil {
		return none, fromStatus(ctx, c.name, err)
	}
	for {
		answer, err := stream.Recv()
		if err != nil {
			return none, c.streamError(ctx, err)
		}
		switch event := answer.GetEvent().(type) {
		case *pb.GetObjectResponse_Chunk:
			switch {
			case req.Body == nil:
				return none, c.broken("sent the bytes of an object that was to go to a file")
			case len(event.Chunk) > ChunkBytes:
				return none, c.broken("sent more of an object in one message than the protocol allows")
			}
			if _, err := req.Body.Write(event.Chunk); err != nil {
				return none, transfer.WriteFault(err)
			}
		case *pb.GetObjectResponse_Progress:
			report(req.Progress, event.Progress)
		case *pb.GetObjectResponse_Detail:
			return finish(ctx, c, event.Detail, stream.Recv)
		}
	}
}

// PutObject uploads an object. After an error, a read of the body may still be in progress, so that the caller must not use
// the body any more.
func (c *client) PutObject(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	none := driver.ObjectDetail{}
	if err := c.description.Require(req.Needs()...); err != nil { // a plugin of an older contract would ignore them
		return none, err
	}
	if err := transfer.Check(req.Path, req.Body != nil); err != nil {
		return none, err
	}
	call, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stream, err := c.object.PutObject(call)
	if err != nil {
		return none, fromStatus(ctx, c.name, err)
	}
	sent := &sentBody{}
	go func() {
		if err := sendObject(stream, req, sent); err != nil {
			// Cancelling the call makes the plugin store nothing.
			cancel(fault.Wrap(fault.Unknown, err, "the object cannot be read: %v", err))
		}
	}()
	for {
		answer, err := stream.Recv()
		if err != nil {
			var unreadable *fault.Error
			if ctx.Err() == nil && errors.As(context.Cause(call), &unreadable) {
				return none, unreadable
			}
			return none, c.streamError(ctx, err)
		}
		switch event := answer.GetEvent().(type) {
		case *pb.PutObjectResponse_Progress:
			report(req.Progress, event.Progress)
		case *pb.PutObjectResponse_Detail:
			detail, err := finish(ctx, c, event.Detail, stream.Recv)
			if err == nil && req.Body != nil {
				err = sent.verify(c, detail)
			}
			return orNone(detail, err)
		}
	}
}

// sentBody counts the bytes of an upload's body that were sent.
type sentBody struct {
	bytes    atomic.Int64
	complete atomic.Bool
}

// verify checks that the plugin stored all of the body.
func (p *sentBody) verify(c *client, detail driver.ObjectDetail) error {
	if !p.complete.Load() {
		return c.broken("said that it had stored the object before it had all of it")
	}
	return c.verifySize("what was sent", detail.Size, p.bytes.Load())
}

// sendObject sends the header and the body. It returns an error only if the body cannot be read; the receiving end reports
// errors of the stream.
func sendObject(stream grpc.BidiStreamingClient[pb.PutObjectRequest, pb.PutObjectResponse], req driver.PutObjectRequest, sent *sentBody) error {
	if stream.Send(&pb.PutObjectRequest{Event: &pb.PutObjectRequest_Header{Header: toPutHeader(req)}}) != nil {
		return nil
	}
	if req.Body != nil {
		buffer := make([]byte, ChunkBytes)
		for {
			n, err := readChunk(req.Body, buffer)
			sent.bytes.Add(int64(n))
			if err == io.EOF {
				sent.complete.Store(true) // before the plugin can have all of it
			}
			if n > 0 && stream.Send(&pb.PutObjectRequest{Event: &pb.PutObjectRequest_Chunk{Chunk: buffer[:n]}}) != nil {
				return nil
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
		}
	}
	_ = stream.CloseSend()
	return nil
}

// readChunk reads until the buffer is full or the body ends. Unlike io.ReadFull, it returns io.ErrUnexpectedEOF only if the
// body does, whose bytes are incomplete then.
func readChunk(body io.Reader, buffer []byte) (n int, err error) {
	for n < len(buffer) && err == nil {
		var got int
		got, err = body.Read(buffer[n:])
		n += got
	}
	return n, err
}

// finish waits for the status of a transfer whose detail has arrived: only the status means success.
func finish[M any](ctx context.Context, c *client, detail *pb.ObjectDetail, receive func() (*M, error)) (driver.ObjectDetail, error) {
	_, err := receive()
	switch {
	case err == io.EOF:
		return fromDetail(detail), nil
	case err != nil:
		return driver.ObjectDetail{}, fromStatus(ctx, c.name, err)
	}
	return driver.ObjectDetail{}, c.broken("went on sending after it had said that all was done")
}

// streamError converts the error of a stream that ended before the detail arrived.
func (c *client) streamError(ctx context.Context, err error) error {
	if err == io.EOF {
		return c.broken("ended a transfer without saying how it went")
	}
	return fromStatus(ctx, c.name, err)
}

func (c *client) broken(what string) error {
	return fault.New(fault.Internal, "the plugin %s %s; the transfer is not complete", c.name, what)
}

func report(progress func(int64), bytes int64) {
	if progress != nil && bytes > 0 {
		progress(bytes)
	}
}
