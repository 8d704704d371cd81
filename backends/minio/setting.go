package minio

import (
	"context"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// The backend never sends a request about the other settings: MinIO would treat the deletion of several of them as the
// deletion of the bucket.

// GetBucketSetting reads a setting.
func (b *backend) GetBucketSetting(ctx context.Context, req driver.GetBucketSettingRequest) (driver.BucketSetting, error) {
	if err := checkSetting(req.Setting); err != nil {
		return driver.BucketSetting{}, err
	}
	if err := b.readyFor(ctx, req.Bucket); err != nil {
		return driver.BucketSetting{}, err
	}
	document, err := s3fault.Call(ctx, 0, func(ctx context.Context) (string, error) { return b.s3.GetBucketPolicy(ctx, req.Bucket) })
	if err != nil {
		return driver.BucketSetting{}, b.wrapError(ctx, err, "read the policy of the bucket %q", req.Bucket)
	}
	if document == "" {
		return driver.BucketSetting{}, fault.New(fault.NotFound, "the bucket %q has no policy", req.Bucket)
	}
	return driver.BucketSetting{Policy: &driver.BucketPolicy{Document: publicAsPut(document)}}, nil
}

// publicAsPut restores the principal "*", the usual form. MinIO stores {"AWS": ["*"]}, which is equivalent.
func publicAsPut(document string) string {
	doc, err := policy.Parse([]byte(document))
	if err != nil {
		return document
	}
	for i, statement := range doc.Statement {
		if p := statement.Principal; p != nil && len(p.Of) == 1 && slices.Equal(p.Of["AWS"], []string{"*"}) {
			doc.Statement[i].Principal = &policy.Principal{Any: true}
		}
	}
	return doc.JSON()
}

// PutBucketSetting replaces a setting.
func (b *backend) PutBucketSetting(ctx context.Context, req driver.PutBucketSettingRequest) error {
	setting := req.Value.Setting()
	if setting == "" {
		return fault.New(fault.InvalidArgument, "a request changes exactly one setting")
	}
	if err := checkSetting(setting); err != nil {
		return err
	}
	if req.Value.Policy.Document == "" {
		return fault.New(fault.InvalidArgument, "the policy is empty; delete it instead")
	}
	if err := b.readyFor(ctx, req.Bucket); err != nil {
		return err
	}
	err := b.setPolicy(ctx, req.Bucket, req.Value.Policy.Document)
	return b.wrapError(ctx, err, "set the policy of the bucket %q", req.Bucket)
}

// DeleteBucketSetting removes a setting.
func (b *backend) DeleteBucketSetting(ctx context.Context, req driver.DeleteBucketSettingRequest) error {
	if err := checkSetting(req.Setting); err != nil {
		return err
	}
	if err := b.readyFor(ctx, req.Bucket); err != nil {
		return err
	}
	// For an empty policy, minio-go sends a deletion.
	err := b.setPolicy(ctx, req.Bucket, "")
	return b.wrapError(ctx, err, "delete the policy of the bucket %q", req.Bucket)
}

func (b *backend) setPolicy(ctx context.Context, bucket, document string) error {
	return do(ctx, func(ctx context.Context) error { return b.s3.SetBucketPolicy(ctx, bucket, document) })
}

// checkSetting refuses settings that MinIO lacks before any request. MinIO has the policy status, but it is wrong for this
// tool: it requires permission to list and write, so a bucket whose objects everybody may read counts as not public.
func checkSetting(s driver.Setting) error {
	if s == driver.SettingPolicy {
		return nil
	}
	return fault.New(fault.Unsupported, "MinIO has no %s of a bucket that can be read or changed; use a bucket policy", s)
}
