package core

import (
	"context"
	"errors"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// survey is what a plan has learned of the system. It asks for each thing once.
type survey struct {
	*Engine
	buckets  map[string]bool
	settings map[driver.GetBucketSettingRequest]settingAnswer
}

type settingAnswer struct {
	value *driver.BucketSetting
	err   error
}

func (e *Engine) newSurvey() *survey {
	return &survey{Engine: e, buckets: map[string]bool{}, settings: map[driver.GetBucketSettingRequest]settingAnswer{}}
}

// bucketExists looks a bucket up. A bucket that may not be looked at is an error, never a missing one.
func (s *survey) bucketExists(ctx context.Context, bucket string) (bool, error) {
	if exists, asked := s.buckets[bucket]; asked {
		return exists, nil
	}
	_, err := s.HeadBucket(ctx, driver.HeadBucketRequest{Bucket: bucket})
	switch {
	case errors.Is(err, fault.PermissionDenied):
		denied := fault.Wrap(fault.PermissionDenied, err,
			"bucket %s exists or is somebody else's, and these credentials may not look at it; use credentials that may, or another bucket", bucket)
		denied.Service = fault.ServiceOf(err)
		return false, denied
	case err != nil && !isMissing(err):
		return false, err
	}
	s.buckets[bucket] = err == nil
	return err == nil, nil
}

// setting reads a setting of a bucket; nil if it is not set. A bucket that is known to be missing has none.
func (s *survey) setting(ctx context.Context, bucket string, setting driver.Setting) (*driver.BucketSetting, error) {
	if exists, asked := s.buckets[bucket]; asked && !exists {
		return nil, nil
	}
	request := driver.GetBucketSettingRequest{Bucket: bucket, Setting: setting}
	answer, asked := s.settings[request]
	if !asked {
		value, err := s.GetBucketSetting(ctx, request)
		switch {
		case err == nil:
			answer.value = &value
		case !isMissing(err):
			answer.err = err
		}
		s.settings[request] = answer
	}
	return answer.value, answer.err
}

// bucketPolicy reads a bucket's policy; an empty document if it has none.
func (s *survey) bucketPolicy(ctx context.Context, bucket string) (policy.Document, error) {
	value, err := s.setting(ctx, bucket, driver.SettingPolicy)
	if err != nil || value == nil {
		return policy.Document{Version: policy.Version}, err
	}
	return policy.Parse([]byte(value.Policy.Document))
}
