package wire

import (
	"context"
	"iter"

	"google.golang.org/grpc"

	"github.com/s3-credentials/s3-credentials/core/driver"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

// ListBuckets implements driver.Bucket.
func (c *Client) ListBuckets(ctx context.Context) iter.Seq2[driver.BucketInfo, error] {
	open := func(ctx context.Context) (grpc.ServerStreamingClient[pb.ListBucketsResponse], error) {
		return c.bucket.ListBuckets(ctx, &pb.ListBucketsRequest{})
	}
	return receiveListing(ctx, c.name, open, (*pb.ListBucketsResponse).GetBuckets, fromBucket)
}

// HeadBucket implements driver.Bucket.
func (c *Client) HeadBucket(ctx context.Context, req driver.HeadBucketRequest) (driver.BucketDetail, error) {
	return call(ctx, c.name, c.bucket.HeadBucket, &pb.HeadBucketRequest{Bucket: req.Bucket},
		func(a *pb.HeadBucketResponse) driver.BucketDetail { return driver.BucketDetail{Region: a.GetRegion()} })
}

// CreateBucket implements driver.Bucket.
func (c *Client) CreateBucket(ctx context.Context, req driver.CreateBucketRequest) error {
	return do(ctx, c.name, c.bucket.CreateBucket, &pb.CreateBucketRequest{Bucket: req.Bucket, Region: req.Region})
}

// DeleteBucket implements driver.Bucket.
func (c *Client) DeleteBucket(ctx context.Context, req driver.DeleteBucketRequest) error {
	return do(ctx, c.name, c.bucket.DeleteBucket, &pb.DeleteBucketRequest{Bucket: req.Bucket})
}

// GetBucketSetting implements driver.Bucket.
func (c *Client) GetBucketSetting(ctx context.Context, req driver.GetBucketSettingRequest) (driver.BucketSetting, error) {
	value, err := call(ctx, c.name, c.bucket.GetBucketSetting,
		&pb.GetBucketSettingRequest{Bucket: req.Bucket, Setting: string(req.Setting)},
		func(a *pb.GetBucketSettingResponse) driver.BucketSetting { return fromSetting(a.GetValue()) })
	return answersFor(c, value, err, "bucket setting", string(req.Setting), string(value.Setting()))
}

// PutBucketSetting implements driver.Bucket.
func (c *Client) PutBucketSetting(ctx context.Context, req driver.PutBucketSettingRequest) error {
	return do(ctx, c.name, c.bucket.PutBucketSetting,
		&pb.PutBucketSettingRequest{Bucket: req.Bucket, Value: toSetting(req.Value)})
}

// DeleteBucketSetting implements driver.Bucket.
func (c *Client) DeleteBucketSetting(ctx context.Context, req driver.DeleteBucketSettingRequest) error {
	return do(ctx, c.name, c.bucket.DeleteBucketSetting,
		&pb.DeleteBucketSettingRequest{Bucket: req.Bucket, Setting: string(req.Setting)})
}
