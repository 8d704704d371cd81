package core

import (
	"context"
	"fmt"
	"strings"

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
	owner, err := e.lookUpUser(ctx, name)
	if err != nil {
		return err
	}
	user := Resource{Kind: KindUser, Name: name}
	if owner.exists {
		plan.note(NoteUserExists, user, "")
		if options.PermissionsBoundary != "" {
			plan.note(NoteBoundaryKept, user, "")
		}
	} else {
		boundary := e.boundaryFor(plan, options)
		plan.add(Step{Verb: Create, Resource: user, After: &State{Boundary: boundary, BoundaryRequired: options.PermissionsBoundary != ""}})
	}
	if err := granter.plan(ctx, system, plan, owner, options.accessName(), grants); err != nil {
		return err
	}
	if !options.ReplacePolicy {
		if err := owner.refuseChanges(plan); err != nil {
			return err
		}
	}
	if e.description.Has(driver.CapAccessKeys) {
		if err := e.checkKeyLimit(owner); err != nil {
			return err
		}
		plan.add(Step{
			Verb: Create, Resource: Resource{Kind: KindAccessKey, Owner: driver.UserPrincipal(name)}, Before: &State{AccessKeys: owner.keys},
		})
	}
	return nil
}

// keyOwner is the user of a plan, as it is before.
type keyOwner struct {
	name   string
	exists bool
	// keys are the ids of the access keys that the user has.
	keys []string
}

// noteChange notes that the plan changes the access of the user's keys.
func (o keyOwner) noteChange(plan *Plan, code NoteCode, r Resource) {
	plan.note(code, r, strings.Join(o.keys, ", "))
}

// changeWords say what becomes of what a note is about.
var changeWords = map[NoteCode]string{
	NotePolicyChanged: "would become another", NotePolicyReplaced: "would be removed", NotePolicyAdded: "would be added",
}

// refuseChanges refuses a plan that changes what an existing user may do.
func (o keyOwner) refuseChanges(plan *Plan) error {
	var changes []string
	for _, n := range plan.Notes {
		if n.Warning() {
			changes = append(changes, n.Resource.short()+" "+changeWords[n.Code])
		}
	}
	if len(changes) == 0 {
		return nil
	}
	whose := fmt.Sprintf("has %d access keys (%s), whose", len(o.keys), strings.Join(o.keys, ", "))
	switch len(o.keys) {
	case 0:
		whose = "exists, and its"
	case 1:
		whose = fmt.Sprintf("has 1 access key (%s), whose", o.keys[0])
	}
	return fault.New(fault.FailedPrecondition, "user '%s' %s access would change: %s", o.name, whose, strings.Join(changes, ", ")).
		WithHint(fault.HintReplacePolicy)
}

// checkKeyLimit refuses a user that has as many keys as the system allows. That the access would change comes first: who reads
// that there are too many keys would delete one and meet the other refusal then.
func (e *Engine) checkKeyLimit(owner keyOwner) error {
	if limit := e.description.Limits.AccessKeysPerUser; limit > 0 && len(owner.keys) >= limit {
		return fault.New(fault.ResourceExhausted, "user '%s' has %d access keys, and %d are allowed; delete one",
			owner.name, len(owner.keys), limit).WithHint(fault.HintOtherUser)
	}
	return nil
}

// lookUpUser looks the user up, with its keys. Where a user has one key only, one that exists is an error.
func (e *Engine) lookUpUser(ctx context.Context, name string) (keyOwner, error) {
	owner := keyOwner{name: name}
	_, err := e.GetUser(ctx, driver.GetUserRequest{Name: name})
	switch {
	case isMissing(err):
		return owner, nil
	case err != nil:
		return owner, err
	case !e.description.Has(driver.CapAccessKeys):
		return owner, fault.New(fault.AlreadyExists, "user '%s' exists, and the %s backend gives a user one key only; delete the user first",
			name, e.description.Name).WithHint(fault.HintOtherUser)
	}
	for key, err := range e.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: name}) {
		if err != nil {
			return owner, err
		}
		owner.keys = append(owner.keys, key.AccessKeyID)
	}
	owner.exists = true
	return owner, nil
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
