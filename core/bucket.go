package core

import (
	"context"
	"iter"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// ListBuckets is driver.Bucket.ListBuckets.
func (e *Engine) ListBuckets(ctx context.Context) iter.Seq2[driver.BucketInfo, error] {
	return e.driver.ListBuckets(ctx)
}

// HeadBucket is driver.Bucket.HeadBucket.
func (e *Engine) HeadBucket(ctx context.Context, req driver.HeadBucketRequest) (driver.BucketDetail, error) {
	return e.driver.HeadBucket(ctx, req)
}

// CreateBucket is driver.Bucket.CreateBucket.
func (e *Engine) CreateBucket(ctx context.Context, req driver.CreateBucketRequest) error {
	if err := e.requireForCreateBucket(req); err != nil {
		return err
	}
	return e.driver.CreateBucket(ctx, req)
}

func (e *Engine) requireForCreateBucket(req driver.CreateBucketRequest) error {
	if req.Region == "" || req.Region == e.description.Region {
		return nil
	}
	return e.require(driver.CapBucketRegion)
}

// DeleteBucket is driver.Bucket.DeleteBucket.
func (e *Engine) DeleteBucket(ctx context.Context, req driver.DeleteBucketRequest) error {
	return e.driver.DeleteBucket(ctx, req)
}

// EmptyBucket is driver.Bucket.EmptyBucket.
func (e *Engine) EmptyBucket(ctx context.Context, req driver.EmptyBucketRequest) iter.Seq2[driver.EmptiedItem, error] {
	return listing(ctx, e, driver.CapBucketEmpty, e.driver.EmptyBucket, req)
}

// GetBucketSetting is driver.Bucket.GetBucketSetting.
func (e *Engine) GetBucketSetting(ctx context.Context, req driver.GetBucketSettingRequest) (driver.BucketSetting, error) {
	return call(ctx, e, req.Setting.Capability(), e.driver.GetBucketSetting, req)
}

// PutBucketSetting is driver.Bucket.PutBucketSetting.
func (e *Engine) PutBucketSetting(ctx context.Context, req driver.PutBucketSettingRequest) error {
	setting := req.Value.Setting()
	if setting == "" {
		return fault.New(fault.InvalidArgument, "exactly one setting can be put at a time")
	}
	if err := checkWritable(setting); err != nil {
		return err
	}
	return do(ctx, e, setting.Capability(), e.driver.PutBucketSetting, req)
}

// DeleteBucketSetting is driver.Bucket.DeleteBucketSetting.
func (e *Engine) DeleteBucketSetting(ctx context.Context, req driver.DeleteBucketSettingRequest) error {
	if err := checkWritable(req.Setting); err != nil {
		return err
	}
	return do(ctx, e, req.Setting.Capability(), e.driver.DeleteBucketSetting, req)
}

func checkWritable(setting driver.Setting) error {
	if setting.Writable() {
		return nil
	}
	return fault.New(fault.Unsupported, "the setting %s can only be read", setting)
}
