package core

import (
	"context"
	"errors"
	"fmt"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// roleDescription is the description of the role for sessions.
const roleDescription = "Role used by the s3-credentials tool to create time-limited credentials that are restricted to specific buckets"

// planSession adds the steps that open a session, and that make the role for it where the system needs one.
func (e *Engine) planSession(ctx context.Context, plan *Plan, options CreateOptions, grants []grant) error {
	documents := make([]policy.Document, len(grants))
	for i, g := range grants {
		documents[i] = g.document
	}
	document := policy.Joined(policy.Merge(documents...))
	if err := checkSize("session's policy", document, e.description.Limits.SessionPolicyBytes, false); err != nil {
		return err
	}
	if err := e.checkDocument(ctx, document, true); err != nil {
		return err
	}
	name := derivedName(e.description.Names.Session, e.description.Names.Separator, options.accessName(""), bucketsOf(grants))
	if err := e.description.Names.Session.Check("session", name); err != nil {
		return err
	}
	if err := e.newSurvey().planBuckets(ctx, plan, options); err != nil {
		return err
	}
	session := Step{
		Verb: Open, Resource: Resource{Kind: KindSession, Name: name}, After: &State{Document: document.JSON(), Seconds: options.DurationSeconds},
	}
	if role := e.description.SessionRole; role != nil {
		name, arn, err := e.planRole(ctx, plan, *role)
		if err != nil {
			return err
		}
		session.Resource.Owner, session.After.RoleARN = driver.RolePrincipal(name), arn
	}
	plan.add(session)
	return nil
}

// planRole finds the role that sessions are opened against and returns its name and ARN, or adds the steps that make it.
func (e *Engine) planRole(ctx context.Context, plan *Plan, template driver.SessionRole) (name, arn string, err error) {
	caller, err := e.WhoAmI(ctx)
	if err != nil {
		return "", "", err
	}
	want := template.For(caller)
	role, err := e.GetRole(ctx, driver.GetRoleRequest{Name: want.Name})
	switch {
	case isMissing(err):
		// Of what the system answers now, only that it knows no such policies counts: there is no role to ask about yet.
		if _, err := e.hasItsPolicy(ctx, want); errors.Is(err, fault.Unsupported) {
			return "", "", err
		}
		plan.add(Step{
			Verb: Create, Resource: Resource{Kind: KindRole, Name: want.Name},
			After: &State{Document: trustPolicy(want.TrustPrincipal), Seconds: want.MaxSessionSeconds},
		}, permitting(want))
		return want.Name, "", nil
	case err != nil:
		return "", "", err
	}
	if err := checkTrust(role, want.TrustPrincipal, caller.Account); err != nil {
		return "", "", err
	}
	permitted, err := e.hasItsPolicy(ctx, want)
	if err == nil && !permitted {
		plan.add(permitting(want))
	}
	return want.Name, role.ARN, err
}

// rolePolicy is the name of the policy of a role that has one of its own.
const rolePolicy = "s3-credentials"

// permitting is the step that gives the role for sessions its policy.
func permitting(role driver.SessionRole) Step {
	owner := driver.RolePrincipal(role.Name)
	if role.Policy != "" {
		return Step{Verb: Put, Resource: Resource{Kind: KindPolicy, Name: rolePolicy, Owner: owner}, After: &State{Document: role.Policy}}
	}
	return Step{Verb: Attach, Resource: Resource{Kind: KindAttachment, Name: role.PolicyARN, Owner: owner}}
}

// hasItsPolicy reports whether the role for sessions has its policy.
func (e *Engine) hasItsPolicy(ctx context.Context, role driver.SessionRole) (bool, error) {
	if role.Policy == "" {
		return e.isAttached(ctx, role)
	}
	found, err := e.GetPolicy(ctx, driver.GetPolicyRequest{Principal: driver.RolePrincipal(role.Name), Name: rolePolicy})
	switch {
	case isMissing(err):
		return false, nil
	case err == nil && !sameDocument(found.Document, role.Policy):
		err = fault.New(fault.FailedPrecondition, "policy '%s' of role '%s' is not as this tool makes it; delete the policy, and this tool makes it anew", rolePolicy, role.Name)
	}
	return err == nil, err
}

// isAttached reports whether the role for sessions has its policy. Unsupported says that no session can be opened: the
// system behind the endpoint has no policies to attach, although its backend has.
func (e *Engine) isAttached(ctx context.Context, role driver.SessionRole) (bool, error) {
	for attached, err := range e.ListAttachedPolicies(ctx, driver.ListPoliciesRequest{Principal: driver.RolePrincipal(role.Name)}) {
		switch {
		case errors.Is(err, fault.Unsupported):
			return false, fault.Wrap(fault.Unsupported, err, "temporary credentials need a role with the policy %s, and the system behind this endpoint attaches none",
				role.PolicyARN).WithHint(fault.HintPermanent)
		case err != nil || attached.ARN == role.PolicyARN:
			return err == nil, err
		}
	}
	return false, nil
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
