package core

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// refuseEnded refuses a new key that could do nothing: where keys have no end of their own, the user's policies may have ended.
func (e *Engine) refuseEnded(ctx context.Context, user string) error {
	if e.description.Has(driver.CapKeyExpiry) || e.requireEnds() != nil {
		return nil
	}
	end, err := e.policiesEnd(ctx, user)
	switch {
	case errors.Is(err, fault.PermissionDenied):
		return nil // who may make keys need not be allowed to read policies
	case err != nil || end.IsZero() || end.After(time.Now()):
		return err
	}
	return fault.New(fault.FailedPrecondition, "the access of user '%s' ended at %s, and a new key would have none", user, end.UTC().Format(time.RFC3339)).
		WithHint(fault.HintReplaceEnd)
}

// endOfSuccessor is the end that is asked for, or else that of the access; zero for none.
func (e *Engine) endOfSuccessor(ctx context.Context, user string, keys []heldKey, options RotateOptions) (time.Time, error) {
	if !options.Expires.IsZero() || !e.description.Has(driver.CapKeyExpiry) {
		return options.Expires, e.checkExpires(options.Expires)
	}
	end, err := e.endOfAccess(ctx, user, keys)
	if err != nil || e.checkExpires(end) == nil {
		return end, err
	}
	words := "ends at %s, which is too soon for a new key"
	if !end.After(time.Now()) {
		words = "ended at %s, and a new key would have none"
	}
	return end, fault.New(fault.FailedPrecondition, "the access of user '%s' "+words, user, end.UTC().Format(time.RFC3339)).WithHint(fault.HintExpires)
}

// endOfAccess is the end that the user's newest key was made for, of those that have not ended; zero for none. It may be earlier than that
// of an older key, and never is later than what was asked for last. Where nothing tells which is the newest, it is the earliest end of all.
// A user without keys was to end when it says so: the system may have deleted them.
func (e *Engine) endOfAccess(ctx context.Context, user string, keys []heldKey) (time.Time, error) {
	if len(keys) == 0 {
		origin, _, err := e.UserOrigin(ctx, user)
		if errors.Is(err, fault.Unsupported) {
			err = nil // nothing has tags there
		}
		return origin.Until, err
	}
	if going := slices.DeleteFunc(slices.Clone(keys), heldKey.ended); len(going) > 0 {
		keys = going
	}
	if newest := keys[len(keys)-1]; !newest.made.IsZero() {
		return newest.ends(), nil
	}
	var end time.Time
	for _, k := range keys {
		if own := k.ends(); end.IsZero() || !own.IsZero() && own.Before(end) {
			end = own
		}
	}
	return end, nil
}
