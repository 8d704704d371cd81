package core_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// slow is a system whose removals take time. One that hangs answers nothing at all while it removes something.
type slow struct {
	driver.Driver
	takes  time.Duration
	hangs  bool
	whoAmI error
}

func (d *slow) wait(ctx context.Context) error {
	select {
	case <-time.After(d.takes):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *slow) DeleteUser(ctx context.Context, req driver.DeleteUserRequest) error {
	if err := d.wait(ctx); err != nil {
		return err
	}
	return d.Driver.DeleteUser(ctx, req)
}

func (d *slow) DeleteBucket(ctx context.Context, req driver.DeleteBucketRequest) error {
	if err := d.wait(ctx); err != nil {
		return err
	}
	return d.Driver.DeleteBucket(ctx, req)
}

func (d *slow) WhoAmI(ctx context.Context) (driver.Caller, error) {
	if d.hangs {
		return driver.Caller{}, d.wait(ctx)
	}
	return driver.Caller{}, d.whoAmI
}

// TestHowLongARollbackTakes undoes a create on systems that are slow. One that answers gets the time that it needs, all
// of them together are bounded, and one that does not answer gets no more than five seconds for each step.
func TestHowLongARollbackTakes(t *testing.T) {
	for name, test := range map[string]struct {
		slow    slow
		abort   time.Duration
		took    time.Duration
		orphans []string
	}{
		"at once":              {slow: slow{}},
		"lagging":              {slow: slow{takes: 20 * time.Second}, took: 40 * time.Second},
		"lagging, no identity": {slow: slow{takes: 20 * time.Second, whoAmI: fault.New(fault.PermissionDenied, "no")}, took: 40 * time.Second},
		"for ever":             {slow: slow{takes: time.Hour}, took: 45 * time.Second, orphans: []string{"user 'ann'", "bucket one"}},
		"hanging":              {slow: slow{takes: time.Hour, hangs: true}, took: 10 * time.Second, orphans: []string{"user 'ann'", "bucket one"}},
		"hanging for a while":  {slow: slow{takes: 4 * time.Second, hangs: true}, took: 8 * time.Second},
		"aborted":              {slow: slow{takes: 20 * time.Second}, abort: 7 * time.Second, took: 7 * time.Second, orphans: []string{"user 'ann'", "bucket one"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := test.slow
				d.Driver = open(t, memory.Options{})
				abort, cancel := context.WithCancel(t.Context())
				defer cancel()
				var said []string
				e, err := core.New(t.Context(), &d, core.WithAbort(abort), core.WithSlowRollback(func(s core.Step) { said = append(said, s.String()) }))
				must(t, err)
				plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann"})
				must(t, err)
				applied, err := e.Apply(t.Context(), plan, nil)
				must(t, err)
				if test.abort > 0 {
					time.AfterFunc(test.abort, cancel)
				}
				began := time.Now()
				err = applied.Rollback(t.Context(), "it", errGone)
				if took := time.Since(began); took != test.took {
					t.Errorf("it took %s, want %s", took, test.took)
				}
				wantOrphans(t, err, test.orphans...)
				if (len(said) > 0) != (test.took > 0) || (len(said) > 0 && said[0] != "user 'ann'") {
					t.Errorf("said %q", said)
				}
				if test.slow.hangs && len(test.orphans) > 0 && !strings.Contains(err.Error(), "the system does not answer") {
					t.Errorf("it does not say why: %v", err)
				}
			})
		})
	}
}
