package wire

import (
	"context"
	"errors"
	"io"
	"iter"

	"google.golang.org/grpc"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	pb "github.com/s3-credentials/s3-credentials/plugins/proto/s3credentials/backend/v1"
)

// ListObjects implements driver.Object.
func (c *Client) ListObjects(ctx context.Context, req driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
	open := func(ctx context.Context) (grpc.ServerStreamingClient[pb.ListObjectsResponse], error) {
		return c.object.ListObjects(ctx, &pb.ListObjectsRequest{Bucket: req.Bucket, Prefix: req.Prefix})
	}
	return receiveListing(ctx, c.name, open, (*pb.ListObjectsResponse).GetObjects, fromObject)
}

// HeadObject implements driver.Object.
func (c *Client) HeadObject(ctx context.Context, req driver.HeadObjectRequest) (driver.ObjectDetail, error) {
	return call(ctx, c.name, c.object.HeadObject, &pb.HeadObjectRequest{Bucket: req.Bucket, Key: req.Key},
		func(a *pb.HeadObjectResponse) driver.ObjectDetail { return fromDetail(a.GetDetail()) })
}

// DeleteObjects implements driver.Object.
func (c *Client) DeleteObjects(ctx context.Context, req driver.DeleteObjectsRequest) (driver.DeleteObjectsResponse, error) {
	return call(ctx, c.name, c.object.DeleteObjects, &pb.DeleteObjectsRequest{Bucket: req.Bucket, Keys: req.Keys},
		func(a *pb.DeleteObjectsResponse) driver.DeleteObjectsResponse {
			return driver.DeleteObjectsResponse{Deleted: a.GetDeleted(), Failed: mapSlice(a.GetFailed(), fromFailure)}
		})
}

// GetObject implements driver.Object.
func (c *Client) GetObject(ctx context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
	none := driver.ObjectDetail{}
	if (req.Path != "") == (req.Body != nil) {
		return none, fault.New(fault.InvalidArgument, "an object goes either to a path or to a body")
	}
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
				return none, fault.Wrap(fault.Unknown, err, "the object cannot be written: %v", err)
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
	if (req.Path != "") == (req.Body != nil) {
		return none, fault.New(fault.InvalidArgument, "an object comes either from a path or from a body")
	}
	call, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stream, err := c.object.PutObject(call)
	if err != nil {
		return none, fromStatus(ctx, c.name, err)
	}
	go func() {
		if err := sendObject(stream, req); err != nil {
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
			return settle(ctx, c, event.Detail, stream.Recv)
		}
	}
}

// sendObject sends the header and the body. It returns an error only if the body cannot be read: what goes wrong with
// the stream itself, its receiving end reports.
func sendObject(stream grpc.BidiStreamingClient[pb.PutObjectRequest, pb.PutObjectResponse], req driver.PutObjectRequest) error {
	header := &pb.PutObjectHeader{Bucket: req.Bucket, Key: req.Key, Path: []byte(req.Path), ContentType: req.ContentType}
	if stream.Send(&pb.PutObjectRequest{Event: &pb.PutObjectRequest_Header{Header: header}}) != nil {
		return nil
	}
	if req.Body != nil {
		buffer := make([]byte, ChunkBytes)
		for {
			n, err := fill(req.Body, buffer)
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
