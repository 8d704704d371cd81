package main

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/audit"
	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// execution is one run that changes something, and what it notes for the audit log.
type execution struct {
	engine *core.Engine
	// log is nil where there is none; head is what the lines of the run have in common.
	log  *audit.Log
	head orderedjson.Object

	mu         sync.Mutex
	done       []doneStep
	undone     []orderedjson.Value
	left       []orderedjson.Value
	failures   []orderedjson.Value
	requestIDs []string
	// noted are the failed plans whose steps are noted.
	noted []*core.ApplyError
}

// doneStep is a step that was done; a final one stays done when the plan fails.
type doneStep struct {
	final bool
	value orderedjson.Object
}

// recorded carries a plan out. Where there is an audit log, it gets a line before the first change, and one at the end. A log that
// cannot be written ends the run before it changes anything.
func recorded(ctx context.Context, env *cli.Env, engine *core.Engine, plan *core.Plan, apply func(context.Context, *execution) error) error {
	e := &execution{engine: engine}
	log := connect.Of(env).Log
	log.Phase("change")
	defer log.Phase("result")
	path := connect.Of(env).AuditLog
	if path == "" || len(plan.Steps) == 0 {
		return apply(ctx, e)
	}
	planned, err := planValue(plan)
	if err != nil {
		return err
	}
	if e.log, err = audit.Open(path); err != nil {
		return err
	}
	defer e.log.Close()
	e.head = e.about(ctx, env)
	if err := e.log.Append(e.line("started", member("plan", planned))); err != nil {
		return err
	}
	return e.end(ctx, env, apply(driver.WithRequests(ctx, e.noteRequest), e))
}

// apply is core's Apply, and notes the steps.
func (e *execution) apply(ctx context.Context, plan *core.Plan, report func(core.Step, core.Outcome)) (*core.Applied, error) {
	var done []doneStep
	applied, err := e.engine.Apply(ctx, plan, func(s core.Step, o core.Outcome) {
		if !o.Existed { // else it is no change of this run
			done = append(done, doneStep{s.Final, doneValue(s, o)})
		}
		report(s, o)
	})
	if err != nil {
		done = finalOnly(done)
		e.noteError(err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.done = append(e.done, done...)
	return applied, err
}

func finalOnly(done []doneStep) []doneStep {
	return slices.DeleteFunc(done, func(s doneStep) bool { return !s.final })
}

// noteError notes what an error says of requests and, where it is that of a failed plan, of the steps that were undone or left. It
// reports whether it is a failed plan's that was not noted before.
func (e *execution) noteError(err error) bool {
	e.noteFailed(err)
	var failed *core.ApplyError
	if !errors.As(err, &failed) {
		return false
	}
	for _, o := range failed.Orphans {
		e.noteFailed(o.Err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if slices.Contains(e.noted, failed) {
		return false
	}
	e.noted = append(e.noted, failed)
	for _, s := range failed.RolledBack {
		e.undone = append(e.undone, changeOf(s))
	}
	for _, o := range failed.Orphans {
		e.left = append(e.left, leftValue(changeOf(o.Step), o.Uncertain, o.Err))
	}
	return true
}

// takeBack notes that what was done is gone again, or with an error that it is left.
func (e *execution) takeBack(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range e.done {
		if err == nil {
			e.undone = append(e.undone, s.value)
		} else {
			e.left = append(e.left, leftValue(s.value, false, err))
		}
	}
	e.done = nil
}

// end adds the last line, and returns what the run ends with.
func (e *execution) end(ctx context.Context, env *cli.Env, err error) error {
	if e.noteError(err) {
		e.done = finalOnly(e.done) // the whole plan was rolled back after it was done
	}
	logErr := e.log.Append(e.lastLine(ctx, env, err))
	switch {
	case logErr == nil:
		return err
	case err == nil:
		return cli.Failure("all is done, but not recorded: " + logErr.Error())
	}
	env.Step("Warning: %v", logErr)
	return err
}
