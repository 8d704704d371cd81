package core

import (
	"context"
	"reflect"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// PruneOptions say which users that an engine made are to be deleted: those to which one of the reasons applies.
type PruneOptions struct {
	// Expired is for users whose access has ended by itself.
	Expired bool
	// Unused, if not 0, is for users whose every key was not used for so long. A key that was never used counts from when it was made. One
	// without keys stays: nothing tells when it was used.
	Unused time.Duration
	// ByName lets derived names say that a user was made by an engine, see Mine.
	ByName bool
}

// LeastUnused is the shortest PruneOptions.Unused: a system may need hours to know that a key was used.
const LeastUnused = 24 * time.Hour

// Pruning is a user to delete, and why.
type Pruning struct {
	User string
	// Ended is when the user's access ended; zero for one that is to be deleted for another reason.
	Ended time.Time
	// Used is when a key of the user was last used; zero if none ever was.
	Used time.Time
	Plan *Plan
}

// CheckPrune fails with InvalidArgument for options that say nothing, or too little, and with Unsupported for what the system does not
// tell. It sends no request.
func (e *Engine) CheckPrune(o PruneOptions) error {
	if !o.Expired && o.Unused == 0 {
		return fault.New(fault.InvalidArgument, "say which users are to be deleted: those whose access has ended, or that were not used for a time")
	}
	if o.Unused != 0 && o.Unused < LeastUnused {
		return fault.New(fault.InvalidArgument, "a system may need hours to know that a key was used; choose a day or more")
	}
	if err := e.CheckMine(o.ByName); err != nil {
		return err
	}
	if o.Expired {
		if err := e.requireEnds(); err != nil {
			return err
		}
	}
	if o.Unused != 0 {
		return e.require(driver.CapKeyUse, driver.CapAccessKeys)
	}
	return nil
}

// PlanPrune makes the plan to delete a user, if an engine made the user and one of the reasons applies; nil if the user is to stay. It changes
// nothing. It fails as PlanDeleteUser does, and with Unsupported if the system behind the endpoint does not tell when keys were used.
func (e *Engine) PlanPrune(ctx context.Context, user string, o PruneOptions) (*Pruning, error) {
	if err := e.CheckPrune(o); err != nil {
		return nil, err
	}
	if _, ours, err := e.Mine(ctx, user, o.ByName); err != nil || !ours {
		return nil, err
	}
	p, err := e.reasonToPrune(ctx, user, o)
	if err != nil || p == nil {
		return nil, err
	}
	p.User = user
	p.Plan, err = e.PlanDeleteUser(ctx, user)
	return p, err
}

// StillPrune makes the plan again, right before it is carried out, and fails with FailedPrecondition if it is not the same: the user was used or
// changed meanwhile.
func (e *Engine) StillPrune(ctx context.Context, p *Pruning, o PruneOptions) error {
	now, err := e.PlanPrune(ctx, p.User, o)
	if err == nil && (now == nil || !reflect.DeepEqual(now.Plan.Steps, p.Plan.Steps)) {
		err = fault.New(fault.FailedPrecondition, "user '%s' was used or changed after the plan was made, and stays; make the plan again", p.User)
	}
	return err
}

// reasonToPrune is nil for a user to whom no reason applies.
func (e *Engine) reasonToPrune(ctx context.Context, user string, o PruneOptions) (*Pruning, error) {
	if o.Expired {
		end, err := e.AccessEnds(ctx, user)
		if err != nil || !end.IsZero() && !end.After(time.Now()) {
			return &Pruning{Ended: end}, err
		}
	}
	if o.Unused == 0 {
		return nil, nil
	}
	used, unused, err := e.unusedSince(ctx, user, time.Now().Add(-o.Unused))
	if err != nil || !unused {
		return nil, err
	}
	return &Pruning{Used: used}, nil
}

// unusedSince reports whether the user has keys, none of which was used, or made, after a moment; and when one was last used.
func (e *Engine) unusedSince(ctx context.Context, user string, since time.Time) (last time.Time, unused bool, err error) {
	listed, err := collect(e.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: user}))
	if err != nil {
		return last, false, err
	}
	keys := holding(listed)
	if err := e.addUses(ctx, keys); err != nil {
		return last, false, err
	}
	for _, k := range keys {
		switch {
		case k.use == nil:
			return last, false, e.description.Missing(driver.CapKeyUse)
		case k.made.IsZero(), k.made.After(since), k.use.Date.After(since):
			return last, false, nil
		case k.use.Date.After(last):
			last = k.use.Date
		}
	}
	return last, len(keys) > 0, nil
}
