package core

import (
	"context"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// planUser adds the steps that make a user, or take the one there is, give it the access, and make a key for it.
func (e *Engine) planUser(ctx context.Context, plan *Plan, options CreateOptions, grants []grant) error {
	name := options.UserName
	if name == "" {
		name = derivedName(e.description.Names.User, e.description.Names.Separator, options.accessName(), bucketsOf(grants))
	}
	if err := e.description.Names.User.Check("user", name); err != nil {
		return err
	}
	granter, err := e.granter()
	if err != nil {
		return err
	}
	if err := granter.check(options.accessName(), grants); err != nil {
		return err
	}
	system := e.newSurvey()
	if err := system.planBuckets(ctx, plan, options); err != nil {
		return err
	}
	exists, keys, err := e.lookUpUser(ctx, name)
	if err != nil {
		return err
	}
	user := Resource{Kind: KindUser, Name: name}
	if exists {
		plan.note(NoteUserExists, user, "")
		if options.PermissionsBoundary != "" {
			plan.note(NoteBoundaryKept, user, "")
		}
	} else {
		boundary := e.boundaryFor(plan, options)
		plan.add(Step{Verb: Create, Resource: user, After: &State{Boundary: boundary, BoundaryRequired: options.PermissionsBoundary != ""}})
	}
	if err := granter.plan(ctx, system, plan, name, exists, options.accessName(), grants); err != nil {
		return err
	}
	if e.description.Has(driver.CapAccessKeys) {
		plan.add(Step{
			Verb: Create, Resource: Resource{Kind: KindAccessKey, Owner: driver.UserPrincipal(name)}, Before: &State{AccessKeys: keys},
		})
	}
	return nil
}

// lookUpUser says whether there is such a user, and which keys it has. A user that cannot get a further key is an error.
func (e *Engine) lookUpUser(ctx context.Context, name string) (exists bool, keys []string, err error) {
	_, err = e.GetUser(ctx, driver.GetUserRequest{Name: name})
	switch {
	case isMissing(err):
		return false, nil, nil
	case err != nil:
		return false, nil, err
	case !e.description.Has(driver.CapAccessKeys):
		return false, nil, fault.New(fault.AlreadyExists, "user '%s' exists, and the %s backend gives a user one key only; delete the user first",
			name, e.description.Name).WithHint(fault.HintOtherUser)
	}
	for key, err := range e.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: name}) {
		if err != nil {
			return false, nil, err
		}
		keys = append(keys, key.AccessKeyID)
	}
	if limit := e.description.Limits.AccessKeysPerUser; limit > 0 && len(keys) >= limit {
		return false, nil, fault.New(fault.ResourceExhausted, "user '%s' has %d access keys, and %d are allowed; delete one",
			name, len(keys), limit).WithHint(fault.HintOtherUser)
	}
	return true, keys, nil
}

// boundaryFor returns the permissions boundary of a new user: the one asked for, or the backend's default for the
// access. A user with a policy or statements of the caller's own gets none by default, because a default boundary
// could silently take away what they allow.
func (e *Engine) boundaryFor(plan *Plan, options CreateOptions) string {
	switch {
	case options.PermissionsBoundary == NoBoundary:
		return ""
	case options.PermissionsBoundary != "":
		return options.PermissionsBoundary
	case options.Policy != "" || len(options.Statements) > 0:
		return ""
	case !e.description.Has(driver.CapPolicyBoundary):
		plan.note(NoteNoBoundary, Resource{}, "")
		return ""
	case options.Access == 0 || options.Access.Changes():
		return e.description.Boundaries.ReadWrite
	}
	return e.description.Boundaries.ReadOnly
}
