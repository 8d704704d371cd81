package core

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// planUser adds the steps that make a user, or take the one there is, give it the access, and make a key for it.
func (e *Engine) planUser(ctx context.Context, plan *Plan, options CreateOptions, grants []grant) error {
	name := options.UserName
	if name == "" {
		name = derivedName(e.description.Names.User, e.description.Names.Separator, options.accessName(""), bucketsOf(grants))
	}
	if err := e.description.Names.User.Check("user", name); err != nil {
		return err
	}
	granter, err := e.granter()
	if err != nil {
		return err
	}
	if err := granter.check(ctx, grants); err != nil {
		return err
	}
	system := e.newSurvey()
	if err := system.planBuckets(ctx, plan, options); err != nil {
		return err
	}
	owner, err := e.lookUpUser(ctx, name)
	if err != nil {
		return err
	}
	e.planOwner(ctx, plan, owner, options)
	if err := granter.plan(ctx, system, plan, owner, grants); err != nil {
		return err
	}
	if !options.ReplacePolicy {
		if err := owner.refuseChanges(plan); err != nil {
			return err
		}
	}
	if err := e.planChange(plan, owner); err != nil {
		return err
	}
	if !e.description.Has(driver.CapAccessKeys) {
		return nil
	}
	if err := e.checkKeyLimit(owner, fault.HintOtherUser); err != nil {
		return err
	}
	plan.add(owner.newKey(options.Expires))
	if options.Expires.IsZero() {
		if err := e.noteKeyWithoutEnd(ctx, plan, owner); err != nil {
			return err
		}
	}
	return e.noteFurtherAccess(ctx, plan, owner)
}

// planOwner adds the step that makes the user, if there is none.
func (e *Engine) planOwner(ctx context.Context, plan *Plan, owner *keyOwner, options CreateOptions) {
	user := Resource{Kind: KindUser, Name: owner.name}
	if !owner.exists {
		owner.mark = e.markFor(ctx, owner.name, options.Expires)
		boundary := e.boundaryFor(plan, options)
		plan.add(Step{Verb: Create, Resource: user, After: &State{
			Boundary: boundary, BoundaryRequired: options.PermissionsBoundary != "", Until: options.Expires,
		}})
		return
	}
	plan.note(NoteUserExists, user, "")
	if options.PermissionsBoundary != "" {
		plan.note(NoteBoundaryKept, user, "")
	}
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
	case slices.ContainsFunc(options.allGrants(), func(g policy.Grant) bool { return g.Access.Changes() }):
		return e.description.Boundaries.ReadWrite
	}
	return e.description.Boundaries.ReadOnly
}

// noteKeyWithoutEnd notes that the access of a user goes on with a new key, where it was to end with the user's others.
func (e *Engine) noteKeyWithoutEnd(ctx context.Context, plan *Plan, owner *keyOwner) error {
	if !owner.exists || !e.description.Has(driver.CapKeyExpiry) {
		return nil
	}
	end, err := e.keysEnd(ctx, owner.name, owner.held)
	if errors.Is(err, fault.PermissionDenied) {
		err = nil // who may make keys need not be allowed to look at all that a user has
	}
	if !end.IsZero() {
		plan.note(NoteKeyWithoutEnd, Resource{Kind: KindUser, Name: owner.name}, end.UTC().Format(time.RFC3339))
	}
	return err
}
