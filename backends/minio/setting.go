package minio

import (
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Of the other settings no request is ever sent: MinIO takes the deletion of several of them for the bucket's.

// GetBucketSetting reads a setting.
func (b *backend) GetBucketSetting(ctx context.Context, req driver.GetBucketSettingRequest) (driver.BucketSetting, error) {
	if err := checkSetting(req.Setting); err != nil {
		return driver.BucketSetting{}, err
	}
	if err := b.readyFor(ctx, req.Bucket); err != nil {
		return driver.BucketSetting{}, err
	}
	if req.Setting == driver.SettingPolicyStatus {
		status, err := b.policyStatus(ctx, req.Bucket)
		return driver.BucketSetting{PolicyStatus: status}, b.refused(ctx, err, "tell whether the policy of the bucket %q makes it public", req.Bucket)
	}
	document, err := b.s3.GetBucketPolicy(ctx, req.Bucket)
	if err != nil {
		return driver.BucketSetting{}, b.refused(ctx, err, "read the policy of the bucket %q", req.Bucket)
	}
	if document == "" {
		return driver.BucketSetting{}, fault.New(fault.NotFound, "the bucket %q has no policy", req.Bucket)
	}
	return driver.BucketSetting{Policy: &driver.BucketPolicy{Document: document}}, nil
}

// PutBucketSetting replaces a setting.
func (b *backend) PutBucketSetting(ctx context.Context, req driver.PutBucketSettingRequest) error {
	setting := req.Value.Setting()
	if setting == "" {
		return fault.New(fault.InvalidArgument, "a request changes exactly one setting")
	}
	if err := checkWritable(setting); err != nil {
		return err
	}
	if req.Value.Policy.Document == "" {
		return fault.New(fault.InvalidArgument, "the policy is empty; delete it instead")
	}
	if err := b.readyFor(ctx, req.Bucket); err != nil {
		return err
	}
	err := b.s3.SetBucketPolicy(ctx, req.Bucket, req.Value.Policy.Document)
	return b.refused(ctx, err, "set the policy of the bucket %q", req.Bucket)
}

// DeleteBucketSetting removes a setting.
func (b *backend) DeleteBucketSetting(ctx context.Context, req driver.DeleteBucketSettingRequest) error {
	if err := checkWritable(req.Setting); err != nil {
		return err
	}
	if err := b.readyFor(ctx, req.Bucket); err != nil {
		return err
	}
	// With an empty policy, minio-go sends its deletion.
	err := b.s3.SetBucketPolicy(ctx, req.Bucket, "")
	return b.refused(ctx, err, "delete the policy of the bucket %q", req.Bucket)
}

// checkSetting refuses what MinIO has not, before any request.
func checkSetting(s driver.Setting) error {
	if s == driver.SettingPolicy || s == driver.SettingPolicyStatus {
		return nil
	}
	return fault.New(fault.Unsupported, "MinIO has no %s of a bucket that can be read or changed; use a bucket policy", s)
}

func checkWritable(s driver.Setting) error {
	if s == driver.SettingPolicyStatus {
		return fault.New(fault.Unsupported, "the policy status follows from the policy; change that")
	}
	return checkSetting(s)
}

// policyStatus asks whether a bucket is public. minio-go has no call for it, but signs the request.
func (b *backend) policyStatus(ctx context.Context, bucket string) (*driver.PolicyStatus, error) {
	signed, err := b.s3.Presign(ctx, http.MethodGet, bucket, "", time.Minute, url.Values{"policyStatus": {""}})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, signed.String(), nil)
	if err != nil {
		return nil, err
	}
	answer, err := b.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		refusal := minio.ErrorResponse{}
		if xml.Unmarshal(body, &refusal) != nil || refusal.Code == "" {
			refusal.Code = http.StatusText(answer.StatusCode)
		}
		refusal.StatusCode = answer.StatusCode
		return nil, refusal
	}
	var status struct{ IsPublic string }
	if err := xml.Unmarshal(body, &status); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the server's answer about the policy of the bucket %q cannot be read", bucket)
	}
	return &driver.PolicyStatus{IsPublic: status.IsPublic == "TRUE" || status.IsPublic == "true"}, nil
}
