package core_test

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

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
			refused(r, "is the newest; delete those that are not needed", core.FinishOptions{Force: true}, fault.HintDeleteKey)
		})
	})
	t.Run("in the same second", func(t *testing.T) {
		in(t, memory.Options{}, nil, func(t *testing.T, r *rotation) {
			_, err := r.d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "ann"})
			must(t, err)
			refused(r, "is newer; delete the one", core.FinishOptions{Force: true}, fault.HintDeleteKey)
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

// TestTwoKeysInOneSecond makes a key right after another one: it is newer all the same.
func TestTwoKeysInOneSecond(t *testing.T) {
	in(t, memory.Options{}, nil, func(t *testing.T, r *rotation) {
		r.keys = append(r.keys, *r.mustApply(r.e.PlanRotate(t.Context(), "ann", core.RotateOptions{})).AccessKey)
		r.mustApply(r.e.PlanFinishRotation(t.Context(), "ann", core.FinishOptions{Force: true}))
		must(t, r.use(1))
	})
}
