package wire

import (
	"context"

	"google.golang.org/grpc"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

type bucketServer struct {
	pb.UnimplementedBucketServiceServer
	s *Server
}

func (b *bucketServer) ListBuckets(_ *pb.ListBucketsRequest, stream grpc.ServerStreamingServer[pb.ListBucketsResponse]) error {
	return sendListing(b.s, stream, noRequest(driver.Driver.ListBuckets), nil, toBucket,
		func(page []*pb.Bucket) *pb.ListBucketsResponse { return &pb.ListBucketsResponse{Buckets: page} })
}

func (b *bucketServer) HeadBucket(ctx context.Context, in *pb.HeadBucketRequest) (*pb.HeadBucketResponse, error) {
	return answer(ctx, b.s, driver.Driver.HeadBucket, driver.HeadBucketRequest{Bucket: in.GetBucket()},
		func(detail driver.BucketDetail) *pb.HeadBucketResponse {
			return &pb.HeadBucketResponse{Region: detail.Region}
		})
}

func (b *bucketServer) CreateBucket(ctx context.Context, in *pb.CreateBucketRequest) (*pb.CreateBucketResponse, error) {
	req := driver.CreateBucketRequest{Bucket: in.GetBucket(), Region: in.GetRegion(), Again: in.GetAgain()}
	return done(ctx, b.s, driver.Driver.CreateBucket, req, &pb.CreateBucketResponse{})
}

func (b *bucketServer) DeleteBucket(ctx context.Context, in *pb.DeleteBucketRequest) (*pb.DeleteBucketResponse, error) {
	req := driver.DeleteBucketRequest{Bucket: in.GetBucket()}
	return done(ctx, b.s, driver.Driver.DeleteBucket, req, &pb.DeleteBucketResponse{})
}

func (b *bucketServer) EmptyBucket(in *pb.EmptyBucketRequest, stream grpc.ServerStreamingServer[pb.EmptyBucketResponse]) error {
	return sendListing(b.s, stream, driver.Driver.EmptyBucket, driver.EmptyBucketRequest{Bucket: in.GetBucket()}, toEmptied,
		func(page []*pb.EmptiedItem) *pb.EmptyBucketResponse { return &pb.EmptyBucketResponse{Items: page} })
}

func (b *bucketServer) GetBucketSetting(ctx context.Context, in *pb.GetBucketSettingRequest) (*pb.GetBucketSettingResponse, error) {
	req := driver.GetBucketSettingRequest{Bucket: in.GetBucket(), Setting: driver.Setting(in.GetSetting())}
	return answer(ctx, b.s, driver.Driver.GetBucketSetting, req, func(v driver.BucketSetting) *pb.GetBucketSettingResponse {
		return &pb.GetBucketSettingResponse{Value: toSetting(v)}
	})
}

func (b *bucketServer) PutBucketSetting(ctx context.Context, in *pb.PutBucketSettingRequest) (*pb.PutBucketSettingResponse, error) {
	req := driver.PutBucketSettingRequest{Bucket: in.GetBucket(), Value: fromSetting(in.GetValue())}
	if req.Value.Setting() == "" {
		return nil, toStatus(fault.New(fault.InvalidArgument,
			"the request holds no bucket setting that this backend knows"))
	}
	return done(ctx, b.s, driver.Driver.PutBucketSetting, req, &pb.PutBucketSettingResponse{})
}

func (b *bucketServer) DeleteBucketSetting(
	ctx context.Context, in *pb.DeleteBucketSettingRequest,
) (*pb.DeleteBucketSettingResponse, error) {
	req := driver.DeleteBucketSettingRequest{Bucket: in.GetBucket(), Setting: driver.Setting(in.GetSetting())}
	return done(ctx, b.s, driver.Driver.DeleteBucketSetting, req, &pb.DeleteBucketSettingResponse{})
}
