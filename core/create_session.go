package core

import (
	"context"
	"fmt"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// roleDescription is what the role for sessions says of itself.
const roleDescription = "Role used by the s3-credentials tool to create time-limited credentials that are restricted to specific buckets"

// planSession adds the steps that open a session, and that make the role for it where the system needs one.
func (e *Engine) planSession(ctx context.Context, plan *CreatePlan, options CreateOptions, grants []grant) error {
	documents := make([]policy.Document, len(grants))
	for i, g := range grants {
		documents[i] = g.document
	}
	document := policy.Merge(documents...)
	if err := checkSize("session's policy", document, e.description.Limits.SessionPolicyBytes, false); err != nil {
		return err
	}
	name := derivedName(e.description.Names.Session, e.description.Names.Separator, options.permission(), bucketsOf(grants))
	if err := checkName("session", name, e.description.Names.Session); err != nil {
		return err
	}
	request := driver.CreateSessionRequest{Name: name, Policy: document.JSON(), DurationSeconds: options.DurationSeconds}
	if err := e.planRole(ctx, plan, &request); err != nil {
		return err
	}
	plan.Steps = append(plan.Steps, e.sessionStep(plan, &request, document))
	return nil
}

func (e *Engine) sessionStep(plan *CreatePlan, request *driver.CreateSessionRequest, document policy.Document) Step {
	would, did := "Would open a session using following policy", "Opened a session"
	if role := e.description.SessionRole; role != nil {
		would, did = "Would assume role using following policy", "Assumed role "+role.Name
	}
	return Step{
		Would: fmt.Sprintf("%s for %d seconds:\n%s", would, request.DurationSeconds, document.Indent()),
		Did:   fmt.Sprintf("%s for %ds", did, request.DurationSeconds),
		Thing: "session " + request.Name,
		do: func(ctx context.Context) error {
			session, err := e.CreateSession(ctx, *request)
			if err == nil {
				plan.Result = CreateResult{Session: &session}
			}
			return err
		},
	}
}

// planRole finds the role that sessions are opened against, or adds the steps that make it.
func (e *Engine) planRole(ctx context.Context, plan *CreatePlan, request *driver.CreateSessionRequest) error {
	want := e.description.SessionRole
	if want == nil {
		return nil
	}
	if err := e.require(driver.CapRoles, driver.CapPolicyManaged); err != nil {
		return err
	}
	caller, err := e.WhoAmI(ctx)
	if err != nil {
		return err
	}
	trusted := strings.ReplaceAll(want.TrustPrincipal, "{account}", caller.Account)
	role, err := e.GetRole(ctx, driver.GetRoleRequest{Name: want.Name})
	switch {
	case isMissing(err):
		plan.Steps = append(plan.Steps, e.roleStep(want, trusted, request), e.attachStep(want))
		return nil
	case err != nil:
		return err
	}
	if err := checkTrust(role, trusted, caller.Account); err != nil {
		return err
	}
	request.RoleARN = role.ARN
	attached, err := e.hasAttached(ctx, want)
	if err == nil && !attached {
		plan.Steps = append(plan.Steps, e.attachStep(want))
	}
	return err
}

func (e *Engine) roleStep(want *driver.SessionRole, trusted string, request *driver.CreateSessionRequest) Step {
	return Step{
		Would: fmt.Sprintf("Would ensure role: '%s'", want.Name),
		Did:   "Created role " + want.Name,
		Thing: "role " + want.Name,
		do: func(ctx context.Context) error {
			role, err := e.CreateRole(ctx, driver.CreateRoleRequest{
				Name: want.Name, Description: roleDescription, TrustPolicy: trustPolicy(trusted), MaxSessionSeconds: want.MaxSessionSeconds,
			})
			request.RoleARN = role.ARN
			return err
		},
		undo: func(ctx context.Context) error { return e.DeleteRole(ctx, driver.DeleteRoleRequest{Name: want.Name}) },
	}
}

func (e *Engine) attachStep(want *driver.SessionRole) Step {
	request := driver.AttachPolicyRequest{Principal: driver.RolePrincipal(want.Name), PolicyARN: want.PolicyARN}
	return Step{
		Would: fmt.Sprintf("Would attach policy %s to role '%s'", want.PolicyARN, want.Name),
		Did:   fmt.Sprintf("Attached policy %s to role %s", want.PolicyARN, want.Name),
		Thing: fmt.Sprintf("policy %s of role %s", want.PolicyARN, want.Name),
		do:    func(ctx context.Context) error { return e.AttachPolicy(ctx, request) },
		undo:  func(ctx context.Context) error { return e.DetachPolicy(ctx, request) },
	}
}

// trustPolicy lets one principal, and nobody else, assume a role.
// It is written as the Python tool writes it, because list-roles shows it.
func trustPolicy(principal string) string {
	return fmt.Sprintf(`{"Version": %q, "Statement": [{"Effect": "Allow", "Principal": {"AWS": %q}, "Action": "sts:AssumeRole"}]}`, policy.Version, principal)
}

// checkTrust refuses an existing role that anybody but the account's own principals may assume: a session opened
// against it is bounded by its policy, but the role itself would be a way in for others.
func checkTrust(role driver.Role, trusted, account string) error {
	document, err := policy.Parse([]byte(role.TrustPolicy))
	if err != nil {
		return fault.Wrap(fault.FailedPrecondition, err, "role %s exists with a trust policy that cannot be read; delete the role, and this tool makes it anew", role.Name)
	}
	for _, s := range document.Statement {
		if s.Effect == policy.Deny {
			continue
		}
		if s.Principal == nil || s.NotPrincipal != nil || s.Principal.Any {
			return untrusted(role.Name, "everybody", trusted)
		}
		for kind, names := range s.Principal.Of {
			for _, name := range names {
				if kind != "AWS" || (name != trusted && name != account) {
					return untrusted(role.Name, name, trusted)
				}
			}
		}
	}
	return nil
}

func untrusted(role, who, trusted string) error {
	return fault.New(fault.FailedPrecondition, "role %s exists and may be assumed by %s, where this tool's role trusts %s alone; restore its trust policy, or delete the role and this tool makes it anew", role, who, trusted)
}

func (e *Engine) hasAttached(ctx context.Context, want *driver.SessionRole) (bool, error) {
	for attached, err := range e.ListAttachedPolicies(ctx, driver.ListPoliciesRequest{Principal: driver.RolePrincipal(want.Name)}) {
		if err != nil {
			return false, err
		}
		if attached.ARN == want.PolicyARN {
			return true, nil
		}
	}
	return false, nil
}
