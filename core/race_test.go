package core_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// interrupted is a system on which somebody else does something just before a method is called for the first time after
// the plan is made: apply arms it.
type interrupted struct {
	driver.Driver
	method string
	do     func()
}

// openInterrupted opens a system of a kind.
func openInterrupted(t *testing.T, kind string) *interrupted {
	t.Helper()
	i := &interrupted{}
	options := kinds[kind]
	options.Before = func(_ context.Context, method string) error {
		if do := i.do; do != nil && method == i.method {
			i.do = nil
			do()
		}
		return nil
	}
	i.Driver = open(t, options)
	return i
}

// before arms the system.
func (i *interrupted) before(method string, do func()) { i.method, i.do = method, do }

// patient returns an engine that does not really wait, and counts how often it would.
func patient(t *testing.T, d driver.Driver) (*core.Engine, *int) {
	t.Helper()
	waits := 0
	e, err := core.New(t.Context(), d, core.WithSleep(func(ctx context.Context, _ time.Duration) error {
		waits++
		return ctx.Err()
	}))
	must(t, err)
	return e, &waits
}

// wantOrphans fails the test unless the error leaves just these resources behind.
func wantOrphans(t *testing.T, err error, want ...string) {
	t.Helper()
	var failed *core.ApplyError
	if !errors.As(err, &failed) {
		t.Fatalf("the error is no ApplyError: %v", err)
	}
	var got []string
	for _, o := range failed.Orphans {
		got = append(got, o.Step.Resource.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("left behind are %q, want %q: %v", got, want, err)
	}
}

// TestAKeyWhoseUserIsDeletedMeanwhile lets another run delete the user before the key is handed out.
func TestAKeyWhoseUserIsDeletedMeanwhile(t *testing.T) {
	for kind, method := range map[string]string{
		"with policies of users": "GetPolicy", "with bucket policies": "GetBucketSetting", "with one key a user": "GetUser",
	} {
		t.Run(kind, func(t *testing.T) {
			d := openInterrupted(t, kind)
			e, waits := patient(t, d)
			must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
			before := snapshot(t, d)
			plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, UserName: "ann"})
			must(t, err)
			_, err = e.Apply(t.Context(), plan, func(s core.Step, _ core.Outcome) {
				if s.Verb == plan.Steps[len(plan.Steps)-1].Verb && s.Resource == plan.Steps[len(plan.Steps)-1].Resource {
					d.before(method, func() { remove(t, engine(t, d.Driver), "ann") })
				}
			})
			wantCode(t, err, fault.Aborted)
			if *waits != 19 || !strings.Contains(err.Error(), "'ann'") {
				t.Errorf("after %d waits: %v", *waits, err)
			}
			if diff := cmp.Diff(before, snapshot(t, d)); diff != "" {
				t.Errorf("the system is not as it was (-before +after):\n%s", diff)
			}
		})
	}
}

// lagging is a system whose answers lag behind: each look at a policy or user misses it some times.
type lagging struct {
	driver.Driver
	misses int
}

func (d *lagging) miss() error {
	if d.misses--; d.misses >= 0 {
		return fault.New(fault.NotFound, "not yet")
	}
	return nil
}

func (d *lagging) GetPolicy(ctx context.Context, req driver.GetPolicyRequest) (driver.PolicyDocument, error) {
	if err := d.miss(); err != nil {
		return driver.PolicyDocument{}, err
	}
	return d.Driver.GetPolicy(ctx, req)
}

func (d *lagging) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	if err := d.miss(); err != nil {
		return err
	}
	return d.Driver.PutPolicy(ctx, req)
}

// TestAnAnswerThatLagsIsWaitedFor makes a user on a system that does not know it, and then its policy, for some seconds.
func TestAnAnswerThatLagsIsWaitedFor(t *testing.T) {
	d := &lagging{Driver: open(t, memory.Options{})}
	e, waits := patient(t, d)
	plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true})
	must(t, err)
	_, err = e.Apply(t.Context(), plan, func(s core.Step, _ core.Outcome) {
		if s.Resource.Kind == core.KindUser || s.Resource.Kind == core.KindAccessKey {
			d.misses = 15
		}
	})
	must(t, err)
	if *waits != 30 {
		t.Errorf("waited %d times, want 15 for the user and 15 for the policy", *waits)
	}
}

// TestAPolicyThatAnotherRunChanged lets another run put a policy of the same name before the key is handed out.
func TestAPolicyThatAnotherRunChanged(t *testing.T) {
	d := openInterrupted(t, "with policies of users")
	e, _ := patient(t, d)
	plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann", Prefix: "a/"})
	must(t, err)
	other, err := policy.Build(policy.Grants(policy.ReadWrite, "b/", "one"), policy.Options{})
	must(t, err)
	d.before("CreateAccessKey", func() {
		must(t, d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: driver.UserPrincipal("ann"), Name: "s3.read-write.one", Document: other.JSON()}))
	})
	_, err = e.Apply(t.Context(), plan, nil)
	wantCode(t, err, fault.Aborted)
}

// TestUndoLeavesAnotherRunsAccess rolls back a run whose user got a key from another run: before the rollback, and in it.
func TestUndoLeavesAnotherRunsAccess(t *testing.T) {
	for _, kind := range keyed {
		for _, moment := range []string{"", "DeleteUser"} {
			t.Run(kind+"/"+moment, func(t *testing.T) {
				d := openInterrupted(t, kind)
				e := engine(t, d)
				must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
				plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, UserName: "ann"})
				must(t, err)
				applied, err := e.Apply(t.Context(), plan, nil)
				must(t, err)
				var other driver.AccessKey
				makeKey := func() {
					other, err = d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "ann"})
					must(t, err)
				}
				if moment == "" {
					makeKey()
				} else {
					d.before(moment, makeKey)
				}
				err = applied.Rollback(t.Context(), "it", errGone)
				wantGrants(t, e, "ann", "s3.read-write.one")
				if key := firstKey(t, e, "ann"); key != other.AccessKeyID || applied.Result().AccessKey != nil {
					t.Errorf("the key is %s, want %s alone", key, other.AccessKeyID)
				}
				var failed *core.ApplyError
				if !errors.As(err, &failed) || len(failed.Orphans) != 2 || len(failed.RolledBack) != 1 {
					t.Errorf("want the key undone, policy and user left behind: %v", err)
				}
			})
		}
	}
}

// TestDeleteUserTakesWhatAppearsMeanwhile gives the user a further key while it is being deleted.
func TestDeleteUserTakesWhatAppearsMeanwhile(t *testing.T) {
	for _, kind := range keyed {
		t.Run(kind, func(t *testing.T) {
			d := openInterrupted(t, kind)
			e := engine(t, d)
			create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann"})
			plan, err := e.PlanDeleteUser(t.Context(), "ann")
			must(t, err)
			var late driver.AccessKey
			d.before("DeleteUser", func() {
				late, err = d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "ann"})
				must(t, err)
			})
			var deleted []string
			_, err = e.Apply(t.Context(), plan, func(s core.Step, _ core.Outcome) { deleted = append(deleted, s.Resource.Name) })
			must(t, err)
			if !slices.Contains(deleted, late.AccessKeyID) {
				t.Errorf("the key %s is not reported as deleted: %v", late.AccessKeyID, deleted)
			}
			_, err = e.GetUser(t.Context(), driver.GetUserRequest{Name: "ann"})
			wantCode(t, err, fault.NotFound)
		})
	}
}
