package wire

import (
	"context"
	"io"

	"google.golang.org/grpc"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

type objectServer struct {
	pb.UnimplementedObjectServiceServer
	s *Server
}

func (o *objectServer) ListObjects(in *pb.ListObjectsRequest, stream grpc.ServerStreamingServer[pb.ListObjectsResponse]) error {
	req := driver.ListObjectsRequest{Bucket: in.GetBucket(), Prefix: in.GetPrefix(), Folders: in.GetFolders()}
	return sendListing(o.s, stream, driver.Driver.ListObjects, req, toObject,
		func(page []*pb.Object) *pb.ListObjectsResponse { return &pb.ListObjectsResponse{Objects: page} })
}

func (o *objectServer) HeadObject(ctx context.Context, in *pb.HeadObjectRequest) (*pb.HeadObjectResponse, error) {
	req := driver.HeadObjectRequest{Bucket: in.GetBucket(), Key: in.GetKey()}
	return answer(ctx, o.s, driver.Driver.HeadObject, req,
		func(detail driver.ObjectDetail) *pb.HeadObjectResponse {
			return &pb.HeadObjectResponse{Detail: toDetail(detail)}
		})
}

func (o *objectServer) DeleteObjects(ctx context.Context, in *pb.DeleteObjectsRequest) (*pb.DeleteObjectsResponse, error) {
	req := driver.DeleteObjectsRequest{Bucket: in.GetBucket(), Keys: in.GetKeys()}
	return answer(ctx, o.s, driver.Driver.DeleteObjects, req, toDeleteObjectsResponse)
}

func (o *objectServer) GetObject(in *pb.GetObjectRequest, stream grpc.ServerStreamingServer[pb.GetObjectResponse]) error {
	d, err := o.s.driver()
	if err != nil {
		return err
	}
	progress := startProgress(func(bytes int64) error {
		return stream.Send(&pb.GetObjectResponse{Event: &pb.GetObjectResponse_Progress{Progress: bytes}})
	})
	defer progress.stop()
	req := driver.GetObjectRequest{
		Bucket: in.GetBucket(), Key: in.GetKey(), Path: string(in.GetPath()), Progress: progress.add,
	}
	if req.Path == "" {
		req.Body = chunkWriter{progress: progress, send: func(chunk []byte) error {
			return stream.Send(&pb.GetObjectResponse{Event: &pb.GetObjectResponse_Chunk{Chunk: chunk}})
		}}
	}
	detail, err := d.GetObject(stream.Context(), req)
	progress.stop()
	if err != nil && req.Path != "" && stream.Context().Err() != nil {
		discardStaging(req.Path)
	}
	if err != nil {
		return toStatus(contextFirst(stream.Context(), err))
	}
	return stream.Send(&pb.GetObjectResponse{Event: &pb.GetObjectResponse_Detail{Detail: toDetail(detail)}})
}

func (o *objectServer) PutObject(stream grpc.BidiStreamingServer[pb.PutObjectRequest, pb.PutObjectResponse]) error {
	d, err := o.s.driver()
	if err != nil {
		return err
	}
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	header := first.GetHeader()
	if header == nil {
		return toStatus(fault.New(fault.InvalidArgument, "the first message of an upload must be its header"))
	}
	progress := startProgress(func(bytes int64) error {
		return stream.Send(&pb.PutObjectResponse{Event: &pb.PutObjectResponse_Progress{Progress: bytes}})
	})
	defer progress.stop()
	req := fromPutHeader(header)
	req.Progress = progress.add
	if req.Path == "" {
		req.Body = &chunkReader{receive: stream.Recv}
	}
	detail, err := d.PutObject(stream.Context(), req)
	progress.stop()
	if err != nil {
		return toStatus(contextFirst(stream.Context(), err))
	}
	return stream.Send(&pb.PutObjectResponse{Event: &pb.PutObjectResponse_Detail{Detail: toDetail(detail)}})
}

// chunkWriter sends what is written to it, in pieces that fit into messages.
type chunkWriter struct {
	progress *progress
	send     func([]byte) error
}

func (w chunkWriter) Write(p []byte) (int, error) {
	written := 0
	for written < len(p) {
		end := min(len(p), written+ChunkBytes)
		if err := w.progress.locked(func() error { return w.send(p[written:end]) }); err != nil {
			return written, err
		}
		written = end
	}
	return written, nil
}

// chunkReader reads the pieces of a body. Only a stream that its sender ended itself reads as io.EOF: one that broke
// off is an error, so that nothing incomplete is stored.
type chunkReader struct {
	receive func() (*pb.PutObjectRequest, error)
	rest    []byte
	err     error
}

func (r *chunkReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		message, err := r.receive()
		if err != nil {
			r.err = err
			continue
		}
		if message.GetHeader() != nil {
			r.err = fault.New(fault.InvalidArgument, "an upload has only one header")
			continue
		}
		r.rest = message.GetChunk()
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

var _ io.Reader = (*chunkReader)(nil)
