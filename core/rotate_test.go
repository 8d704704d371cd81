package core_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// rotation is a system whose user ann may read and write one bucket, with one key, and what happens to her keys.
type rotation struct {
	*testing.T
	system *memory.System
	d      driver.Driver
	e      *core.Engine
	// keys are ann's, the oldest first, with their secrets.
	keys []driver.AccessKey
}

func rotating(t *testing.T, options memory.Options, around func(driver.Driver) driver.Driver) *rotation {
	t.Helper()
	r := &rotation{T: t, system: memory.New(options)}
	root := r.system.Root()
	var err error
	r.d, err = r.system.Open(t.Context(), driver.Config{Credentials: &root})
	must(t, err)
	if around != nil {
		r.d = around(r.d)
	}
	r.e = tagging(t, r.d)
	_, result := create(t, r.e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann"})
	r.keys = []driver.AccessKey{*result.AccessKey}
	return r
}

// rotate makes a key, a while after the last.
func (r *rotation) rotate(options core.RotateOptions) {
	r.Helper()
	time.Sleep(time.Minute)
	r.keys = append(r.keys, *r.mustApply(r.e.PlanRotate(r.Context(), "ann", options)).AccessKey)
}

func (r *rotation) mustApply(plan *core.Plan, err error) core.Result {
	r.Helper()
	must(r.T, err)
	applied, err := r.e.Apply(r.Context(), plan, nil)
	must(r.T, err)
	return applied.Result()
}

// use writes and reads with a key, as a client does.
func (r *rotation) use(n int) error {
	client := r.system.Client(&driver.Credentials{AccessKeyID: r.keys[n].AccessKeyID, SecretAccessKey: r.keys[n].SecretAccessKey})
	err := client.Put(r.Context(), "one", "file", []byte("x"))
	if err == nil {
		_, err = client.Get(r.Context(), "one", "file")
	}
	return err
}

func (r *rotation) status(n int, status string) {
	r.Helper()
	r.mustApply(r.e.PlanSetKeyStatus(r.Context(), "ann", r.keys[n].AccessKeyID, status))
}

// there are ann's keys as the system lists them, by their ids.
func (r *rotation) there() map[string]driver.AccessKey {
	r.Helper()
	keys := map[string]driver.AccessKey{}
	for key, err := range r.d.ListAccessKeys(r.Context(), driver.ListAccessKeysRequest{UserName: "ann"}) {
		must(r.T, err)
		keys[key.AccessKeyID] = key
	}
	return keys
}

// in is a test of a rotation, in simulated time.
func in(t *testing.T, options memory.Options, around func(driver.Driver) driver.Driver, test func(*testing.T, *rotation)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, rotating(t, options, around)) })
}

// ageless is a system that does not tell when a key was made, as MinIO.
type ageless struct{ driver.Driver }

func (a ageless) ListAccessKeys(ctx context.Context, req driver.ListAccessKeysRequest) iter.Seq2[driver.AccessKey, error] {
	return func(yield func(driver.AccessKey, error) bool) {
		for key, err := range a.Driver.ListAccessKeys(ctx, req) {
			key.Created = time.Time{}
			if !yield(key, err) {
				return
			}
		}
	}
}

func asMinIO(d driver.Driver) driver.Driver { return ageless{d} }

var likeMinIO = memory.Options{Without: []driver.Capability{driver.CapKeyUse, driver.CapUserTags}}

func TestRotate(t *testing.T) {
	for name, c := range map[string]struct {
		options memory.Options
		around  func(driver.Driver) driver.Driver
	}{"a system that tells": {}, "a system with tags of keys only": {likeMinIO, asMinIO}} {
		t.Run(name, func(t *testing.T) {
			in(t, c.options, c.around, func(t *testing.T, r *rotation) {
				before := snapshot(t, r.d)
				r.rotate(core.RotateOptions{})
				must(t, r.use(0))
				must(t, r.use(1))
				if after := snapshot(t, r.d); len(after) != len(before)+1 {
					t.Errorf("more than a key has changed: %s", cmp.Diff(before, after))
				}
				time.Sleep(2 * time.Hour)
				must(t, r.use(1))
				r.mustApply(r.e.PlanFinishRotation(t.Context(), "ann", core.FinishOptions{}))
				must(t, r.use(1))
				wantCode(t, r.use(0), fault.Unauthenticated)
				plan, err := r.e.PlanFinishRotation(t.Context(), "ann", core.FinishOptions{})
				if err != nil || len(plan.Steps) > 0 {
					t.Errorf("what is finished is to be finished: %v, %v", plan, err)
				}
				r.mustApply(r.e.PlanFinishRotation(t.Context(), "ann", core.FinishOptions{Delete: true, Force: true}))
				if keys := r.there(); len(keys) != 1 || keys[r.keys[1].AccessKeyID].Status != driver.KeyActive {
					t.Errorf("there is %v", keys)
				}
				must(t, r.use(1))
				if origin, ours, err := r.e.UserOrigin(t.Context(), "ann"); err != nil || !ours {
					t.Errorf("once the first key is gone, nothing tells who made the user: %v, %v", origin, err)
				}
			})
		})
	}
}

// TestRotateAtTheQuota has both keys in each state, and says which of them gives way.
func TestRotateAtTheQuota(t *testing.T) {
	for _, c := range []struct {
		name          string
		used, off     [2]bool
		tried         bool
		without       driver.Capability
		gives         int // -1 for none
		said, saidNot string
	}{
		{name: "both used", used: [2]bool{true, true}, gives: -1, said: "none of them is known not to be needed"},
		{name: "the new one never used", used: [2]bool{true, false}, gives: 1, said: "(made 6 minutes ago, never used)"},
		{name: "the new one tried", used: [2]bool{true, false}, tried: true, gives: 1, said: "(made 6 minutes ago, used for no more than its proof)"},
		{name: "the old one never used", used: [2]bool{false, true}, gives: 0, said: "(made 7 minutes ago, never used)"},
		{name: "none used", gives: 1},
		{name: "the old one off", used: [2]bool{true, true}, off: [2]bool{true, false}, gives: 0, said: "(inactive, made 7 minutes ago, used 4 minutes ago)"},
		{name: "the old one off, the new one never used", used: [2]bool{true, false}, off: [2]bool{true, false}, gives: 0},
		{name: "the new one off, the old one never used", off: [2]bool{false, true}, gives: 1},
		{name: "both off", off: [2]bool{true, true}, gives: 0},
		{name: "nothing is told", without: driver.CapKeyUse, gives: -1, saidNot: "used"},
		{name: "nothing is told, the new one off", without: driver.CapKeyUse, off: [2]bool{false, true}, gives: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			in(t, memory.Options{Without: []driver.Capability{c.without}}, nil, func(t *testing.T, r *rotation) {
				r.rotate(core.RotateOptions{})
				if c.tried {
					must(t, r.use(1))
				}
				time.Sleep(2 * time.Minute)
				for n := range 2 {
					if c.used[n] {
						must(t, r.use(n))
					}
					if c.off[n] {
						r.status(n, driver.KeyInactive)
					}
				}
				time.Sleep(4 * time.Minute)
				_, err := r.e.PlanRotate(t.Context(), "ann", core.RotateOptions{})
				wantCode(t, err, fault.ResourceExhausted)
				text := err.Error()
				if !strings.Contains(text, r.keys[0].AccessKeyID) || !strings.Contains(text, r.keys[1].AccessKeyID) || !strings.Contains(text, c.said) {
					t.Errorf("it does not say what is there (%q): %s", c.said, text)
				}
				if c.saidNot != "" && strings.Contains(text, c.saidNot) {
					t.Errorf("it says %q: %s", c.saidNot, text)
				}
				if way := c.gives >= 0; way != (fault.HintOf(err) == fault.HintReplaceOldest) || way && !strings.Contains(text, r.keys[c.gives].AccessKeyID+" is in the way") {
					t.Errorf("it does not say which is in the way: %v", err)
				}
				plan, err := r.e.PlanRotate(t.Context(), "ann", core.RotateOptions{ReplaceOldest: true})
				if c.gives < 0 {
					wantCode(t, err, fault.ResourceExhausted)
					return
				}
				if result := r.mustApply(plan, err); result.UserKeys != 2 || len(plan.Steps) != 2 {
					t.Errorf("%d keys, %d steps", result.UserKeys, len(plan.Steps))
				}
				keys := r.there()
				_, gone := keys[r.keys[c.gives].AccessKeyID]
				_, stays := keys[r.keys[1-c.gives].AccessKeyID]
				if gone || !stays || len(keys) != 2 {
					t.Errorf("there is %v", keys)
				}
			})
		})
	}
}

// single is a system whose users have one key each.
type single struct{ driver.Driver }

func (s single) Describe(ctx context.Context) (driver.Description, error) {
	d, err := s.Driver.Describe(ctx)
	d.Limits.AccessKeysPerUser = 1
	return d, err
}

// narrowed is a system whose keys have policies of their own.
type narrowed struct{ driver.Driver }

func (n narrowed) ListAccessKeys(ctx context.Context, req driver.ListAccessKeysRequest) iter.Seq2[driver.AccessKey, error] {
	return func(yield func(driver.AccessKey, error) bool) {
		for key, err := range n.Driver.ListAccessKeys(ctx, req) {
			key.Restricted = true
			if !yield(key, err) {
				return
			}
		}
	}
}

// TestAKeyWithAPolicyOfItsOwnIsNotRotated would make the new key a wider one.
func TestAKeyWithAPolicyOfItsOwnIsNotRotated(t *testing.T) {
	in(t, memory.Options{}, func(d driver.Driver) driver.Driver { return narrowed{d} }, func(t *testing.T, r *rotation) {
		_, err := r.e.PlanRotate(t.Context(), "ann", core.RotateOptions{})
		wantCode(t, err, fault.FailedPrecondition)
		if !strings.Contains(err.Error(), r.keys[0].AccessKeyID) {
			t.Errorf("it does not say which key: %v", err)
		}
	})
}

// TestTheOnlyKeyStays does not let the only key that works give way, even if it was never used.
func TestTheOnlyKeyStays(t *testing.T) {
	in(t, memory.Options{}, func(d driver.Driver) driver.Driver { return single{d} }, func(t *testing.T, r *rotation) {
		_, err := r.e.PlanRotate(t.Context(), "ann", core.RotateOptions{ReplaceOldest: true})
		wantCode(t, err, fault.ResourceExhausted)
		must(t, r.use(0))
	})
}

// TestARotationThatIsKilledGoesOn kills the run after each number of its steps, and runs it again to the end. A key works all the time.
func TestARotationThatIsKilledGoesOn(t *testing.T) {
	for _, full := range []bool{false, true} {
		for n := 0; n <= 2; n++ {
			in(t, memory.Options{}, nil, func(t *testing.T, r *rotation) {
				options := core.RotateOptions{ReplaceOldest: true}
				must(t, r.use(0))
				if full {
					r.rotate(options)
				}
				time.Sleep(time.Minute)
				plan, err := r.e.PlanRotate(t.Context(), "ann", options)
				must(t, err)
				if n > len(plan.Steps) {
					return
				}
				_, err = r.e.Apply(t.Context(), &core.Plan{Steps: plan.Steps[:n]}, nil)
				must(t, err)
				must(t, r.use(0))
				lost := r.there()
				r.rotate(options)
				must(t, r.use(0))
				newest := len(r.keys) - 1
				if _, was := lost[r.keys[newest].AccessKeyID]; was {
					t.Error("the key is not a new one")
				}
				time.Sleep(2 * time.Hour)
				must(t, r.use(newest))
				plan, err = r.e.PlanFinishRotation(t.Context(), "ann", core.FinishOptions{Delete: true})
				must(t, err)
				for m := range len(plan.Steps) + 1 {
					_, err = r.e.Apply(t.Context(), &core.Plan{Steps: plan.Steps[:m]}, nil)
					must(t, err)
					must(t, r.use(newest))
				}
				r.mustApply(r.e.PlanFinishRotation(t.Context(), "ann", core.FinishOptions{Delete: true}))
				if keys := r.there(); len(keys) != 1 {
					t.Errorf("there is %v", keys)
				}
			})
		}
	}
}

// TestAnUnfinishedRotationStays asks for its end too early.
func TestAnUnfinishedRotationStays(t *testing.T) {
	refused := func(r *rotation, want string, options core.FinishOptions, hint fault.Hint) {
		r.Helper()
		_, err := r.e.PlanFinishRotation(r.Context(), "ann", options)
		wantCode(r.T, err, fault.FailedPrecondition)
		if !strings.Contains(err.Error(), want) || fault.HintOf(err) != hint {
			r.Errorf("the error is %v, hint %q", err, fault.HintOf(err))
		}
	}
	t.Run("in use", func(t *testing.T) {
		in(t, memory.Options{}, nil, func(t *testing.T, r *rotation) {
			r.rotate(core.RotateOptions{})
			refused(r, r.keys[1].AccessKeyID+" (made just now, never used) is not in use yet", core.FinishOptions{}, fault.HintForce)
			must(t, r.use(1))
			refused(r, r.keys[1].AccessKeyID+" (made just now, used for no more than its proof) is not in use yet", core.FinishOptions{}, fault.HintForce)
			time.Sleep(2 * time.Minute)
			must(t, r.use(0))
			must(t, r.use(1))
			time.Sleep(59 * time.Minute)
			refused(r, r.keys[0].AccessKeyID+" (made 1 hour ago, used 59 minutes ago)", core.FinishOptions{Delete: true}, fault.HintForce)
			time.Sleep(time.Minute)
			if plan, err := r.e.PlanFinishRotation(t.Context(), "ann", core.FinishOptions{Delete: true}); err != nil || len(plan.Steps) != 1 || plan.Steps[0].Verb != core.Delete {
				t.Errorf("after an hour: %v, %v", plan, err)
			}
			must(t, r.use(0))
			r.mustApply(r.e.PlanFinishRotation(t.Context(), "ann", core.FinishOptions{Force: true}))
			must(t, r.use(1))
			wantCode(t, r.use(0), fault.Unauthenticated)
		})
	})
	t.Run("the newest does not work", func(t *testing.T) {
		in(t, memory.Options{}, nil, func(t *testing.T, r *rotation) {
			r.rotate(core.RotateOptions{})
			r.status(1, driver.KeyInactive)
			refused(r, r.keys[1].AccessKeyID+" (inactive, made just now), does not work", core.FinishOptions{Force: true}, "")
		})
	})
	t.Run("the newest ends earlier", func(t *testing.T) {
		in(t, likeMinIO, asMinIO, func(t *testing.T, r *rotation) {
			r.rotate(core.RotateOptions{Expires: time.Now().Add(time.Hour)})
			refused(r, ", before "+r.keys[0].AccessKeyID+" (made 1 minute ago) does; the access would end sooner", core.FinishOptions{}, fault.HintForce)
			must(t, r.use(0))
			if plan, err := r.e.PlanFinishRotation(t.Context(), "ann", core.FinishOptions{Force: true}); err != nil || len(plan.Steps) != 1 {
				t.Errorf("with force: %v, %v", plan, err)
			}
			r.mustApply(r.e.PlanEndKeys(t.Context(), "ann", time.Now().Add(30*time.Minute)))
			if plan, err := r.e.PlanFinishRotation(t.Context(), "ann", core.FinishOptions{}); err != nil || len(plan.Steps) != 1 {
				t.Errorf("both end at the same time: %v, %v", plan, err)
			}
			time.Sleep(time.Hour)
			refused(r, r.keys[1].AccessKeyID+" (at its end, made 1 hour ago), does not work", core.FinishOptions{Force: true}, "")
		})
	})
	t.Run("nothing tells", func(t *testing.T) {
		in(t, likeMinIO, asMinIO, func(t *testing.T, r *rotation) {
			foreign, err := r.d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "ann"})
			must(t, err)
			refused(r, "nothing tells when the access key "+foreign.AccessKeyID+" was made", core.FinishOptions{}, fault.HintForce)
			r.mustApply(r.e.PlanFinishRotation(t.Context(), "ann", core.FinishOptions{Force: true}))
			must(t, r.use(0))
			must(t, r.d.DeleteAccessKey(t.Context(), driver.DeleteAccessKeyRequest{UserName: "ann", AccessKeyID: r.keys[0].AccessKeyID}))
			_, err = r.d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "ann"})
			must(t, err)
			r.mustApply(r.e.PlanSetKeyStatus(t.Context(), "ann", foreign.AccessKeyID, driver.KeyActive))
			refused(r, "is the newest; delete those that are not needed", core.FinishOptions{Force: true}, "")
		})
	})
	t.Run("in the same second", func(t *testing.T) {
		in(t, memory.Options{}, nil, func(t *testing.T, r *rotation) {
			_, err := r.d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "ann"})
			must(t, err)
			refused(r, "is newer; delete the one", core.FinishOptions{Force: true}, "")
		})
	})
	t.Run("no key, no user", func(t *testing.T) {
		in(t, memory.Options{}, nil, func(t *testing.T, r *rotation) {
			if plan, err := r.e.PlanFinishRotation(t.Context(), "ann", core.FinishOptions{}); err != nil || len(plan.Steps) > 0 {
				t.Errorf("one key: %v, %v", plan, err)
			}
			must(t, r.d.DeleteAccessKey(t.Context(), driver.DeleteAccessKeyRequest{UserName: "ann", AccessKeyID: r.keys[0].AccessKeyID}))
			refused(r, "has no access key", core.FinishOptions{Force: true}, "")
			_, err := r.e.PlanFinishRotation(t.Context(), "bob", core.FinishOptions{})
			wantCode(t, err, fault.NotFound)
			_, err = r.e.PlanRotate(t.Context(), "bob", core.RotateOptions{})
			wantCode(t, err, fault.NotFound)
		})
	})
	t.Run("one's own key", func(t *testing.T) {
		in(t, memory.Options{}, nil, func(t *testing.T, r *rotation) {
			r.rotate(core.RotateOptions{})
			own := tagging(t, asKey{r.d, r.keys[0].AccessKeyID})
			_, err := own.PlanFinishRotation(t.Context(), "ann", core.FinishOptions{Force: true})
			wantCode(t, err, fault.FailedPrecondition)
			_, err = own.PlanEndKeys(t.Context(), "ann", time.Now().Add(time.Hour))
			wantCode(t, err, fault.FailedPrecondition)
			r.status(0, driver.KeyInactive)
			_, err = own.PlanRotate(t.Context(), "ann", core.RotateOptions{ReplaceOldest: true})
			wantCode(t, err, fault.FailedPrecondition)
		})
	})
}

func TestKeysWithoutAStatusAreDeletedInTheEnd(t *testing.T) {
	in(t, memory.Options{Without: []driver.Capability{driver.CapKeyStatus}}, nil, func(t *testing.T, r *rotation) {
		r.rotate(core.RotateOptions{})
		r.mustApply(r.e.PlanFinishRotation(t.Context(), "ann", core.FinishOptions{Force: true}))
		if keys := r.there(); len(keys) != 1 {
			t.Errorf("there is %v", keys)
		}
		must(t, r.use(1))
	})
}

// TestTwoKeysInOneSecond makes a key right after another one: it is newer all the same.
// ahead is a system of which the first key was made by a machine whose clock is two hours ahead.
type ahead struct{ driver.Driver }

func (a ahead) CreateAccessKey(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
	for i, tag := range req.Tags {
		if made, err := time.Parse(time.RFC3339, tag.Value); err == nil && len(slices.Collect(keyIDs(ctx, a.Driver, req.UserName))) == 0 {
			req.Tags[i].Value = made.Add(2 * time.Hour).Format(time.RFC3339)
		}
	}
	return a.Driver.CreateAccessKey(ctx, req)
}

func keyIDs(ctx context.Context, d driver.Driver, user string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for key, err := range d.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: user}) {
			if err != nil || !yield(key.AccessKeyID) {
				return
			}
		}
	}
}

// TestAKeyOfTheFutureIsNotTheNewest ends no key by the word of a clock that was wrong.
func TestAKeyOfTheFutureIsNotTheNewest(t *testing.T) {
	in(t, likeMinIO, func(d driver.Driver) driver.Driver { return ahead{asMinIO(d)} }, func(t *testing.T, r *rotation) {
		r.rotate(core.RotateOptions{})
		_, err := r.e.PlanFinishRotation(t.Context(), "ann", core.FinishOptions{})
		wantCode(t, err, fault.FailedPrecondition)
		plan, err := r.e.PlanFinishRotation(t.Context(), "ann", core.FinishOptions{Force: true})
		must(t, err)
		if len(plan.Steps) != 1 || plan.Steps[0].Resource.Name != r.keys[0].AccessKeyID {
			t.Errorf("the plan ends %v", plan.Steps)
		}
	})
}

func TestTwoKeysInOneSecond(t *testing.T) {
	in(t, memory.Options{}, nil, func(t *testing.T, r *rotation) {
		r.keys = append(r.keys, *r.mustApply(r.e.PlanRotate(t.Context(), "ann", core.RotateOptions{})).AccessKey)
		r.mustApply(r.e.PlanFinishRotation(t.Context(), "ann", core.FinishOptions{Force: true}))
		must(t, r.use(1))
	})
}

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
	_, err = engine(t, open(t, kinds["with one key a user"])).PlanRotate(t.Context(), "ann", core.RotateOptions{})
	wantCode(t, err, fault.Unsupported)
}

// TestVerifyUser tries new keys of users: as they should be, late, of another user, and with other access than the policies say.
func TestVerifyUser(t *testing.T) {
	for kind, options := range map[string]memory.Options{"with policies of users": {}, "with bucket policies": kinds["with bucket policies"]} {
		for name, c := range map[string]struct {
			want core.Verdict
			code fault.Code
			late int32
			lie  func(*rotation)
			user string
		}{
			"as it should be": {want: core.AsAsked},
			"late":            {want: core.AsAsked, late: 9},
			"of another":      {code: fault.Unauthenticated, user: "bob"},
			"off":             {code: fault.Unauthenticated, lie: func(r *rotation) { r.status(0, driver.KeyInactive) }},
			"narrower": {want: core.Narrower, lie: func(r *rotation) {
				putBucketPolicy(r.T, r.e, "one", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::one/*"}]}`)
			}},
			"wider": {want: core.Wider, lie: func(r *rotation) {
				putBucketPolicy(r.T, r.e, "two", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::two/*"}]}`)
			}},
		} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				in(t, options, nil, func(t *testing.T, r *rotation) {
					must(t, r.d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "two"}))
					create(t, r.e, core.CreateOptions{Buckets: []string{"three"}, CreateBuckets: true, UserName: "bob"})
					access, err := r.e.AccessOf(t.Context(), map[bool]string{true: c.user, false: "ann"}[c.user != ""])
					must(t, err)
					if c.lie != nil {
						c.lie(r)
					}
					lying := &lyingSystem{Driver: r.d}
					lying.late.Store(c.late)
					key := driver.Credentials{AccessKeyID: r.keys[0].AccessKeyID, SecretAccessKey: r.keys[0].SecretAccessKey}
					found, err := lying.as(t, r.system, key).VerifyUserWithin(t.Context(), access, "two", 20*time.Second)
					if fault.CodeOf(err) != c.code || err == nil && found.Verdict() != c.want {
						t.Errorf("%s, %v, want %s %s: %v", found.Verdict(), err, c.want, c.code, append(found.With(core.Wider), found.With(core.Narrower)...))
					}
				})
			})
		}
	}
}

// TestVerifyUserWithABoundary expects nothing that the boundary does not allow.
func TestVerifyUserWithABoundary(t *testing.T) {
	in(t, memory.Options{}, nil, func(t *testing.T, r *rotation) {
		bound := r.e.Description().Boundaries.ReadOnly
		_, result := create(t, r.e, core.CreateOptions{Buckets: []string{"one"}, UserName: "bob", PermissionsBoundary: bound})
		access, err := r.e.AccessOf(t.Context(), "bob")
		must(t, err)
		if access.Boundary == nil {
			t.Fatalf("the boundary is not known: %v", access.Unknown)
		}
		key := driver.Credentials{AccessKeyID: result.AccessKey.AccessKeyID, SecretAccessKey: result.AccessKey.SecretAccessKey}
		found, err := (&lyingSystem{Driver: r.d}).as(t, r.system, key).VerifyUserWithin(t.Context(), access, "", time.Second)
		if err != nil || found.Verdict() != core.AsAsked {
			t.Errorf("%s, %v: %v", found.Verdict(), err, append(found.With(core.Wider), found.With(core.Narrower)...))
		}
	})
}

// TestAKeyThatIsNotProvenIsUndone undoes a new key, and leaves the others as they are.
func TestAKeyThatIsNotProvenIsUndone(t *testing.T) {
	in(t, memory.Options{}, nil, func(t *testing.T, r *rotation) {
		before := snapshot(t, r.d)
		plan, err := r.e.PlanRotate(t.Context(), "ann", core.RotateOptions{})
		must(t, err)
		applied, err := r.e.Apply(t.Context(), plan, nil)
		must(t, err)
		err = applied.Rollback(t.Context(), "the verification", errors.New("the key does not work"))
		wantOrphans(t, err)
		if after := snapshot(t, r.d); !slices.Equal(before, after) {
			t.Errorf("it is not as before: %s", cmp.Diff(before, after))
		}
		must(t, r.use(0))
	})
}
