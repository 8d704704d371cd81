package core

import (
	"context"
	"slices"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// FinishOptions say what becomes of the keys that a newer one has taken the place of.
type FinishOptions struct {
	// Delete deletes them, for good; otherwise they are switched off where the system can do that.
	Delete bool
	// Force does so although the new key ends earlier or was never used, an older one was used a short while ago, or the age of an older one is not known.
	Force bool
}

// inUse is how long after its last use a key counts as one that somebody uses.
const inUse = time.Hour

// PlanFinishRotation makes the plan to switch off, or delete, all keys of a user but the newest. It changes nothing, and has no step for what is
// done already. NotFound if there is no such user; FailedPrecondition if the newest key does not work or nothing tells which it is,
// and, without Force, if it ends before an older one, or while it was never used or an older one was used within the last hour, where the system tells. All steps are
// final: after an error, making the plan again goes on.
func (e *Engine) PlanFinishRotation(ctx context.Context, user string, options FinishOptions) (*Plan, error) {
	if err := e.require(driver.CapUsers, driver.CapAccessKeys); err != nil {
		return nil, err
	}
	listed, err := collect(e.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: user}))
	if err != nil {
		return nil, err
	}
	if len(listed) == 0 {
		return nil, fault.New(fault.FailedPrecondition, "user '%s' has no access key", user)
	}
	keys := holding(listed)
	newest, older := keys[len(keys)-1], keys[:len(keys)-1]
	plan := e.retirement(older, options.Delete)
	if len(plan.Steps) == 0 {
		return plan, nil
	}
	if err := checkNewest(newest, older, options.Force); err != nil {
		return nil, err
	}
	if !options.Force {
		if err := e.checkUses(ctx, keys); err != nil {
			return nil, err
		}
	}
	return plan, e.refuseOwn(ctx, idsOf(listed)...)
}

// retirement is the plan to end the keys.
func (e *Engine) retirement(keys []heldKey, remove bool) *Plan {
	plan := &Plan{}
	for _, k := range keys {
		switch {
		case remove || !e.description.Has(driver.CapKeyStatus):
			plan.add(deletionOf(k))
		case k.Status != driver.KeyInactive:
			plan.add(Step{
				Verb: Put, Resource: keyOf(k.UserName, k.AccessKeyID), Final: true,
				Before: &State{Status: k.Status}, After: &State{Status: driver.KeyInactive},
			})
		}
	}
	return plan
}

// checkNewest refuses a newest key that is not known to be that, or would leave the user without one that works.
func checkNewest(newest heldKey, older []heldKey, force bool) error {
	last, first := older[len(older)-1], older[0]
	switch {
	case newest.made.IsZero():
		return fault.New(fault.FailedPrecondition, "nothing tells which of the access keys %s, %s is the newest; delete those that are not needed", listed(older), newest).
			WithHint(fault.HintDeleteKey)
	case newest.made.Equal(last.made):
		return fault.New(fault.FailedPrecondition, "nothing tells which of the access keys %s and %s is newer; delete the one that is not needed", last, newest).
			WithHint(fault.HintDeleteKey)
	case !newest.works():
		return fault.New(fault.FailedPrecondition, "the newest access key, %s, does not work, and the others would not either", newest)
	case outlasting(older, newest) != nil && !force:
		return fault.New(fault.FailedPrecondition, "the newest access key, %s, ends at %s, before %s does; the access would end sooner",
			newest, newest.Expires.UTC().Format(time.RFC3339), outlasting(older, newest)).WithHint(fault.HintForce)
	case first.made.IsZero() && !force:
		return fault.New(fault.FailedPrecondition, "nothing tells when the access key %s was made, which may be newer than %s", first, newest).
			WithHint(fault.HintForce)
	}
	return nil
}

// outlasting is the newest of the older keys that works for longer than the newest of all; nil if none does.
func outlasting(older []heldKey, newest heldKey) *heldKey {
	for i, k := range slices.Backward(older) {
		if k.works() && !newest.Expires.IsZero() && (k.Expires.IsZero() || k.Expires.After(newest.Expires)) {
			return &older[i]
		}
	}
	return nil
}

// checkUses refuses to end keys that somebody needs, where the system tells. Keys are the oldest first.
func (e *Engine) checkUses(ctx context.Context, keys []heldKey) error {
	if err := e.addUses(ctx, keys); err != nil {
		return err
	}
	newest := keys[len(keys)-1]
	if newest.neverUsed() {
		return fault.New(fault.FailedPrecondition, "the access key %s is not in use yet; the older ones would be missed", newest).WithHint(fault.HintForce)
	}
	for _, k := range keys[:len(keys)-1] {
		if k.works() && k.use != nil && time.Since(k.use.Date) < inUse {
			return fault.New(fault.FailedPrecondition, "somebody still uses the access key %s; wait until an hour is over without", k).WithHint(fault.HintForce)
		}
	}
	return nil
}
