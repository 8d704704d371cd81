package core_test

import (
	"context"
	"slices"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// plusless is a system whose names have no plus sign.
type plusless struct{ driver.Driver }

func (p plusless) Describe(ctx context.Context) (driver.Description, error) {
	d, err := p.Driver.Describe(ctx)
	d.Names.User.Pattern, d.Names.Policy.Pattern = `[\w=,.@-]+`, `[\w=,.@-]+`
	return d, err
}

// TestNamesWithoutAPlusSign gives a sum of verbs, whose name has one, on a system that does not take it. Another access takes its place by
// its name, as everywhere.
func TestNamesWithoutAPlusSign(t *testing.T) {
	for want, wrap := range map[string]func(driver.Driver) driver.Driver{
		"s3.list+read+write.one": func(d driver.Driver) driver.Driver { return d },
		"s3.list=read=write.one": func(d driver.Driver) driver.Driver { return plusless{d} },
	} {
		e := engine(t, wrap(open(t, memory.Options{})))
		sum := core.CreateOptions{Grants: []policy.Grant{{Bucket: "one", Access: policy.List | policy.Read | policy.Write}}, CreateBuckets: true}
		plan, _ := create(t, e, sum)
		if !slices.ContainsFunc(plan.Steps, func(s core.Step) bool { return s.Resource.Kind == core.KindPolicy && s.Resource.Name == want }) {
			t.Errorf("the policy is not called %s: %v", want, plan.Steps)
		}
		sum.UserName, sum.ReplacePolicy = want, true
		sum.Grants[0].Access = policy.ReadOnly
		plan, _ = create(t, e, sum)
		if !slices.ContainsFunc(plan.Steps, func(s core.Step) bool { return s.Verb == core.Delete && s.Resource.Name == want }) {
			t.Errorf("%s stays: %v", want, plan.Steps)
		}
	}
}
