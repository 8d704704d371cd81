package core

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// UserAccess is what gives a user access.
type UserAccess struct {
	User string
	// Policies are the user's own, those that are attached to it, and what bucket policies grant it on systems whose users have no
	// policies of their own.
	Policies []UserPolicy
	// Boundary is the permissions boundary, without which nothing is allowed; nil for none.
	Boundary *policy.Document
	// Unknown is what may give or take away access and could not be read, such as the policies of a group.
	Unknown []string
	// principal is how bucket policies name the user, and arn how the system does.
	principal, arn string
}

// UserPolicy is a policy that applies to a user.
type UserPolicy struct {
	// Name is that of an inline policy, the ARN of an attached one, or what stands for the statements in a bucket's policy.
	Name     string
	Document policy.Document
}

// AccessOf reads everything that gives a user access. NotFound if there is no such user.
func (e *Engine) AccessOf(ctx context.Context, name string) (*UserAccess, error) {
	user, err := e.GetUser(ctx, driver.GetUserRequest{Name: name})
	if err != nil {
		return nil, err
	}
	access := &UserAccess{User: name, principal: user.ARN, arn: user.ARN}
	if !e.description.Has(driver.CapPolicyInline) {
		access.principal = bucketGranter{e}.principal(name)
	}
	for p, err := range e.ListUserPolicies(ctx, name) {
		if err == nil {
			err = access.add(p.Name, p.Document)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := e.addAttached(ctx, access); err != nil {
		return nil, err
	}
	if err := e.addItems(ctx, access); err != nil {
		return nil, err
	}
	return access, e.addBoundary(ctx, access, user.PermissionsBoundary)
}

func (a *UserAccess) add(name, document string) error {
	parsed, err := policy.Parse([]byte(document))
	a.Policies = append(a.Policies, UserPolicy{name, parsed})
	return err
}

func (e *Engine) addAttached(ctx context.Context, a *UserAccess) error {
	arns, err := e.attachedTo(ctx, a.User)
	if errors.Is(err, fault.PermissionDenied) {
		a.Unknown, err = append(a.Unknown, "attached policies, which may not be listed"), nil
	}
	for _, arn := range arns {
		managed, err := e.GetManagedPolicy(ctx, driver.GetManagedPolicyRequest{ARN: arn})
		switch {
		case err == nil:
			err = a.add(arn, managed.Version.Document)
		case errors.Is(err, fault.PermissionDenied):
			a.Unknown, err = append(a.Unknown, fmt.Sprintf("policy %s, which may not be read", arn)), nil
		}
		if err != nil {
			return err
		}
	}
	return err
}

// addItems names the groups: a backend lists them, and not their policies.
func (e *Engine) addItems(ctx context.Context, a *UserAccess) error {
	items, err := e.itemsOf(ctx, a.User)
	if errors.Is(err, fault.PermissionDenied) {
		a.Unknown, err = append(a.Unknown, "groups, which may not be listed"), nil
	}
	for _, i := range items {
		if i.Kind == driver.ItemGroup {
			a.Unknown = append(a.Unknown, "the policies of "+i.String())
		}
	}
	return err
}

func (e *Engine) addBoundary(ctx context.Context, a *UserAccess, arn string) error {
	if arn == "" {
		return nil
	}
	managed, err := e.GetManagedPolicy(ctx, driver.GetManagedPolicyRequest{ARN: arn})
	if isMissing(err) || errors.Is(err, fault.PermissionDenied) || errors.Is(err, fault.Unsupported) {
		a.Unknown = append(a.Unknown, fmt.Sprintf("the permissions boundary %s, which may not be read", arn))
		return nil
	}
	if err != nil {
		return err
	}
	document, err := policy.Parse([]byte(managed.Version.Document))
	a.Boundary = &document
	return err
}

// Explain says what the user may do by what is known. ResourceExhausted where policies are too complex to be decided.
func (a *UserAccess) Explain() (policy.Explanation, error) {
	var documents []policy.Document
	for _, p := range a.Policies {
		documents = append(documents, p.Document)
	}
	return policy.Explain(documents, policy.ExplainOptions{Principal: a.principal, Boundary: a.Boundary, Context: a.context()})
}

// context is what is the same in all requests of the user.
func (a *UserAccess) context() map[string][]string {
	return map[string][]string{"aws:username": {a.User}}
}

// AccessChange is how a plan changes what the keys of a user may do.
type AccessChange struct {
	Gained, Lost policy.Explanation
}

// planChange notes how the plan changes the access of a user who exists. Policies that are too complex to be decided change in a way
// that is not known.
func (e *Engine) planChange(plan *Plan, owner *keyOwner) error {
	if !slices.ContainsFunc(plan.Notes, func(n Note) bool { return changeWords[n.Code] != "" }) {
		return nil
	}
	before, after := slices.Clone(owner.kept), slices.Clone(owner.kept)
	for _, s := range plan.Steps {
		if s.Resource.Owner != driver.UserPrincipal(owner.name) || s.Resource.Kind != KindPolicy && s.Resource.Kind != KindGrant {
			continue
		}
		for _, side := range []struct {
			state State
			into  *[]policy.Document
		}{{s.before(), &before}, {s.after(), &after}} {
			document, err := statementsOf(side.state)
			if err != nil {
				return err
			}
			*side.into = append(*side.into, document)
		}
	}
	options := policy.ExplainOptions{Principal: bucketGranter{e}.principal(owner.name), Context: map[string][]string{"aws:username": {owner.name}}}
	gained, err := policy.Gained(before, after, options)
	if err != nil {
		return knowable(err)
	}
	lost, err := policy.Gained(after, before, options)
	if err != nil {
		return knowable(err)
	}
	plan.Change = &AccessChange{Gained: gained, Lost: lost}
	return nil
}

// knowable drops the error of policies that are too complex.
func knowable(err error) error {
	if errors.Is(err, fault.ResourceExhausted) {
		return nil
	}
	return err
}
