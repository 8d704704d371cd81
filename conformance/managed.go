package conformance

import (
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

func managedChecks() []Check {
	managed := []driver.Capability{driver.CapUsers, driver.CapPolicyManaged}
	return []Check{
		{Name: "a managed policy is read with its document", Requires: managed, together: true, run: managedIsThere},
		{Name: "a managed policy is attached once, however often", Requires: managed, together: true, run: managedIsAttached},
		{Name: "a managed policy that is not attached is not detached", Requires: managed, run: managedIsNotAttached},
		{Name: "a managed policy that is missing is not found", Requires: managed, run: managedMissing},
		{Name: "attached policies of a user that is missing are not found", Requires: managed, run: managedOfNobody},
		{Name: "a managed policy is attached to a role", Requires: []driver.Capability{driver.CapRoles, driver.CapPolicyManaged}, run: managedOfRole},
	}
}

// managedPolicy returns the ARN of an existing managed policy.
func (e *env) managedPolicy() string {
	e.Helper()
	switch {
	case e.Harness.ManagedPolicy != "":
		return e.Harness.ManagedPolicy
	case e.Description.Boundaries.ReadOnly != "":
		return e.Description.Boundaries.ReadOnly
	case e.Description.SessionRole != nil && e.Description.SessionRole.PolicyARN != "":
		return e.Description.SessionRole.PolicyARN
	}
	e.Fatalf("no managed policy is known: neither the backend's description nor the configuration of the suite names one")
	return ""
}

func (e *env) attached(p driver.Principal) []string {
	e.Helper()
	var arns []string
	for _, a := range all(e, e.Driver.ListAttachedPolicies(e.ctx, driver.ListPoliciesRequest{Principal: p}), "ListAttachedPolicies") {
		arns = append(arns, a.ARN)
	}
	return arns
}

func managedIsThere(e *env) {
	arn := e.managedPolicy()
	p, err := e.Driver.GetManagedPolicy(e.ctx, driver.GetManagedPolicyRequest{ARN: arn})
	e.ok(err, "GetManagedPolicy")
	if p.ARN != arn || p.Name == "" {
		e.Errorf("got %+v, want %s", p, arn)
	}
	e.sameDocument(p.Version.Document, p.Version.Document, "the managed policy's document")
}

func managedIsAttached(e *env) {
	user, _ := e.newUser()
	e.attachAndDetach(driver.UserPrincipal(user))
}

func managedOfRole(e *env) {
	e.attachAndDetach(driver.RolePrincipal(e.newRole().Name))
}

func (e *env) attachAndDetach(p driver.Principal) {
	e.Helper()
	req := driver.AttachPolicyRequest{Principal: p, PolicyARN: e.managedPolicy()}
	e.ok(e.Driver.AttachPolicy(e.ctx, req), "AttachPolicy")
	e.ok(e.Driver.AttachPolicy(e.ctx, req), "AttachPolicy again")
	if got := e.attached(p); !slices.Equal(got, []string{req.PolicyARN}) {
		e.Errorf("attached are %v, want %s", got, req.PolicyARN)
	}
	if e.has(driver.CapPolicyInline) {
		if names := e.policies(p); len(names) != 0 {
			e.Errorf("a managed policy is listed as inline: %v", names)
		}
	}
	e.ok(e.Driver.DetachPolicy(e.ctx, req), "DetachPolicy")
	if got := e.attached(p); len(got) != 0 {
		e.Errorf("attached are %v, want none", got)
	}
}

func managedIsNotAttached(e *env) {
	user, _ := e.newUser()
	err := e.Driver.DetachPolicy(e.ctx, driver.AttachPolicyRequest{Principal: driver.UserPrincipal(user), PolicyARN: e.managedPolicy()})
	e.want(err, fault.NotFound, "DetachPolicy of one that is not attached")
}

func managedMissing(e *env) {
	user, _ := e.newUser()
	arn := e.managedPolicy() + "-missing"
	err := e.Driver.AttachPolicy(e.ctx, driver.AttachPolicyRequest{Principal: driver.UserPrincipal(user), PolicyARN: arn})
	e.want(err, fault.NotFound, "AttachPolicy of one that does not exist")
	_, err = e.Driver.GetManagedPolicy(e.ctx, driver.GetManagedPolicyRequest{ARN: arn})
	e.want(err, fault.NotFound, "GetManagedPolicy of one that does not exist")
}

func managedOfNobody(e *env) {
	req := driver.AttachPolicyRequest{Principal: driver.UserPrincipal(e.name("u")), PolicyARN: e.managedPolicy()}
	e.want(e.Driver.AttachPolicy(e.ctx, req), fault.NotFound, "AttachPolicy")
	e.want(e.Driver.DetachPolicy(e.ctx, req), fault.NotFound, "DetachPolicy")
	wantListing(e, e.Driver.ListAttachedPolicies(e.ctx, driver.ListPoliciesRequest{Principal: req.Principal}), fault.NotFound, "ListAttachedPolicies")
}
