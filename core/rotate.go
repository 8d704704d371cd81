package core

import (
	"context"
	"slices"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// RotateOptions say which key a user gets in place of those that it has.
type RotateOptions struct {
	// Expires is when the new key ends; zero for the end that the newest of the user's keys was made for, of those that have not ended.
	Expires time.Time
	// ReplaceOldest lets a key give way, where the user has as many as the system allows, that does not work or was never used.
	ReplaceOldest bool
}

// PlanRotate makes the plan to give a user a new access key that is to take the place of those it has, with the same access and the same
// end. The others go on working: once the new one is in use, PlanFinishRotation ends that. It changes nothing. NotFound if there is no
// such user; FailedPrecondition for one with a key that has less access than the user, or whose access has ended; ResourceExhausted, with what is known of each key, for one that has as many keys as the system allows, unless one of them
// may give way. All state is on the system, and a key that works is there at any time. A run that was killed may have made a key that nobody knows
// the secret of: another run makes another, and where there is no room for it, that key is the one that gives way.
func (e *Engine) PlanRotate(ctx context.Context, user string, options RotateOptions) (*Plan, error) {
	if err := e.checkRotate(options); err != nil {
		return nil, err
	}
	owner, err := e.lookUpHolder(ctx, user)
	if err != nil {
		return nil, err
	}
	if err := owner.refuseWider(); err != nil {
		return nil, err
	}
	if err := e.refuseEnded(ctx, user); err != nil {
		return nil, err
	}
	keys, plan := holding(owner.held), &Plan{}
	if limit := e.description.Limits.AccessKeysPerUser; limit > 0 && len(keys) >= limit {
		way, err := e.makeRoom(ctx, user, keys, options.ReplaceOldest)
		if err != nil {
			return nil, err
		}
		plan.add(deletionOf(*way))
		owner.keys = slices.DeleteFunc(owner.keys, func(id string) bool { return id == way.AccessKeyID })
	}
	step, err := e.successor(ctx, owner, keys, options)
	if err != nil {
		return nil, err
	}
	plan.add(step)
	return plan, e.awaitNextSecond(ctx, keys)
}

func (e *Engine) checkRotate(options RotateOptions) error {
	if err := e.require(driver.CapUsers, driver.CapAccessKeys); err != nil || options.Expires.IsZero() {
		return err
	}
	if err := e.requireEnds(); err != nil {
		return err
	}
	// Elsewhere only the user's policies can end, and all keys with them.
	if !e.description.Has(driver.CapKeyExpiry) {
		return e.description.Missing(driver.CapKeyExpiry).WithHint(fault.HintReplaceEnd)
	}
	return e.checkExpires(options.Expires)
}

// refuseWider refuses a new key in place of one that may do less.
func (o *keyOwner) refuseWider() error {
	i := slices.IndexFunc(o.held, func(k driver.AccessKey) bool { return k.Restricted })
	if i < 0 {
		return nil
	}
	return fault.New(fault.FailedPrecondition, "the access key %s has a policy of its own, and a new one could do all that user '%s' may; "+
		"replace that key with the system's own client, or delete it first", o.held[i].AccessKeyID, o.name)
}

// successor is the step that makes the new key. It ends as the user's access does, and says that the user is one that an engine made
// where only its keys can say so.
func (e *Engine) successor(ctx context.Context, owner *keyOwner, keys []heldKey, options RotateOptions) (Step, error) {
	ofUser := false
	if e.description.Has(driver.CapKeyTags) && !e.description.Has(driver.CapUserTags) {
		ofUser = slices.ContainsFunc(keys, func(k heldKey) bool {
			_, ours := originAs(k.Tags, owner.name)
			return ours
		})
	}
	until, err := e.endOfSuccessor(ctx, owner.name, keys, options)
	step := owner.newKey(until)
	if ofUser {
		step.After = &State{Until: until, OfUser: true}
	}
	return step, err
}

// makeRoom chooses the key that gives way, or says why none does.
func (e *Engine) makeRoom(ctx context.Context, user string, keys []heldKey, replace bool) (*heldKey, error) {
	if err := e.addUses(ctx, keys); err != nil {
		return nil, err
	}
	way := inTheWay(keys)
	full := fault.New(fault.ResourceExhausted, "user '%s' has %d access keys, %s, and %d are allowed; ",
		user, len(keys), listed(keys), e.description.Limits.AccessKeysPerUser)
	switch {
	case way == nil:
		full.Message += "none of them is known not to be needed: switch off or delete one that is not"
		return nil, full
	case !replace:
		full.Message += way.AccessKeyID + " is in the way"
		if way.works() {
			full.Message += ", if nobody was given it: a system may need hours to know that a key was used"
		}
		return nil, full.WithHint(fault.HintReplaceOldest)
	}
	return way, e.refuseOwn(ctx, way.AccessKeyID)
}

// inTheWay is the key that can give way: the oldest one that does not work, or else the newest that was never used, which is the one of a
// run that was killed; the older one is likelier to be in somebody's hands. One key that works stays. Nil if there is none.
func inTheWay(keys []heldKey) *heldKey {
	if i := slices.IndexFunc(keys, func(k heldKey) bool { return !k.works() }); i >= 0 {
		return &keys[i]
	}
	for i, k := range slices.Backward(keys) {
		if k.neverUsed() && !k.made.IsZero() && len(keys) > 1 {
			return &keys[i]
		}
	}
	return nil
}

// awaitNextSecond waits until a new key is newer than all others: systems tell the age of keys in seconds.
func (e *Engine) awaitNextSecond(ctx context.Context, keys []heldKey) error {
	if len(keys) == 0 {
		return nil
	}
	wait := time.Until(keys[len(keys)-1].made.Truncate(time.Second).Add(time.Second))
	if wait <= 0 || wait > time.Second {
		return nil
	}
	return e.sleep(ctx, wait)
}

func deletionOf(k heldKey) Step {
	return Step{Verb: Delete, Resource: keyOf(k.UserName, k.AccessKeyID), Before: &State{Status: k.Status}, Final: true}
}

// PlanEndKeys makes the plan to give the keys that a user has an end. It changes nothing, and has no step for a key that ends earlier. NotFound
// if there is no such user; Unsupported where keys have no end, and InvalidArgument for one that the system does not allow.
func (e *Engine) PlanEndKeys(ctx context.Context, user string, end time.Time) (*Plan, error) {
	if err := e.require(driver.CapAccessKeys); err != nil {
		return nil, err
	}
	if !e.description.Has(driver.CapKeyExpiry) {
		return nil, e.description.Missing(driver.CapKeyExpiry).WithHint(fault.HintFinish)
	}
	if err := e.checkExpires(end); err != nil {
		return nil, err
	}
	keys, err := collect(e.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: user}))
	if err != nil {
		return nil, err
	}
	plan := &Plan{}
	for _, k := range keys {
		if k.Expires.IsZero() || k.Expires.After(end) {
			plan.add(Step{Verb: Put, Resource: keyOf(user, k.AccessKeyID), Before: &State{Until: k.Expires}, After: &State{Until: end}, Final: true})
		}
	}
	return plan, e.refuseOwn(ctx, idsOf(keys)...)
}
