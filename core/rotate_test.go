package core_test

import (
	"context"
	"iter"
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
