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

// requireEnds fails with Unsupported if nothing ends by itself on the system: neither keys nor policies.
func (e *Engine) requireEnds() error {
	if e.description.Has(driver.CapKeyExpiry) || e.require(driver.CapPolicyTime, driver.CapPolicyInline) == nil {
		return nil
	}
	return e.description.Missing(driver.CapKeyExpiry)
}

// endsUsers reports whether a user is its key, and can end.
func (e *Engine) endsUsers() bool {
	return e.description.Has(driver.CapKeyExpiry) && !e.description.Has(driver.CapAccessKeys)
}

// AccessEnds is when the access of a user ends, or has ended, by itself: with the last of its keys where keys end, with the last of its
// policies elsewhere. It is zero if it does not, and if the user has access that nothing of the kind ends, such as a policy attached to it, a
// group, or a password; once the end is past, also if a bucket's policy names the user, or cannot be read. A tag alone ends nothing.
func (e *Engine) AccessEnds(ctx context.Context, user string) (time.Time, error) {
	if err := e.requireEnds(); err != nil {
		return time.Time{}, err
	}
	switch {
	case e.endsUsers():
		found, err := e.GetUser(ctx, driver.GetUserRequest{Name: user})
		return found.Expires, err
	case e.description.Has(driver.CapKeyExpiry):
		keys, err := collect(e.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: user}))
		if err != nil {
			return time.Time{}, err
		}
		return e.keysEnd(ctx, user, keys)
	}
	return e.policiesEnd(ctx, user)
}

// keysEnd is the end of the last key; zero if one does not end. The system may have deleted the keys that have ended: a user without any was to
// end when it says so.
func (e *Engine) keysEnd(ctx context.Context, user string, keys []driver.AccessKey) (time.Time, error) {
	var last time.Time
	for _, k := range keys {
		if k.Expires.IsZero() {
			return time.Time{}, nil
		}
		if k.Expires.After(last) {
			last = k.Expires
		}
	}
	if len(keys) == 0 {
		origin, _, err := e.UserOrigin(ctx, user)
		if err != nil && !errors.Is(err, fault.Unsupported) {
			return last, err
		}
		last = origin.Until
	}
	if last.IsZero() {
		return last, nil
	}
	more, err := e.hasPassword(ctx, user)
	if more {
		last = time.Time{}
	}
	return last, err
}

// hasPassword reports whether somebody may know a secret of the user's own, which does not end with the keys.
func (e *Engine) hasPassword(ctx context.Context, user string) (bool, error) {
	items, err := e.itemsOf(ctx, user)
	owner := keyOwner{items: items}
	return owner.hasPassword(), err
}

// policiesEnd is the end of the last policy; zero if something does not end.
func (e *Engine) policiesEnd(ctx context.Context, user string) (time.Time, error) {
	var last time.Time
	for document, err := range e.ListUserPolicies(ctx, user) {
		if err != nil {
			return time.Time{}, err
		}
		parsed, err := policy.Parse([]byte(document.Document))
		if err != nil {
			return time.Time{}, nil // what cannot be read may allow anything, for ever
		}
		end, ends := policy.End(parsed)
		if !ends {
			return time.Time{}, nil
		}
		if end.After(last) {
			last = end
		}
	}
	if last.IsZero() {
		return last, nil
	}
	attached, err := e.attachedTo(ctx, user)
	if err != nil || len(attached) > 0 {
		return time.Time{}, err
	}
	items, err := e.itemsOf(ctx, user)
	if err != nil || slices.ContainsFunc(items, func(i driver.UserItem) bool { return i.Kind.GivesAccess() }) {
		return time.Time{}, err
	}
	if last.After(time.Now()) {
		return last, nil // there is time to look at all buckets then
	}
	named, err := e.namedByBuckets(ctx, user)
	if err != nil || named {
		return time.Time{}, err
	}
	return last, nil
}

// namedByBuckets reports whether a bucket's policy allows the user something: what that gives does not end with the user's own policies. A policy
// that cannot be read may do so.
func (e *Engine) namedByBuckets(ctx context.Context, name string) (bool, error) {
	if !e.bucketPoliciesForKeys() {
		return false, nil
	}
	user, err := e.GetUser(ctx, driver.GetUserRequest{Name: name})
	if err != nil {
		return false, err
	}
	buckets, err := e.newAccessReader().buckets(ctx, nil, driver.SettingPolicy)
	if err != nil {
		return false, err
	}
	principal := e.newUserAccess(user).principal
	for _, b := range buckets {
		if len(b.Unknown) > 0 || b.policy.WithoutPublic(principal).For(principal).Allows() {
			return true, nil
		}
	}
	return false, nil
}
