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

// CreateBucket is driver.Bucket.CreateBucket, after a check of the capabilities it needs.
func (e *Engine) CreateBucket(ctx context.Context, req driver.CreateBucketRequest) error {
	if err := e.requireForCreateBucket(req); err != nil {
		return err
	}
	return e.driver.CreateBucket(ctx, req)
}

// DeleteBucket is driver.Bucket.DeleteBucket.
func (e *Engine) DeleteBucket(ctx context.Context, req driver.DeleteBucketRequest) error {
	return e.driver.DeleteBucket(ctx, req)
}

// GetBucketSetting is driver.Bucket.GetBucketSetting, after a check of the capabilities it needs.
func (e *Engine) GetBucketSetting(ctx context.Context, req driver.GetBucketSettingRequest) (driver.BucketSetting, error) {
	if err := e.requireForGetBucketSetting(req); err != nil {
		return driver.BucketSetting{}, err
	}
	return e.driver.GetBucketSetting(ctx, req)
}

// PutBucketSetting is driver.Bucket.PutBucketSetting, after a check of the capabilities it needs.
func (e *Engine) PutBucketSetting(ctx context.Context, req driver.PutBucketSettingRequest) error {
	if err := e.requireForPutBucketSetting(req); err != nil {
		return err
	}
	return e.driver.PutBucketSetting(ctx, req)
}

// DeleteBucketSetting is driver.Bucket.DeleteBucketSetting, after a check of the capabilities it needs.
func (e *Engine) DeleteBucketSetting(ctx context.Context, req driver.DeleteBucketSettingRequest) error {
	if err := e.requireForDeleteBucketSetting(req); err != nil {
		return err
	}
	return e.driver.DeleteBucketSetting(ctx, req)
}

func (e *Engine) requireForCreateBucket(req driver.CreateBucketRequest) error {
	if req.Region != "" && req.Region != e.description.Region {
		return e.require(driver.CapBucketRegion)
	}
	return nil
}

func (e *Engine) requireForGetBucketSetting(req driver.GetBucketSettingRequest) error {
	return e.require(req.Setting.Capability())
}

func (e *Engine) requireForPutBucketSetting(req driver.PutBucketSettingRequest) error {
	setting := req.Value.Setting()
	if setting == "" {
		return fault.New(fault.InvalidArgument, "exactly one setting can be put at a time")
	}
	if !setting.Writable() {
		return fault.New(fault.Unsupported, "the setting %s can only be read", setting)
	}
	return e.require(setting.Capability())
}

func (e *Engine) requireForDeleteBucketSetting(req driver.DeleteBucketSettingRequest) error {
	if !req.Setting.Writable() {
		return fault.New(fault.Unsupported, "the setting %s can only be read", req.Setting)
	}
	return e.require(req.Setting.Capability())
}
