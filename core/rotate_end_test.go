package core_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// TestARotatedKeyEndsAsItsUser gives keys ends, and looks at when the next one ends.
func TestARotatedKeyEndsAsItsUser(t *testing.T) {
	for name, c := range map[string]struct {
		options memory.Options
		around  func(driver.Driver) driver.Driver
	}{"a system that tells": {}, "a system with tags of keys only": {likeMinIO, asMinIO}} {
		t.Run(name, func(t *testing.T) {
			in(t, c.options, c.around, func(t *testing.T, r *rotation) {
				end := time.Now().Add(48 * time.Hour).Truncate(time.Second)
				_, result := create(t, r.e, core.CreateOptions{Buckets: []string{"two"}, CreateBuckets: true, UserName: "bob", Expires: end})
				must(t, r.d.DeleteAccessKey(t.Context(), driver.DeleteAccessKeyRequest{UserName: "ann", AccessKeyID: r.keys[0].AccessKeyID}))
				time.Sleep(time.Minute)
				// A key that was made to give way ends early; the access does not.
				must(t, r.d.SetAccessKeyExpiry(t.Context(), driver.SetAccessKeyExpiryRequest{
					UserName: "bob", AccessKeyID: result.AccessKey.AccessKeyID, Expires: time.Now().Add(time.Hour),
				}))
				next := r.mustApply(r.e.PlanRotate(t.Context(), "bob", core.RotateOptions{})).AccessKey
				if !next.Expires.Equal(end) {
					t.Errorf("the new key ends at %s, the access at %s", next.Expires, end)
				}
				later := end.Add(24 * time.Hour)
				plan, err := r.e.PlanRotate(t.Context(), "ann", core.RotateOptions{Expires: later})
				if key := r.mustApply(plan, err).AccessKey; !key.Expires.Equal(later) {
					t.Errorf("the new key ends at %s, not at %s", key.Expires, later)
				}
				time.Sleep(47*time.Hour + 50*time.Minute)
				must(t, r.d.DeleteAccessKey(t.Context(), driver.DeleteAccessKeyRequest{UserName: "bob", AccessKeyID: result.AccessKey.AccessKeyID}))
				r.refused("bob", "the access of user 'bob' ends at "+end.UTC().Format(time.RFC3339)+", which is too soon", fault.HintExpires)
				time.Sleep(time.Hour)
				r.refused("bob", "the access of user 'bob' ended at "+end.UTC().Format(time.RFC3339), fault.HintExpires)
			})
		})
	}
}

// refused asks for a new key without an end of its own.
func (r *rotation) refused(user, want string, hint fault.Hint) {
	r.Helper()
	_, err := r.e.PlanRotate(r.Context(), user, core.RotateOptions{})
	wantCode(r.T, err, fault.FailedPrecondition)
	if !strings.Contains(err.Error(), want) || fault.HintOf(err) != hint {
		r.Errorf("the error is %v, hint %q", err, fault.HintOf(err))
	}
}

// TestAccessThatEndedIsNotRotated has policies that end, and keys that the system deletes once they have ended.
func TestAccessThatEndedIsNotRotated(t *testing.T) {
	without := memory.Options{Without: []driver.Capability{driver.CapKeyExpiry}}
	for name, c := range map[string]struct {
		options memory.Options
		hint    fault.Hint
	}{"policies": {without, fault.HintReplaceEnd}, "keys": {likeMinIO, fault.HintExpires}} {
		t.Run(name, func(t *testing.T) {
			in(t, c.options, nil, func(t *testing.T, r *rotation) {
				end := time.Now().Add(48 * time.Hour).Truncate(time.Second)
				_, result := create(t, r.e, core.CreateOptions{Buckets: []string{"one"}, UserName: "bob", Expires: end})
				must(t, r.d.DeleteAccessKey(t.Context(), driver.DeleteAccessKeyRequest{UserName: "bob", AccessKeyID: result.AccessKey.AccessKeyID}))
				plan, err := r.e.PlanRotate(t.Context(), "bob", core.RotateOptions{})
				must(t, err)
				if own := plan.Steps[0].After; name == "keys" && (own == nil || !own.Until.Equal(end)) {
					t.Errorf("the key is made for %v, the user for %s", own, end)
				}
				time.Sleep(49 * time.Hour)
				r.refused("bob", "the access of user 'bob' ended at "+end.UTC().Format(time.RFC3339), c.hint)
			})
		})
	}
}

// TestAKeyThatEndedIsNotTheNewest goes back to what the key before it was made for.
func TestAKeyThatEndedIsNotTheNewest(t *testing.T) {
	in(t, likeMinIO, asMinIO, func(t *testing.T, r *rotation) {
		r.rotate(core.RotateOptions{Expires: time.Now().Add(time.Hour)})
		time.Sleep(2 * time.Hour)
		plan, err := r.e.PlanRotate(t.Context(), "ann", core.RotateOptions{ReplaceOldest: true})
		must(t, err)
		if made := plan.Steps[len(plan.Steps)-1]; made.After != nil && !made.After.Until.IsZero() {
			t.Errorf("the new key is to end at %s", made.After.Until)
		}
	})
}

// TestTheEarliestEndOfKeysOfUnknownAge counts: nothing tells which of them the access is.
func TestTheEarliestEndOfKeysOfUnknownAge(t *testing.T) {
	in(t, likeMinIO, asMinIO, func(t *testing.T, r *rotation) {
		must(t, r.d.DeleteAccessKey(t.Context(), driver.DeleteAccessKeyRequest{UserName: "ann", AccessKeyID: r.keys[0].AccessKeyID}))
		end := time.Now().Add(48 * time.Hour).Truncate(time.Second)
		_, err := r.d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "ann", Expires: end})
		must(t, err)
		if key := r.mustApply(r.e.PlanRotate(t.Context(), "ann", core.RotateOptions{})).AccessKey; !key.Expires.Equal(end) {
			t.Errorf("the new key ends at %s, the only other at %s", key.Expires, end)
		}
	})
}

func TestPlanEndKeys(t *testing.T) {
	in(t, memory.Options{}, nil, func(t *testing.T, r *rotation) {
		r.rotate(core.RotateOptions{})
		soon, later := time.Now().Add(time.Hour).Truncate(time.Second), time.Now().Add(24*time.Hour).Truncate(time.Second)
		must(t, r.d.SetAccessKeyExpiry(t.Context(), driver.SetAccessKeyExpiryRequest{UserName: "ann", AccessKeyID: r.keys[0].AccessKeyID, Expires: soon}))
		plan, err := r.e.PlanEndKeys(t.Context(), "ann", later)
		r.mustApply(plan, err)
		keys := r.there()
		if a, b := keys[r.keys[0].AccessKeyID].Expires, keys[r.keys[1].AccessKeyID].Expires; !a.Equal(soon) || !b.Equal(later) || len(plan.Steps) != 1 {
			t.Errorf("the keys end at %s and %s", a, b)
		}
		must(t, r.use(1))
		time.Sleep(25 * time.Hour)
		wantCode(t, r.use(1), fault.Unauthenticated)
		_, err = r.e.PlanEndKeys(t.Context(), "ann", time.Now().Add(15*time.Minute))
		if err == nil || !strings.Contains(err.Error(), "ends in at least 16 minutes and") {
			t.Errorf("the error is %v", err)
		}
		_, err = r.e.PlanEndKeys(t.Context(), "ann", time.Now().Add(16*time.Minute-time.Second)) // a second after it was chosen
		must(t, err)
		for _, wrong := range []time.Duration{-time.Hour, 15 * time.Minute, 366 * 24 * time.Hour} {
			_, err := r.e.PlanEndKeys(t.Context(), "ann", time.Now().Add(wrong))
			wantCode(t, err, fault.InvalidArgument)
		}
	})
}

// TestWhatHasNoEndIsRefusedUnasked asks for ends where keys have none.
func TestWhatHasNoEndIsRefusedUnasked(t *testing.T) {
	d := open(t, memory.Options{Without: []driver.Capability{driver.CapKeyExpiry}, Before: func(_ context.Context, method string) error {
		return errors.New("a request was sent: " + method)
	}})
	_, err := engine(t, d).PlanEndKeys(t.Context(), "ann", time.Now().Add(time.Hour))
	wantCode(t, err, fault.Unsupported)
	if hint := fault.HintOf(err); hint != fault.HintFinish {
		t.Errorf("without ends of keys the hint is %q", hint)
	}
	_, err = engine(t, d).PlanRotate(t.Context(), "ann", core.RotateOptions{Expires: time.Now().Add(time.Hour)})
	wantCode(t, err, fault.Unsupported)
	if hint := fault.HintOf(err); hint != fault.HintReplaceEnd {
		t.Errorf("without an end of the new key the hint is %q", hint)
	}
	nothing := open(t, memory.Options{Without: []driver.Capability{driver.CapKeyExpiry, driver.CapPolicyTime}})
	_, err = engine(t, nothing).PlanRotate(t.Context(), "ann", core.RotateOptions{Expires: time.Now().Add(time.Hour)})
	wantCode(t, err, fault.Unsupported)
	if hint := fault.HintOf(err); hint != fault.HintTemporary {
		t.Errorf("where nothing ends the hint is %q", hint)
	}
	_, err = engine(t, open(t, kinds["with one key a user"])).PlanRotate(t.Context(), "ann", core.RotateOptions{})
	wantCode(t, err, fault.Unsupported)
}
