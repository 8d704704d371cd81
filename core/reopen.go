package core

import (
	"context"
	"errors"
	"fmt"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// reopening is the driver that a rollback goes on with after the run's own has ended, or why there is none.
type reopening struct {
	driver driver.Driver
	err    error
}

// undo rolls one step back. If the run's driver has ended, it opens another, once for the whole rollback, and tries again.
// What the other driver does not find, though this run made it for certain and nothing has removed it, it asks for again: it
// cannot know what is new.
func (a *Applied) undo(ctx context.Context, s Step, o Outcome, uncertain bool) (found bool, err error) {
	there := !uncertain && (a.reopened != nil || a.ended())
	once := func() (err error) {
		found, err = a.undoOnce(ctx, s, o, uncertain)
		return err
	}
	err = once()
	if errors.Is(err, fault.Unavailable) && a.ended() {
		if a.reopened == nil {
			a.reopen(ctx)
		}
		if a.reopened.err != nil {
			return found, fmt.Errorf("%w; undoing it failed too: %w", err, a.reopened.err)
		}
		err = once()
	}
	if there && errors.Is(err, fault.NotFound) {
		err = a.engine.await(ctx, once)
	}
	return found, err
}

func (a *Applied) ended() bool {
	d, ok := a.engine.driver.(driver.Reopener)
	return ok && d.Ended()
}

// reopen puts an engine on another driver into the place of the run's own.
func (a *Applied) reopen(ctx context.Context) {
	again := &reopening{}
	a.reopened = again
	if again.driver, again.err = a.engine.driver.(driver.Reopener).Reopen(ctx); again.err != nil {
		return
	}
	engine, err := New(ctx, again.driver, WithSleep(a.engine.sleep), WithAbort(a.engine.abort), WithSlowRollback(a.engine.slow))
	if err != nil {
		again.err = err
		return
	}
	a.engine = engine
}

// closeReopened ends what reopen opened. The result of the rollback is known by then.
func (a *Applied) closeReopened() {
	if a.reopened != nil && a.reopened.driver != nil {
		_ = a.reopened.driver.Close()
		a.reopened = nil
	}
}
