package core

import (
	"context"
	"slices"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// PlanCreateKey makes the plan to give a user a further access key, and nothing else: what the user may do stays as it is. It changes
// nothing. NotFound if there is no such user; ResourceExhausted for one that has as many keys as the system allows; Unsupported where
// a user has one key only.
func (e *Engine) PlanCreateKey(ctx context.Context, user string) (*Plan, error) {
	if err := e.require(driver.CapAccessKeys); err != nil {
		return nil, err
	}
	owner, err := e.lookUpHolder(ctx, user)
	if err != nil {
		return nil, err
	}
	if err := e.checkKeyLimit(owner, fault.HintHeldKey); err != nil {
		return nil, err
	}
	plan := &Plan{}
	plan.add(owner.newKey(time.Time{}))
	return plan, nil
}

// lookUpHolder looks up a user who is to get a further key, and no other access.
func (e *Engine) lookUpHolder(ctx context.Context, user string) (*keyOwner, error) {
	owner, err := e.lookUpUser(ctx, user)
	switch {
	case err != nil:
		return nil, err
	case !owner.exists:
		return nil, fault.New(fault.NotFound, "there is no user '%s'", user)
	case e.description.Has(driver.CapPolicyInline):
		owner.others, err = collect(e.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: driver.UserPrincipal(user)}))
	}
	return owner, err
}

// newKey is the step that makes a further key, with an end or without.
func (o *keyOwner) newKey(until time.Time) Step {
	s := Step{
		Verb: Create, Resource: Resource{Kind: KindAccessKey, Owner: driver.UserPrincipal(o.name)},
		Before: &State{AccessKeys: o.keys, Policies: o.others},
	}
	if !until.IsZero() {
		s.After = &State{Until: until}
	}
	return s
}

// PlanDeleteKey makes the plan to delete one access key of a user. It changes nothing. NotFound if the user has no such key;
// FailedPrecondition for the key whose credentials these are, where the system tells. What is deleted cannot be put back.
func (e *Engine) PlanDeleteKey(ctx context.Context, user, id string) (*Plan, error) {
	key, err := e.findKey(ctx, user, id)
	if err != nil {
		return nil, err
	}
	plan := &Plan{}
	plan.add(Step{Verb: Delete, Resource: keyOf(user, id), Before: &State{Status: key.Status}, Final: true})
	return plan, nil
}

// PlanSetKeyStatus makes the plan to switch an access key of a user off or on: status is driver.KeyActive or driver.KeyInactive.
// It changes nothing, and has no step for a key that has the status. It fails as PlanDeleteKey does; with InvalidArgument for a
// status that is none, and with Unsupported where the system has no such status.
func (e *Engine) PlanSetKeyStatus(ctx context.Context, user, id, status string) (*Plan, error) {
	if status != driver.KeyActive && status != driver.KeyInactive {
		return nil, fault.New(fault.InvalidArgument, "%q is no status of an access key", status)
	}
	if err := e.require(driver.CapKeyStatus); err != nil {
		return nil, err
	}
	key, err := e.findKey(ctx, user, id)
	if err != nil {
		return nil, err
	}
	plan := &Plan{}
	if key.Status != status {
		plan.add(Step{Verb: Put, Resource: keyOf(user, id), Before: &State{Status: key.Status}, After: &State{Status: status}, Final: true})
	}
	return plan, nil
}

func keyOf(user, id string) Resource {
	return Resource{Kind: KindAccessKey, Name: id, Owner: driver.UserPrincipal(user)}
}

// findKey looks a key up that is to be changed.
func (e *Engine) findKey(ctx context.Context, user, id string) (driver.AccessKey, error) {
	if err := e.require(driver.CapAccessKeys); err != nil {
		return driver.AccessKey{}, err
	}
	for key, err := range e.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: user}) {
		if err != nil {
			return driver.AccessKey{}, err
		}
		if key.AccessKeyID != id {
			continue
		}
		return key, e.refuseOwn(ctx, id)
	}
	return driver.AccessKey{}, fault.New(fault.NotFound, "user '%s' has no access key %s", user, id)
}

// refuseOwn refuses the change of the key whose credentials these are, where the system tells.
func (e *Engine) refuseOwn(ctx context.Context, ids ...string) error {
	if caller, err := e.WhoAmI(ctx); err == nil && slices.Contains(ids, caller.UserID) {
		return fault.New(fault.FailedPrecondition, "these are the credentials of the access key %s; change it with those of another key", caller.UserID)
	}
	return nil
}

// putKey gives a key a status, or an end. A key that is gone has ended.
func putKey(ctx context.Context, e *Engine, s Step) error {
	if end := s.after().Until; !end.IsZero() {
		err := e.SetAccessKeyExpiry(ctx, driver.SetAccessKeyExpiryRequest{UserName: s.Resource.Owner.Name, AccessKeyID: s.Resource.Name, Expires: end})
		if isMissing(err) {
			return nil
		}
		return err
	}
	return e.SetAccessKeyStatus(ctx, driver.SetAccessKeyStatusRequest{
		UserName: s.Resource.Owner.Name, AccessKeyID: s.Resource.Name, Status: s.after().Status,
	})
}
