package core

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// heldKey is an access key that a user has, with what the system tells of it.
type heldKey struct {
	driver.AccessKey
	// made is zero where nothing tells when the key was made.
	made time.Time
	// use is nil where the system does not tell when a key was used.
	use *driver.AccessKeyUse
	// newest says that no other key of the user is known to be newer.
	newest bool
}

// proofTime is how long after it was made a new key may be tried (see VerifyUserWithin), which counts as a use on the system.
const proofTime = 2 * time.Minute

// clocksApart is how far the clocks of two machines may be apart that made keys. What is further in the future says nothing of a key's age.
const clocksApart = time.Minute

// holding are keys, the oldest first; those of which nothing tells the age come before the others.
func holding(keys []driver.AccessKey) []heldKey {
	held := make([]heldKey, len(keys))
	for i, k := range keys {
		held[i] = heldKey{AccessKey: k, made: k.Created}
		if origin, ours := OriginOf(k.Tags); ours && k.Created.IsZero() {
			held[i].made = origin.At
		}
		if time.Until(held[i].made) > clocksApart {
			held[i].made = time.Time{}
		}
	}
	slices.SortStableFunc(held, func(a, b heldKey) int {
		return cmp.Or(a.made.Compare(b.made), strings.Compare(a.AccessKeyID, b.AccessKeyID))
	})
	if last := len(held) - 1; last >= 0 {
		held[last].newest = true
	}
	return held
}

// addUses asks when each key was used.
func (e *Engine) addUses(ctx context.Context, keys []heldKey) error {
	if !e.description.Has(driver.CapKeyUse) {
		return nil
	}
	for i, k := range keys {
		use, err := e.GetAccessKeyUse(ctx, driver.GetAccessKeyUseRequest{UserName: k.UserName, AccessKeyID: k.AccessKeyID})
		switch {
		case errors.Is(err, fault.Unsupported):
			return nil // the system behind the endpoint does not tell
		case err != nil:
			return err
		}
		keys[i].use = &use
	}
	return nil
}

// works reports whether the key is neither switched off nor at its end.
func (k heldKey) works() bool {
	return k.Status != driver.KeyInactive && !k.ended()
}

// ended reports whether the key is at its end.
func (k heldKey) ended() bool { return !k.Expires.IsZero() && !k.Expires.After(time.Now()) }

// neverUsed reports whether the system tells that the key was never used, or, of the newest, for nothing but its proof.
func (k heldKey) neverUsed() bool {
	return k.use != nil && (k.use.Date.IsZero() || k.newest && k.use.Date.Before(k.made.Add(proofTime)))
}

// ends is when the access ends that the key was made for; its own end may be earlier, once another key is in its place.
func (k heldKey) ends() time.Time {
	if origin, ours := OriginOf(k.Tags); ours {
		return origin.Until
	}
	return k.Expires
}

// String names the key, and says how old and how used it is: AKIA (inactive, made 3 days ago, never used).
func (k heldKey) String() string {
	var facts []string
	switch {
	case k.Status == driver.KeyInactive:
		facts = append(facts, "inactive")
	case !k.works():
		facts = append(facts, "at its end")
	}
	if !k.made.IsZero() {
		facts = append(facts, "made "+ago(k.made))
	}
	switch {
	case k.use == nil:
	case k.use.Date.IsZero():
		facts = append(facts, "never used")
	case k.neverUsed():
		facts = append(facts, "used for no more than its proof")
	default:
		facts = append(facts, "used "+ago(k.use.Date))
	}
	if len(facts) == 0 {
		return k.AccessKeyID
	}
	return k.AccessKeyID + " (" + strings.Join(facts, ", ") + ")"
}

// ago words how long something is past, in the largest unit that it fills.
func ago(t time.Time) string {
	past := max(time.Since(t), 0)
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := int(past / unit.length); n == 1 {
			return "1 " + unit.name + " ago"
		} else if n > 1 {
			return fmt.Sprintf("%d %ss ago", n, unit.name)
		}
	}
	return "just now"
}

// listed names keys, each with what is known of it.
func listed(keys []heldKey) string {
	var all []string
	for _, k := range keys {
		all = append(all, k.String())
	}
	return strings.Join(all, ", ")
}
