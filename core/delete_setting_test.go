package core_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

const (
	onePolicy   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::one/*"}]}`
	otherPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::one/*"}]}`
)

func TestASettingIsDeletedAsItWasFound(t *testing.T) {
	d := open(t, memory.Options{})
	e := engine(t, d)
	ctx := t.Context()
	must(t, e.CreateBucket(ctx, driver.CreateBucketRequest{Bucket: "one"}))
	for _, c := range []struct {
		bucket  string
		setting driver.Setting
		want    fault.Code
	}{
		{"one", driver.SettingPolicy, fault.NotFound}, {"one", driver.SettingCORS, fault.NotFound}, {"none", driver.SettingPolicy, fault.NotFound},
		{"one", driver.SettingACL, fault.Unsupported},
	} {
		_, err := e.PlanDeleteBucketSetting(ctx, c.bucket, c.setting)
		wantCode(t, err, c.want)
	}

	putBucketPolicy(t, e, "one", onePolicy)
	plan, err := e.PlanDeleteBucketSetting(ctx, "one", driver.SettingPolicy)
	must(t, err)
	if len(plan.Steps) != 1 || plan.Steps[0].String() != "removal of policy of bucket one" || plan.Steps[0].Before.Setting.Policy.Document != onePolicy {
		t.Fatalf("the plan is %+v", plan)
	}
	putBucketPolicy(t, e, "one", otherPolicy)
	_, err = e.Apply(ctx, plan, nil)
	wantCode(t, err, fault.FailedPrecondition)
	wantBucketPolicy(t, e, "one", otherPolicy)

	putBucketPolicy(t, e, "one", onePolicy)
	_, err = e.Apply(ctx, plan, nil)
	must(t, err)
	wantBucketPolicy(t, e, "one", "")
	_, err = e.Apply(ctx, plan, nil) // somebody else was faster
	must(t, err)
}

func TestASettingWhoseDeletionIsNotAnsweredIsPutBack(t *testing.T) {
	d := open(t, memory.Options{})
	must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
	putBucketPolicy(t, engine(t, d), "one", onePolicy)
	for _, how := range []failure{refused, lost, killedAfter} {
		e := engine(t, &faulty{Driver: d, at: 1, how: how})
		plan, err := e.PlanDeleteBucketSetting(t.Context(), "one", driver.SettingPolicy)
		must(t, err)
		_, err = e.Apply(t.Context(), plan, nil)
		var failed *core.ApplyError
		if !errors.As(err, &failed) {
			t.Fatalf("the error is %v", err)
		}
		if how == killedAfter {
			if !strings.Contains(err.Error(), "policy of bucket one (may have been removed: the system is gone)") {
				t.Errorf("the error is %v", err)
			}
			break
		}
		wantBucketPolicy(t, e, "one", onePolicy)
	}
}

func TestASettingThatTheSystemLacksIsRefusedBeforeAnyRequest(t *testing.T) {
	d := open(t, memory.Options{
		Without: []driver.Capability{driver.CapBucketCORS},
		Before: func(_ context.Context, method string) error {
			t.Errorf("%s was sent", method)
			return nil
		},
	})
	_, err := engine(t, d).PlanDeleteBucketSetting(t.Context(), "one", driver.SettingCORS)
	wantCode(t, err, fault.Unsupported)
}
