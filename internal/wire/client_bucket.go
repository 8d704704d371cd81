package wire

import (
	"context"
	"iter"

	"github.com/s3-credentials/s3-credentials/core/driver"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

func (c *client) ListBuckets(ctx context.Context) iter.Seq2[driver.BucketInfo, error] {
	return receiveListing(ctx, c, c.bucket.ListBuckets, &pb.ListBucketsRequest{}, (*pb.ListBucketsResponse).GetBuckets, fromBucket)
}

func (c *client) HeadBucket(ctx context.Context, req driver.HeadBucketRequest) (driver.BucketDetail, error) {
	return call(ctx, c, c.bucket.HeadBucket, &pb.HeadBucketRequest{Bucket: req.Bucket}, (*pb.HeadBucketResponse).GetRegion,
		func(region string) driver.BucketDetail { return driver.BucketDetail{Region: region} })
}

func (c *client) CreateBucket(ctx context.Context, req driver.CreateBucketRequest) error {
	return unary(ctx, c, c.bucket.CreateBucket, &pb.CreateBucketRequest{Bucket: req.Bucket, Region: req.Region, Again: req.Again})
}

func (c *client) DeleteBucket(ctx context.Context, req driver.DeleteBucketRequest) error {
	return unary(ctx, c, c.bucket.DeleteBucket, &pb.DeleteBucketRequest{Bucket: req.Bucket})
}

func (c *client) EmptyBucket(ctx context.Context, req driver.EmptyBucketRequest) iter.Seq2[driver.EmptiedItem, error] {
	return receiveListing(ctx, c, c.bucket.EmptyBucket, &pb.EmptyBucketRequest{Bucket: req.Bucket}, (*pb.EmptyBucketResponse).GetItems, fromEmptied)
}

func (c *client) GetBucketSetting(ctx context.Context, req driver.GetBucketSettingRequest) (driver.BucketSetting, error) {
	request := &pb.GetBucketSettingRequest{Bucket: req.Bucket, Setting: string(req.Setting)}
	value, err := call(ctx, c, c.bucket.GetBucketSetting, request, (*pb.GetBucketSettingResponse).GetValue, fromSetting)
	return verifyName(c, value, err, "bucket setting", string(req.Setting), string(value.Setting()))
}

func (c *client) PutBucketSetting(ctx context.Context, req driver.PutBucketSettingRequest) error {
	return unary(ctx, c, c.bucket.PutBucketSetting, &pb.PutBucketSettingRequest{Bucket: req.Bucket, Value: toSetting(req.Value)})
}

func (c *client) DeleteBucketSetting(ctx context.Context, req driver.DeleteBucketSettingRequest) error {
	return unary(ctx, c, c.bucket.DeleteBucketSetting,
		&pb.DeleteBucketSettingRequest{Bucket: req.Bucket, Setting: string(req.Setting)})
}
