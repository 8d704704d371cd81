package core_test

import (
	"context"
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

// late is a system on which what is written takes effect a second after it was sent, also if nobody waits for the answer.
type late struct {
	driver.Driver
	method string
}

func (d late) write(ctx context.Context, method string, do func(context.Context) error) error {
	if method != d.method {
		return do(ctx)
	}
	done := make(chan error, 1)
	go func() {
		time.Sleep(time.Second)
		done <- do(context.WithoutCancel(ctx))
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d late) CreateBucket(ctx context.Context, req driver.CreateBucketRequest) error {
	return d.write(ctx, "CreateBucket", func(ctx context.Context) error { return d.Driver.CreateBucket(ctx, req) })
}

func (d late) PutBucketSetting(ctx context.Context, req driver.PutBucketSettingRequest) error {
	return d.write(ctx, "PutBucketSetting", func(ctx context.Context) error { return d.Driver.PutBucketSetting(ctx, req) })
}

func (d late) CreateUser(ctx context.Context, req driver.CreateUserRequest) (made driver.CreateUserResponse, err error) {
	err = d.write(ctx, "CreateUser", func(ctx context.Context) (err error) { made, err = d.Driver.CreateUser(ctx, req); return err })
	return made, err
}

func (d late) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	return d.write(ctx, "PutPolicy", func(ctx context.Context) error { return d.Driver.PutPolicy(ctx, req) })
}

// TestWhatIsUnderWayIsWaitedFor interrupts a run while something is written. The answer is waited for, and all is undone.
func TestWhatIsUnderWayIsWaitedFor(t *testing.T) {
	for _, method := range []string{"CreateBucket", "PutBucketSetting", "CreateUser", "PutPolicy"} {
		synctest.Test(t, func(t *testing.T) {
			d := open(t, memory.Options{})
			before := snapshot(t, d)
			e := engine(t, late{d, method})
			ctx, cancel := context.WithCancel(t.Context())
			plan, err := e.PlanCreate(ctx, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, Public: true})
			must(t, err)
			time.AfterFunc(time.Second/2, cancel)
			_, err = e.Apply(ctx, plan, nil)
			wantOrphans(t, err)
			time.Sleep(time.Minute)
			if diff := cmp.Diff(before, snapshot(t, d)); diff != "" || !strings.HasPrefix(err.Error(), "interrupted") {
				t.Errorf("%s: %v (-before +after):\n%s", method, err, diff)
			}
		})
	}
}

// TestOrphansAreWorded words what is left behind.
func TestOrphansAreWorded(t *testing.T) {
	gone := fault.New(fault.Unavailable, "gone")
	p := core.Resource{Kind: core.KindPolicy, Name: "p", Owner: driver.UserPrincipal("ann")}
	for want, o := range map[string]core.Orphan{
		"policy 'p' of user 'ann' (may have been made: gone)":                 {Step: core.Step{Verb: core.Put, Resource: p}, Uncertain: true, Err: gone},
		"policy 'p' of user 'ann' (gone)":                                     {Step: core.Step{Verb: core.Put, Resource: p}, Err: gone},
		"policy 'p' of user 'ann' (may have been removed: gone)":              {Step: core.Step{Verb: core.Delete, Resource: p}, Uncertain: true, Err: gone},
		"policy 'p' of user 'ann' (is removed, and cannot be put back: gone)": {Step: core.Step{Verb: core.Delete, Resource: p}, Err: gone},
	} {
		if o.String() != want {
			t.Errorf("%q, want %q", o, want)
		}
	}
}
