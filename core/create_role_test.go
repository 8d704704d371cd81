package core_test

import (
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// TestCreateMakesARoleWithAPolicyOfItsOwn is about systems without managed policies, where each caller has a role of its own.
func TestCreateMakesARoleWithAPolicyOfItsOwn(t *testing.T) {
	d := open(t, memory.Options{Without: []driver.Capability{driver.CapPolicyManaged, driver.CapPolicyBoundary}})
	e := engine(t, d)
	caller, err := d.WhoAmI(t.Context())
	must(t, err)
	run := core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, DurationSeconds: 900}
	plan, result := create(t, e, run)
	role := driver.RolePrincipal("s3-credentials." + caller.UserID)
	if len(plan.Steps) != 4 || result.Session == nil || plan.Steps[1].Resource.Name != role.Name || plan.Steps[3].Resource.Owner != role {
		t.Fatalf("the plan is %v and gives %v", plan.Steps, result)
	}
	if trust := plan.Steps[1].After.Document; !strings.Contains(trust, `"AWS": "`+caller.ARN+`"`) {
		t.Errorf("the role trusts %s", trust)
	}
	own := plan.Steps[2]
	found, err := d.GetPolicy(t.Context(), driver.GetPolicyRequest{Principal: role, Name: own.Resource.Name})
	if err != nil || found.Document != own.After.Document {
		t.Fatalf("the role's policy is %v, %v", found, err)
	}
	if plan, result := create(t, e, run); len(plan.Steps) != 1 || result.Session == nil {
		t.Errorf("with the role, the plan is %v", plan.Steps)
	}
	must(t, d.DeletePolicy(t.Context(), driver.DeletePolicyRequest{Principal: role, Name: own.Resource.Name}))
	if plan, result := create(t, e, run); len(plan.Steps) != 2 || result.Session == nil {
		t.Errorf("without the role's policy, the plan is %v", plan.Steps)
	}
	must(t, d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: role, Name: own.Resource.Name, Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`}))
	_, err = e.PlanCreate(t.Context(), run)
	wantCode(t, err, fault.FailedPrecondition)
}
