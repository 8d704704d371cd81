package core_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// ending is a faulty driver that can be opened again once it is gone, unless refusal says why it cannot.
type ending struct {
	*faulty
	refusal          error
	reopened, closed int
	// misses is how often the further driver does not find what is there.
	misses int
}

func (d *ending) Ended() bool { return d.gone }

func (d *ending) Reopen(context.Context) (driver.Driver, error) {
	if !d.gone {
		panic("the driver has not ended")
	}
	d.reopened++
	if d.refusal != nil {
		return nil, d.refusal
	}
	return &further{Driver: d.Driver, of: d}, nil
}

// further is what Reopen opens.
type further struct {
	driver.Driver
	of *ending
}

func (d *further) Close() error { d.of.closed++; return nil }

func (d *further) HeadBucket(ctx context.Context, req driver.HeadBucketRequest) (driver.BucketDetail, error) {
	if d.of.misses--; d.of.misses >= 0 {
		return driver.BucketDetail{}, fault.New(fault.NotFound, "not yet")
	}
	return d.Driver.HeadBucket(ctx, req)
}

// refusing is a faulty driver over one that can be opened again.
type refusing struct {
	*faulty
	ending *ending
}

func (d refusing) Ended() bool { return d.ending.gone }

func (d refusing) Reopen(ctx context.Context) (driver.Driver, error) { return d.ending.Reopen(ctx) }

// TestADriverThatEndsInAPlan ends the driver in each step in turn, before it takes effect and after. The rollback opens it
// once more, and the system is as it was, or the error names what is left.
func TestADriverThatEndsInAPlan(t *testing.T) {
	for kind, options := range kinds {
		description, err := open(t, options).Describe(t.Context())
		must(t, err)
		for name, run := range runs(description) {
			for how, says := range map[failure]string{killed: "before", killedAfter: "after"} {
				t.Run(fmt.Sprintf("%s/%s/%s", kind, name, says), func(t *testing.T) {
					for at := 1; endInPlan(t, options, run, at, 0, how); at++ {
						continue
					}
				})
			}
		}
	}
}

// TestADriverThatEndsInARollback refuses each step in turn, and then ends the driver in each call of the rollback.
func TestADriverThatEndsInARollback(t *testing.T) {
	for name, run := range runs(driver.Description{Capabilities: driver.AllCapabilities()}) {
		for how, says := range map[failure]string{killed: "before", killedAfter: "after"} {
			t.Run(name+"/"+says, func(t *testing.T) {
				for at := 2; endInPlan(t, memory.Options{}, run, at, 1, how); at++ {
					for undo := 2; undo < at; undo++ {
						endInPlan(t, memory.Options{}, run, at, undo, how)
					}
				}
			})
		}
	}
}

// endInPlan ends the driver in a step of a create; or, where undo is not 0, refuses the step and ends the driver in that call
// of the rollback. It reports whether the create has such a step.
func endInPlan(t *testing.T, options memory.Options, run core.CreateOptions, at, undo int, how failure) bool {
	t.Helper()
	d := prepared(t, options)
	before := snapshot(t, d)
	broken := &ending{faulty: &faulty{Driver: d, at: at, how: how}}
	var used driver.Driver = broken
	if undo > 0 {
		broken.at = at - 1 + undo
		used = refusing{&faulty{Driver: broken, at: at, how: refused}, broken}
	}
	e := engine(t, used)
	plan, err := e.PlanCreate(t.Context(), run)
	must(t, err)
	if at > len(plan.Steps) {
		return false
	}
	_, err = e.Apply(t.Context(), plan, nil)
	if broken.gone != (broken.reopened == 1) || broken.closed != broken.reopened {
		t.Errorf("step %d, undo %d: opened %d times more, closed %d times: %v", at, undo, broken.reopened, broken.closed, err)
	}
	checkAftermath(t, plan.Steps[at-1], lost, before, snapshot(t, d), err)
	return true
}

// TestADriverThatCannotBeReopened names what stays, and why. It is tried once for all of it.
func TestADriverThatCannotBeReopened(t *testing.T) {
	d := prepared(t, memory.Options{})
	refusal := errors.New("the program is gone")
	broken := &ending{faulty: &faulty{Driver: d, at: 3, how: killed}, refusal: refusal}
	e := engine(t, broken)
	plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true})
	must(t, err)
	before := snapshot(t, d)
	_, err = e.Apply(t.Context(), plan, nil)
	var failed *core.ApplyError
	if !errors.As(err, &failed) || len(failed.Orphans) != 3 || broken.reopened != 1 || cmp.Equal(before, snapshot(t, d)) {
		t.Fatalf("opened %d times more: %v", broken.reopened, err)
	}
	for _, o := range failed.Orphans {
		if !strings.Contains(o.String(), refusal.Error()) {
			t.Errorf("the error does not say why it stayed: %v", o)
		}
	}
}

// TestAReopenedDriverThatLags rolls back on a driver that does not find at once what the run made: nothing is taken for gone.
func TestAReopenedDriverThatLags(t *testing.T) {
	d := prepared(t, memory.Options{})
	before := snapshot(t, d)
	broken := &ending{faulty: &faulty{Driver: d, at: 3, how: killed}, misses: 5}
	e, waits := patient(t, broken)
	plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"new"}, CreateBuckets: true, UserName: "new"})
	must(t, err)
	_, err = e.Apply(t.Context(), plan, nil)
	wantCode(t, err, fault.Unavailable)
	if diff := cmp.Diff(before, snapshot(t, d)); diff != "" || *waits != 4 {
		t.Errorf("after %d waits, want 4 (-before +after):\n%s\n%v", *waits, diff, err)
	}
}

// TestADriverThatEndedDoesNotGoOn makes a further plan on a driver that has ended: only the rollback was on another one.
func TestADriverThatEndedDoesNotGoOn(t *testing.T) {
	broken := &ending{faulty: &faulty{Driver: prepared(t, memory.Options{}), at: 1, how: killed}}
	e := engine(t, broken)
	for range 2 {
		plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true})
		if err == nil {
			_, err = e.Apply(t.Context(), plan, nil)
		}
		wantCode(t, err, fault.Unavailable)
	}
}
