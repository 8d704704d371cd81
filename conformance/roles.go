package conformance

import (
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

func roleChecks() []Check {
	roles := []driver.Capability{driver.CapRoles}
	return []Check{
		{Name: "a role that was created is looked up and listed once", Requires: roles, together: true, run: roleIsThere},
		{Name: "a role that exists is not created again", Requires: roles, run: roleExists},
		{Name: "a role that is missing is not found", Requires: roles, run: roleMissing},
		{Name: "a role that was deleted is gone", Requires: roles, run: roleIsGone},
		{Name: "a role with inline policies is not deleted", Requires: []driver.Capability{driver.CapRoles, driver.CapPolicyInline}, run: roleWithInline},
		{Name: "a role with attached policies is not deleted", Requires: []driver.Capability{driver.CapRoles, driver.CapPolicyManaged}, run: roleWithManaged},
	}
}

func roleIsThere(e *env) {
	made := e.newRole()
	found, err := e.Driver.GetRole(e.ctx, driver.GetRoleRequest{Name: made.Name})
	e.ok(err, "GetRole")
	if found.ARN == "" || found.ARN != made.ARN || found.MaxSessionSeconds != 3600 || found.Description == "" && e.enforces(RuleRoleDescriptions) {
		e.Errorf("found %+v, created %+v", found, made)
	}
	e.sameDocument(found.TrustPolicy, e.trustPolicy(), "the trust policy")
	count := 0
	for _, r := range all(e, e.Driver.ListRoles(e.ctx), "ListRoles") {
		if r.Name == made.Name {
			count++
		}
	}
	if count != 1 {
		e.Errorf("listed %d times, want once", count)
	}
}

// sameDocument fails the check unless two documents mean the same.
func (e *env) sameDocument(got, want, what string) {
	e.Helper()
	g, err := policy.Parse([]byte(got))
	if err != nil {
		e.Errorf("%s is no policy document: %v: %s", what, err, got)
		return
	}
	w, err := policy.Parse([]byte(want))
	e.ok(err, "parsing what was put")
	if !policy.Equal(g, w) {
		e.Errorf("%s is\n%s\nwant\n%s", what, g.JSON(), w.JSON())
	}
}

func roleExists(e *env) {
	role := e.newRole()
	_, err := e.Driver.CreateRole(e.ctx, driver.CreateRoleRequest{Name: role.Name, TrustPolicy: e.trustPolicy(), MaxSessionSeconds: 7200})
	e.want(err, fault.AlreadyExists, "CreateRole of one that exists")
	found, err := e.Driver.GetRole(e.ctx, driver.GetRoleRequest{Name: role.Name})
	e.ok(err, "GetRole")
	if found.MaxSessionSeconds != 3600 {
		e.Errorf("the role was changed: %+v", found)
	}
}

func roleMissing(e *env) {
	name := e.name("r")
	_, err := e.Driver.GetRole(e.ctx, driver.GetRoleRequest{Name: name})
	e.want(err, fault.NotFound, "GetRole")
	e.want(e.Driver.DeleteRole(e.ctx, driver.DeleteRoleRequest{Name: name}), fault.NotFound, "DeleteRole")
}

func roleIsGone(e *env) {
	role := e.newRole()
	e.ok(e.Driver.DeleteRole(e.ctx, driver.DeleteRoleRequest{Name: role.Name}), "DeleteRole")
	_, err := e.Driver.GetRole(e.ctx, driver.GetRoleRequest{Name: role.Name})
	e.want(err, fault.NotFound, "GetRole of one that was deleted")
}

func roleWithInline(e *env) {
	role := e.newRole()
	e.putPolicy(driver.RolePrincipal(role.Name), e.name("p"), e.document(policy.ReadOnly, e.name("b"), ""))
	e.want(e.Driver.DeleteRole(e.ctx, driver.DeleteRoleRequest{Name: role.Name}), fault.FailedPrecondition, "DeleteRole of one with a policy")
}

func roleWithManaged(e *env) {
	role := e.newRole()
	err := e.Driver.AttachPolicy(e.ctx, driver.AttachPolicyRequest{Principal: driver.RolePrincipal(role.Name), PolicyARN: e.managedPolicy()})
	e.ok(err, "AttachPolicy")
	e.want(e.Driver.DeleteRole(e.ctx, driver.DeleteRoleRequest{Name: role.Name}), fault.FailedPrecondition, "DeleteRole of one with a policy attached")
}
