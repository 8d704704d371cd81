package core

import (
	"context"
	"reflect"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// PlanDeleteBucketSetting makes the plan to remove a setting of a bucket, which the plan has in full. It changes nothing. NotFound if
// the bucket does not exist, or the setting is not set; Unsupported for a setting that the system lacks, or that can only be read.
func (e *Engine) PlanDeleteBucketSetting(ctx context.Context, bucket string, setting driver.Setting) (*Plan, error) {
	if err := checkWritable(setting); err != nil {
		return nil, err
	}
	found, err := e.GetBucketSetting(ctx, driver.GetBucketSettingRequest{Bucket: bucket, Setting: setting})
	if err != nil {
		return nil, err
	}
	plan := &Plan{}
	plan.add(Step{
		Verb: Delete, Resource: Resource{Kind: KindBucketSetting, Name: string(setting), Bucket: bucket}, Before: &State{Setting: found},
	})
	return plan, nil
}

// deleteSetting removes a setting that is as the plan found it. A rollback removes it whatever it is.
func deleteSetting(ctx context.Context, run *Applied, s Step) (Outcome, error) {
	bucket, setting := s.Resource.Bucket, driver.Setting(s.Resource.Name)
	if !run.undoing && s.Before != nil {
		found, err := run.engine.GetBucketSetting(ctx, driver.GetBucketSettingRequest{Bucket: bucket, Setting: setting})
		if err != nil {
			return Outcome{}, err
		}
		if !sameSetting(found, s.before().Setting) {
			return Outcome{}, theirs("somebody else changed it meanwhile")
		}
	}
	return Outcome{}, run.engine.DeleteBucketSetting(ctx, driver.DeleteBucketSettingRequest{Bucket: bucket, Setting: setting})
}

func sameSetting(a, b driver.BucketSetting) bool {
	if a.Policy != nil && b.Policy != nil {
		return sameDocument(a.Policy.Document, b.Policy.Document)
	}
	return reflect.DeepEqual(a, b)
}
