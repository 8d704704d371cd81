package core_test

import (
	"errors"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

func TestASettingIsPutByAPlan(t *testing.T) {
	d := open(t, memory.Options{})
	e := engine(t, d)
	ctx := t.Context()
	value := driver.BucketSetting{Policy: &driver.BucketPolicy{Document: onePolicy}}
	_, err := e.PlanPutBucketSetting(ctx, "one", value, true)
	wantCode(t, err, fault.NotFound)
	_, err = e.PlanPutBucketSetting(ctx, "one", driver.BucketSetting{ACL: &driver.ACL{}}, false)
	wantCode(t, err, fault.Unsupported)
	plan, err := e.PlanPutBucketSetting(ctx, "one", value, false)
	must(t, err)
	if plan.Steps[0].Before != nil || !plan.Steps[0].Final || plan.Steps[0].After.Setting != value {
		t.Errorf("%+v", plan.Steps[0])
	}

	must(t, e.CreateBucket(ctx, driver.CreateBucketRequest{Bucket: "one"}))
	plan, err = e.PlanPutBucketSetting(ctx, "one", value, true)
	must(t, err)
	if plan.Steps[0].Before != nil {
		t.Errorf("%+v", plan.Steps[0].Before)
	}
	_, err = e.Apply(ctx, plan, nil)
	must(t, err)
	plan, err = e.PlanPutBucketSetting(ctx, "one", driver.BucketSetting{Policy: &driver.BucketPolicy{Document: otherPolicy}}, true)
	must(t, err)
	if before := plan.Steps[0].Before; before == nil || before.Setting.Policy.Document != onePolicy {
		t.Errorf("%+v", before)
	}
}

// TestAPublicAccessBlockThatIsNotThereIsAnErrorAlone opens one on a system that has none: create goes on, and who wants nothing else is told.
func TestAPublicAccessBlockThatIsNotThereIsAnErrorAlone(t *testing.T) {
	d := unblocked{open(t, memory.Options{})}
	e := engine(t, d)
	must(t, e.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
	plan, err := e.PlanPutBucketSetting(t.Context(), "one", driver.BucketSetting{PublicAccessBlock: &driver.PublicAccessBlock{}}, false)
	must(t, err)
	_, err = e.Apply(t.Context(), plan, nil)
	wantCode(t, err, fault.Unsupported)
	var failed *core.ApplyError
	if !errors.As(err, &failed) || len(failed.RolledBack)+len(failed.Orphans)+len(failed.Kept) > 0 {
		t.Errorf("%+v", failed)
	}
}
