package core

import (
	"context"
	"errors"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Rollback rolls all steps back, newest first, as if one more step had failed with cause: for a caller that could not
// hand on the result. What is a noun that names what the caller could not do, such as "the output". It always returns an
// [*ApplyError], whose Orphans are empty if nothing is left behind.
func (a *Applied) Rollback(ctx context.Context, what string, cause error) error {
	ctx, cancel := a.rollbackContext(ctx)
	defer cancel()
	failed := a.failing(what, cause)
	a.rollback(ctx, failed)
	return failed
}

// failing begins a rollback.
func (a *Applied) failing(what string, cause error) *ApplyError {
	a.undoing = true
	failed := &ApplyError{What: what, Err: cause}
	for _, s := range a.plan.Steps[:len(a.outcomes)] {
		if s.Final {
			failed.Kept = append(failed.Kept, s)
		}
	}
	return failed
}

// failed rolls back what is done, and the failed step too if it took effect, or may have.
func (a *Applied) failed(ctx context.Context, s Step, o Outcome, cause error) error {
	ctx, cancel := a.rollbackContext(ctx)
	defer cancel()
	failed := a.failing(s.String(), cause)
	failed.Emptied, failed.EmptiedMore = o.Emptied, s.Resource.Kind == KindContents && ambiguous(cause)
	if o.made || ambiguous(cause) {
		a.rollbackStep(ctx, failed, s, o, !o.made)
	}
	a.rollback(ctx, failed)
	return failed
}

func (a *Applied) rollback(ctx context.Context, failed *ApplyError) {
	for i := len(a.outcomes) - 1; i >= 0; i-- {
		a.rollbackStep(ctx, failed, a.plan.Steps[i], a.outcomes[i], false)
	}
	a.outcomes = nil
	a.closeReopened()
}

// rollbackStep rolls one step back and notes what came of it. Uncertain says that the step may not have taken effect.
func (a *Applied) rollbackStep(ctx context.Context, failed *ApplyError, s Step, o Outcome, uncertain bool) {
	if o.AccessKey != nil && s.Resource.Kind == KindAccessKey {
		s.Resource.Name = o.AccessKey.AccessKeyID
	}
	found, err := a.undo(ctx, s, o, uncertain)
	switch {
	case err == nil && !found:
		// There is nothing to roll back.
	case err == nil:
		failed.RolledBack = append(failed.RolledBack, s)
	case errors.Is(err, fault.NotFound) && removes(s.Verb):
		// What the step removed cannot be put back, because what it belonged to is gone.
		failed.Orphans = append(failed.Orphans, Orphan{Step: s, Uncertain: uncertain, Err: err})
	case errors.Is(err, fault.NotFound) && uncertain:
		// It had not been made.
	case errors.Is(err, fault.NotFound):
		failed.RolledBack = append(failed.RolledBack, s)
	default:
		if s.Resource.Kind == KindPolicy && removes(s.Verb) {
			a.unrestored = s.Resource.Owner
		}
		if s.Resource.Kind == KindUser && errors.Is(err, fault.FailedPrecondition) && a.hasOthersKey(ctx, s.Resource.Name) {
			err = othersError{err}
		}
		failed.Orphans = append(failed.Orphans, Orphan{Step: s, Uncertain: uncertain || o.Existed, Err: err})
		if s.Resource.Kind == KindUser && errors.Is(err, fault.FailedPrecondition) {
			a.keyOf = s.Resource.Name
			a.giveBack(ctx, failed, s.Resource.Name, err)
		}
	}
}

// hasOthersKey reports whether a user has a key of another run.
func (a *Applied) hasOthersKey(ctx context.Context, user string) bool {
	unknown, err := a.unknownKeys(ctx, driver.UserPrincipal(user))
	return a.keyOf == user || err == nil && len(unknown) > 0
}

// giveBack puts back what a user was granted who turns out to have got a key from another run while this one rolled back.
func (a *Applied) giveBack(ctx context.Context, failed *ApplyError, user string, cause error) {
	failed.RolledBack = slices.DeleteFunc(failed.RolledBack, func(s Step) bool {
		if s.Resource.Owner != driver.UserPrincipal(user) || !s.Resource.Kind.givesAccess() {
			return false
		}
		err := a.watch(ctx, s, func(ctx context.Context) error {
			_, err := a.step(ctx, s)
			return err
		})
		failed.Orphans = append(failed.Orphans, Orphan{Step: s, Err: errors.Join(cause, err)})
		return true
	})
}

// undoOnce applies the inverse of a step; found says that it has one.
func (a *Applied) undoOnce(ctx context.Context, s Step, o Outcome, uncertain bool) (found bool, err error) {
	err = a.watch(ctx, s, func(ctx context.Context) error {
		inverse, err := a.inverse(ctx, s, o, uncertain)
		found = len(inverse) > 0
		for _, step := range inverse {
			_, stepErr := a.step(ctx, step)
			err = errors.Join(err, stepErr)
		}
		return err
	})
	return found, err
}
