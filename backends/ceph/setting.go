package ceph

import (
	"context"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// GetBucketSetting reads one setting. The gateway answers with a block of nothing where none is set.
func (b *backend) GetBucketSetting(ctx context.Context, req driver.GetBucketSettingRequest) (driver.BucketSetting, error) {
	found, err := b.API.GetBucketSetting(ctx, req)
	if block := found.PublicAccessBlock; err == nil && block != nil && *block == (driver.PublicAccessBlock{}) {
		return driver.BucketSetting{}, fault.New(fault.NotFound, "the bucket %q has no public-access-block", req.Bucket)
	}
	return found, err
}

// PutBucketSetting replaces one setting.
func (b *backend) PutBucketSetting(ctx context.Context, req driver.PutBucketSettingRequest) error {
	if p := req.Value.Policy; p != nil {
		if err := checkTexts([]byte(p.Document)); err != nil {
			return err
		}
	}
	return b.API.PutBucketSetting(ctx, req)
}
