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

// ListObjects implements driver.Object.
func (c *Client) ListObjects(ctx context.Context, req driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
	request := &pb.ListObjectsRequest{Bucket: req.Bucket, Prefix: req.Prefix}
	objects := receiveListing(ctx, c, c.object.ListObjects, request, (*pb.ListObjectsResponse).GetObjects, fromObject)
	return verifyEach(objects, func(o driver.ObjectInfo) error {
		if strings.HasPrefix(o.Key, req.Prefix) {
			return nil
		}
		return c.mismatch("objects with the prefix", req.Prefix, o.Key)
	})
}

// HeadObject implements driver.Object.
func (c *Client) HeadObject(ctx context.Context, req driver.HeadObjectRequest) (driver.ObjectDetail, error) {
	request := &pb.HeadObjectRequest{Bucket: req.Bucket, Key: req.Key}
	return call(ctx, c, c.object.HeadObject, request, (*pb.HeadObjectResponse).GetDetail, fromDetail)
}

// DeleteObjects implements driver.Object.
func (c *Client) DeleteObjects(ctx context.Context, req driver.DeleteObjectsRequest) (driver.DeleteObjectsResponse, error) {
	request := &pb.DeleteObjectsRequest{Bucket: req.Bucket, Keys: req.Keys}
	deleted, err := call(ctx, c, c.object.DeleteObjects, request, identity, fromDeleteObjectsResponse)
	if err == nil {
		err = c.verifyDeleted(req.Keys, deleted)
	}
	if err != nil {
		return driver.DeleteObjectsResponse{}, err
	}
	return deleted, nil
}

// GetObject implements driver.Object. What the plugin wrote becomes the file that was asked for only if it is all there.
func (c *Client) GetObject(ctx context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
	if err := transfer.Check(req.Path, req.Body != nil); err != nil {
		return driver.ObjectDetail{}, err
	}
	if req.Body != nil {
		var came int64
		req.Body = io.MultiWriter(req.Body, transfer.Progress(func(n int64) { came += n }))
		detail, err := c.getObject(ctx, req)
		if err == nil {
			err = c.verifySize("what came", detail.Size, came)
		}
		return ifNone(detail, err)
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
	return ifNone(detail, err)
}

// ifNone returns the detail if there is no error.
func ifNone(detail driver.ObjectDetail, err error) (driver.ObjectDetail, error) {
	if err != nil {
		return driver.ObjectDetail{}, err
	}
	return detail, nil
}

// getObject makes the call.
func (c *Client) getObject(ctx context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
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
			if req.Body == nil {
				return none, c.broken("sent the bytes of an object that was to go to a file")
			}
			if _, err := req.Body.Write(event.Chunk); err != nil {
				return none, transfer.WriteFault(err)
			}
		case *pb.GetObjectResponse_Progress:
			report(req.Progress, event.Progress)
		case *pb.GetObjectResponse_Detail:
			return settle(ctx, c, event.Detail, stream.Recv)
		}
	}
}

// PutObject implements driver.Object. Where it returns an error, a read of the body may still be under way: the body
// must not be used for anything else.
func (c *Client) PutObject(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	none := driver.ObjectDetail{}
	if err := transfer.Check(req.Path, req.Body != nil); err != nil {
		return none, err
	}
	call, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stream, err := c.object.PutObject(call)
	if err != nil {
		return none, fromStatus(ctx, c.name, err)
	}
	sent := &progressOfBody{}
	go func() {
		if err := sendObject(stream, req, sent); err != nil {
			// Breaking the call off is what tells the plugin to store nothing.
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
			detail, err := settle(ctx, c, event.Detail, stream.Recv)
			if err == nil && req.Body != nil {
				err = sent.verify(c, detail)
			}
			return ifNone(detail, err)
		}
	}
}

// progressOfBody is how much of an upload's body has been sent.
type progressOfBody struct {
	bytes atomic.Int64
	whole atomic.Bool
}

// verify checks that the plugin stored all of the body.
func (p *progressOfBody) verify(c *Client, detail driver.ObjectDetail) error {
	if !p.whole.Load() {
		return c.broken("said that it had stored the object before it had all of it")
	}
	return c.verifySize("what was sent", detail.Size, p.bytes.Load())
}

// sendObject sends the header and the body. It returns an error only if the body cannot be read: what goes wrong with
// the stream itself, its receiving end reports.
func sendObject(stream grpc.BidiStreamingClient[pb.PutObjectRequest, pb.PutObjectResponse], req driver.PutObjectRequest, sent *progressOfBody) error {
	header := &pb.PutObjectHeader{Bucket: req.Bucket, Key: req.Key, Path: []byte(req.Path), ContentType: req.ContentType}
	if stream.Send(&pb.PutObjectRequest{Event: &pb.PutObjectRequest_Header{Header: header}}) != nil {
		return nil
	}
	if req.Body != nil {
		buffer := make([]byte, ChunkBytes)
		for {
			n, err := fill(req.Body, buffer)
			sent.bytes.Add(int64(n))
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
	sent.whole.Store(true)
	_ = stream.CloseSend()
	return nil
}

// fill reads until the buffer is full or the body ends. Unlike io.ReadFull it passes on a body's own
// io.ErrUnexpectedEOF, which means that the body is not whole.
func fill(body io.Reader, buffer []byte) (n int, err error) {
	for n < len(buffer) && err == nil {
		var got int
		got, err = body.Read(buffer[n:])
		n += got
	}
	return n, err
}

// settle waits for the status after the detail: success is what the status says.
func settle[M any](ctx context.Context, c *Client, detail *pb.ObjectDetail, receive func() (*M, error)) (driver.ObjectDetail, error) {
	_, err := receive()
	switch {
	case err == io.EOF:
		return fromDetail(detail), nil
	case err != nil:
		return driver.ObjectDetail{}, fromStatus(ctx, c.name, err)
	}
	return driver.ObjectDetail{}, c.broken("went on sending after it had said that all was done")
}

// streamError is the error of a stream that ended before the detail came.
func (c *Client) streamError(ctx context.Context, err error) error {
	if err == io.EOF {
		return c.broken("ended a transfer without saying how it went")
	}
	return fromStatus(ctx, c.name, err)
}

func (c *Client) broken(what string) error {
	return fault.New(fault.Internal, "the plugin %s %s; the transfer is not complete", c.name, what)
}

func report(progress func(int64), bytes int64) {
	if progress != nil && bytes > 0 {
		progress(bytes)
	}
}
