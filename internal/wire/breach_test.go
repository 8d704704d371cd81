package wire_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/wire"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

func TestBreach(t *testing.T) {
	with := func(code codes.Code, details ...protoadapt.MessageV1) error {
		s, err := status.New(code, "no such bucket").WithDetails(details...)
		if err != nil {
			t.Fatal(err)
		}
		return s.Err()
	}
	missing := &pb.Fault{Code: "NotFound", Message: "no such bucket"}
	for _, c := range []struct {
		err  error
		says string
	}{
		{nil, ""},
		{io.EOF, ""},
		{errors.New("no status"), ""},
		{with(codes.NotFound, missing), ""},
		{with(codes.Unimplemented, &pb.Fault{Code: "Unsupported"}), ""},
		{status.Error(codes.Unimplemented, "method HeadBucket not implemented"), ""},
		{status.Error(codes.Canceled, "context canceled"), ""},
		{status.Error(codes.NotFound, "no such bucket"), "has no Fault: NotFound"},
		{status.Error(codes.Unknown, "Exception calling application"), "has no Fault: Unknown"},
		{with(codes.NotFound, missing, missing), "has 2 details"},
		{with(codes.NotFound, &pb.Bucket{Name: "b"}), "the first is a *backendv1.Bucket"},
		{with(codes.NotFound, &pb.Fault{Code: "Gone"}), `the code "Gone", which is none`},
		{with(codes.Unknown, missing), "whose status is NotFound, and has the status Unknown"},
		{with(codes.NotFound, &pb.Fault{Code: "NotFound", Message: strings.Repeat("x", 8<<10+1)}), "8193 bytes, but at most 8192"},
	} {
		if got := wire.Breach(c.err); (c.says == "") != (got == "") || !strings.Contains(got, c.says) {
			t.Errorf("of %v it says %q, want %q", c.err, got, c.says)
		}
	}
}

// oversized is a plugin whose messages hold more than the contract allows.
type oversized struct {
	pb.UnimplementedObjectServiceServer
	pb.UnimplementedBackendServiceServer
}

func (oversized) Open(context.Context, *pb.OpenRequest) (*pb.OpenResponse, error) {
	return &pb.OpenResponse{}, nil
}

func (oversized) ListObjects(_ *pb.ListObjectsRequest, stream grpc.ServerStreamingServer[pb.ListObjectsResponse]) error {
	page := &pb.ListObjectsResponse{}
	for range 1001 {
		page.Objects = append(page.Objects, &pb.Object{Key: "key"})
	}
	return stream.Send(page)
}

func (oversized) GetObject(_ *pb.GetObjectRequest, stream grpc.ServerStreamingServer[pb.GetObjectResponse]) error {
	chunk := make([]byte, wire.ChunkBytes+1)
	if err := stream.Send(&pb.GetObjectResponse{Event: &pb.GetObjectResponse_Chunk{Chunk: chunk}}); err != nil {
		return err
	}
	return stream.Send(&pb.GetObjectResponse{Event: &pb.GetObjectResponse_Detail{Detail: &pb.ObjectDetail{Size: int64(len(chunk))}}})
}

func TestMessagesOverTheirSizeAreRefused(t *testing.T) {
	s := grpc.NewServer()
	pb.RegisterBackendServiceServer(s, oversized{})
	pb.RegisterObjectServiceServer(s, oversized{})
	client, err := wire.NewClient(t.Context(), dial(t, s), "acme", driver.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range client.ListObjects(t.Context(), driver.ListObjectsRequest{Bucket: "b"}) {
		if !errors.Is(err, fault.Internal) || !strings.Contains(err.Error(), "acme sent 1001 items in one message") {
			t.Errorf("a page of 1001 objects gave %v", err)
		}
	}
	var got bytes.Buffer
	_, err = client.GetObject(t.Context(), driver.GetObjectRequest{Bucket: "b", Key: "k", Body: &got})
	if !errors.Is(err, fault.Internal) || !strings.Contains(err.Error(), "more of an object in one message") || got.Len() != 0 {
		t.Errorf("a chunk of more than 1 MiB gave %v and %d bytes", err, got.Len())
	}
}
