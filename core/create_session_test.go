package core_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// unattached is a backend that declares managed policies, on a system that has none.
type unattached struct{ driver.Driver }

func (unattached) ListAttachedPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[driver.AttachedPolicy, error] {
	return driver.Unimplemented{}.ListAttachedPolicies(ctx, req)
}

// TestASystemWithoutManagedPoliciesOpensNoSession is refused while the plan is made, whether the role is there or not.
func TestASystemWithoutManagedPoliciesOpensNoSession(t *testing.T) {
	d := open(t, memory.Options{})
	session := core.CreateOptions{Buckets: []string{"bucket"}, CreateBuckets: true, Access: policy.ReadOnly, DurationSeconds: 900}
	refuse := func() {
		t.Helper()
		before := snapshot(t, d)
		_, err := engine(t, unattached{d}).PlanCreate(t.Context(), session)
		if !errors.Is(err, fault.Unsupported) || fault.HintOf(err) != fault.HintPermanent {
			t.Errorf("got %v with the hint %q", err, fault.HintOf(err))
		}
		if after := snapshot(t, d); !slices.Equal(before, after) {
			t.Errorf("there were %v, there are %v", before, after)
		}
	}
	refuse()
	create(t, engine(t, d), session)
	refuse()
}
