package core_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// sessionRole returns a plan of a first session, and a function that makes its role with a trust policy.
func sessionRole(t *testing.T, d driver.Driver, e *core.Engine) (*core.Plan, func(trust string)) {
	t.Helper()
	must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
	plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, DurationSeconds: 900})
	must(t, err)
	role := plan.Steps[0]
	if role.Resource.Kind != core.KindRole {
		t.Fatalf("the first step is %s", role)
	}
	return plan, func(trust string) {
		if trust == "" {
			trust = role.After.Document
		}
		_, err := d.CreateRole(t.Context(), driver.CreateRoleRequest{Name: role.Resource.Name, TrustPolicy: trust, MaxSessionSeconds: role.After.Seconds})
		must(t, err)
		must(t, d.AttachPolicy(t.Context(), driver.AttachPolicyRequest{Principal: driver.RolePrincipal(role.Resource.Name), PolicyARN: plan.Steps[1].Resource.Name}))
	}
}

// TestARoleThatAppearsMeanwhile opens a first session at the same time as another run does. The role is used, and not undone.
func TestARoleThatAppearsMeanwhile(t *testing.T) {
	d := openInterrupted(t, "with policies of users")
	e := engine(t, d)
	plan, makeRole := sessionRole(t, d, e)
	d.before("CreateRole", func() { makeRole("") })
	applied, err := e.Apply(t.Context(), plan, nil)
	must(t, err)
	if applied.Result().Session == nil {
		t.Error("there is no session")
	}
	with := snapshot(t, d)
	wantOrphans(t, applied.Rollback(t.Context(), "it", errGone))
	if diff := cmp.Diff(with, snapshot(t, d)); diff != "" {
		t.Errorf("the other run's role was undone (-before +after):\n%s", diff)
	}
	role := driver.RolePrincipal(plan.Steps[0].Resource.Name)
	attached := 0
	for _, err := range d.ListAttachedPolicies(t.Context(), driver.ListPoliciesRequest{Principal: role}) {
		must(t, err)
		attached++
	}
	if attached != 1 {
		t.Errorf("the other run's role has %d policies, want 1", attached)
	}
}

// TestARoleWithAnotherTrustThatAppearsMeanwhile is not used.
func TestARoleWithAnotherTrustThatAppearsMeanwhile(t *testing.T) {
	d := openInterrupted(t, "with policies of users")
	e := engine(t, d)
	plan, makeRole := sessionRole(t, d, e)
	d.before("CreateRole", func() {
		makeRole(`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}`)
	})
	_, err := e.Apply(t.Context(), plan, nil)
	wantCode(t, err, fault.AlreadyExists)
	wantOrphans(t, err)
}
