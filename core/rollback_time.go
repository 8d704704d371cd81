package core

import (
	"context"
	"time"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

const (
	// rollbackTimeout bounds a whole rollback. On AWS, what a run has just made may be unknown for 20 s, which a backend waits
	// for; two such waits fit.
	rollbackTimeout = 45 * time.Second
	// quietTime is how long the rollback of a step may take before it is looked at whether the system still answers, and how
	// long it has for that answer. One that does not answer at all keeps a person waiting for twice that for each step.
	quietTime = 2500 * time.Millisecond
)

// rollbackContext returns the context of a whole rollback.
func (a *Applied) rollbackContext(ctx context.Context) (context.Context, context.CancelFunc) {
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTimeout)
	stop := context.AfterFunc(a.engine.abort, cancel)
	return bounded, func() { stop(); cancel() }
}

// watch runs the rollback of a step. It goes on as long as the system answers something, which a system that does not know yet
// what is new does; one that does not answer has no more than twice quietTime.
func (a *Applied) watch(ctx context.Context, s Step, undo func(context.Context) error) error {
	undoing, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		err := error(fault.New(fault.Internal, "the rollback did not end"))
		defer func() { done <- err }()
		err = undo(undoing)
	}()
	ended, err := within(quietTime, done)
	if !ended {
		a.engine.slow(s)
	}
	for !ended {
		select {
		case err = <-done:
			return err
		case alive := <-a.engine.answers(undoing):
			if alive {
				ended, err = within(2*quietTime, done)
				continue
			}
		}
		cancel()
		if err = <-done; err != nil && ctx.Err() == nil {
			err = fault.Wrap(fault.DeadlineExceeded, err, "the system does not answer")
		}
		return err
	}
	return err
}

// within waits for an error for a time.
func within(d time.Duration, done <-chan error) (ended bool, err error) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case err := <-done:
		return true, err
	case <-timer.C:
		return false, nil
	}
}

// answers reports whether the system answers a small question, with whatever it may be, within quietTime. It takes that long to
// say no.
func (e *Engine) answers(ctx context.Context) <-chan bool {
	answer := make(chan bool, 1)
	go func() {
		ctx, cancel := context.WithTimeout(ctx, quietTime)
		defer cancel()
		_, err := e.WhoAmI(ctx)
		if err == nil || fault.CodeOf(err) == fault.PermissionDenied {
			answer <- true
			return
		}
		<-ctx.Done()
		answer <- false
	}()
	return answer
}
