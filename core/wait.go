package core

import (
	"context"
	"errors"
	"time"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// lookPause is the time between two looks for what a run has just made and a system that lags may not know yet.
const lookPause = time.Second

// Option changes how an engine works.
type Option func(*Engine)

// WithSleep makes the engine wait by calling sleep, which returns the context's error if the context ends first. Without it
// the engine waits in real time.
func WithSleep(sleep func(ctx context.Context, d time.Duration) error) Option {
	return func(e *Engine) { e.sleep = sleep }
}

// WithAbort makes rollbacks end at once when abort ends: what they have not rolled back by then is named in the error. They go
// on when the context of the call ends.
func WithAbort(abort context.Context) Option {
	return func(e *Engine) { e.abort = abort }
}

// WithSlowRollback makes the engine call slow when the rollback of a step takes longer than a moment.
func WithSlowRollback(slow func(Step)) Option {
	return func(e *Engine) { e.slow = slow }
}

// sleep waits in real time.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// await does what needs something that this run made, until it is found, as long as the system may lag. Only the last NotFound is
// believed.
func (e *Engine) await(ctx context.Context, do func() error) error {
	for n := 1; ; n++ {
		err := do()
		if !errors.Is(err, fault.NotFound) || n >= e.description.Limits.LagSeconds {
			return err
		}
		if ended := e.sleep(ctx, lookPause); ended != nil {
			return ended
		}
	}
}
