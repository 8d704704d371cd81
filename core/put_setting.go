package core

import (
	"context"
	"errors"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// PlanPutBucketSetting makes the plan to put a setting of a bucket in place of what is there. With look, the plan has what is there, as
// far as it may be read, and making it fails with NotFound if the bucket does not exist; without, no request is sent. It changes nothing.
// The step is final. Unsupported for a setting that the system lacks, or that can only be read.
func (e *Engine) PlanPutBucketSetting(ctx context.Context, bucket string, value driver.BucketSetting, look bool) (*Plan, error) {
	setting := value.Setting()
	if err := checkWritable(setting); err != nil {
		return nil, err
	}
	if err := e.require(setting.Capability()); err != nil {
		return nil, err
	}
	step := Step{
		Verb: Put, Resource: Resource{Kind: KindBucketSetting, Name: string(setting), Bucket: bucket}, After: &State{Setting: value}, Final: true,
	}
	if look {
		var err error
		if step.Before, err = e.settingNow(ctx, bucket, setting); err != nil {
			return nil, err
		}
	}
	return &Plan{Steps: []Step{step}}, nil
}

// settingNow is what a setting is; nil for one that is not set, or that may not be read.
func (e *Engine) settingNow(ctx context.Context, bucket string, setting driver.Setting) (*State, error) {
	found, err := e.GetBucketSetting(ctx, driver.GetBucketSettingRequest{Bucket: bucket, Setting: setting})
	switch {
	case err == nil:
		return &State{Setting: found}, nil
	case errors.Is(err, fault.PermissionDenied):
		return nil, nil
	case !errors.Is(err, fault.NotFound):
		return nil, err
	}
	// The setting is not set, or there is no bucket.
	_, err = e.HeadBucket(ctx, driver.HeadBucketRequest{Bucket: bucket})
	switch {
	case errors.Is(err, fault.NotFound):
		return nil, fault.Wrap(fault.NotFound, err, "bucket does not exist: %s", bucket)
	case errors.Is(err, fault.PermissionDenied):
		err = nil
	}
	return nil, err
}
