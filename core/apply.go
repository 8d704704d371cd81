package core

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// rollbackTimeout bounds the rollback of one step. It runs after a failure or a Ctrl-C, so it must not keep a person
// waiting; it is long enough for an answer from a busy system.
const rollbackTimeout = 5 * time.Second

// Outcome is what came of one step, besides that it was done.
type Outcome struct {
	// AccessKey is the key that the step made, with its secret.
	AccessKey *driver.AccessKey
	// Session is the session that the step opened.
	Session *driver.Session
	// RoleARN is the role that the step made.
	RoleARN string
	// Ignored says that the system did not take what the step put: it made a user without the permissions boundary, or has
	// no public access block to open.
	Ignored bool

	// made says that a step took effect although it failed.
	made bool
}

// Applied is a plan whose steps are done, and what came of each.
type Applied struct {
	engine *Engine
	plan   *Plan
	// outcomes belong to the steps of the plan, as far as they are done.
	outcomes []Outcome
	// reopened is nil while the rollback needs no other driver than the engine's.
	reopened *reopening
}

// Result is what a plan handed out: an access key of a user, or a session.
type Result struct {
	AccessKey *driver.AccessKey
	Session   *driver.Session
	// UserKeys is how many access keys the user has now; 0 for a session.
	UserKeys int
}

// Result returns what the plan handed out; it is zero for a plan that hands out nothing.
func (a *Applied) Result() Result {
	var result Result
	for i, o := range a.outcomes {
		if o.AccessKey != nil {
			result.AccessKey, result.UserKeys = o.AccessKey, len(a.plan.Steps[i].before().AccessKeys)+1
		}
		if o.Session != nil {
			result.Session = o.Session
		}
	}
	return result
}

// Apply runs the steps of a plan in order. After each it calls report, if not nil. When a step fails, or the context ends,
// what this run made is rolled back, newest first, and the error is an [*ApplyError] with the code of the step's own
// error. InvalidArgument for a step whose verb is none for its resource.
func (e *Engine) Apply(ctx context.Context, plan *Plan, report func(Step, Outcome)) (*Applied, error) {
	run := &Applied{engine: e, plan: plan}
	for _, step := range plan.Steps {
		if err := ctx.Err(); err != nil {
			return nil, run.Rollback(ctx, step.String(), err)
		}
		outcome, err := run.step(ctx, step)
		if removes(step.Verb) && errors.Is(err, fault.NotFound) {
			err = nil // the request was repeated after a lost answer, or somebody else was faster
		}
		if err != nil {
			return nil, run.failed(ctx, step, outcome, err)
		}
		run.outcomes = append(run.outcomes, outcome)
		if report != nil {
			report(step, outcome)
		}
	}
	return run, nil
}

func removes(v Verb) bool { return v == Delete || v == Detach }

func (a *Applied) step(ctx context.Context, s Step) (Outcome, error) {
	operation := operations[s.Resource.Kind][s.Verb]
	if operation == nil {
		return Outcome{}, fault.New(fault.InvalidArgument, "a plan cannot %s a resource of the kind %q", s.Verb, s.Resource.Kind)
	}
	return operation(ctx, a, s)
}

// Rollback rolls all steps back, newest first, as if one more step had failed with cause: for a caller that could not
// hand on the result. What is a noun that names what the caller could not do, such as "the output". It always returns an
// [*ApplyError], whose Orphans are empty if nothing is left behind.
func (a *Applied) Rollback(ctx context.Context, what string, cause error) error {
	failed := &ApplyError{What: what, Err: cause}
	a.rollback(ctx, failed)
	return failed
}

// failed rolls back what is done, and the failed step too if it took effect, or may have.
func (a *Applied) failed(ctx context.Context, s Step, o Outcome, cause error) error {
	failed := &ApplyError{What: s.String(), Err: cause}
	if o.made || ambiguous(cause) {
		a.rollbackStep(context.WithoutCancel(ctx), failed, s, o, !o.made)
	}
	a.rollback(ctx, failed)
	return failed
}

func (a *Applied) rollback(ctx context.Context, failed *ApplyError) {
	ctx = context.WithoutCancel(ctx)
	for i := len(a.outcomes) - 1; i >= 0; i-- {
		a.rollbackStep(ctx, failed, a.plan.Steps[i], a.outcomes[i], false)
	}
	a.outcomes = nil
	a.closeReopened()
}

// rollbackStep rolls one step back and notes what came of it. Uncertain says that the step may not have taken effect.
func (a *Applied) rollbackStep(ctx context.Context, failed *ApplyError, s Step, o Outcome, uncertain bool) {
	if o.AccessKey != nil && s.Resource.Kind == KindAccessKey {
		s.Resource.Name = o.AccessKey.AccessKeyID
	}
	found, err := a.undo(ctx, s, uncertain)
	switch {
	case err == nil && !found:
		// There is nothing to roll back.
	case err == nil:
		failed.RolledBack = append(failed.RolledBack, s)
	case errors.Is(err, fault.NotFound) && removes(s.Verb):
		// What the step removed cannot be put back, because what it belonged to is gone.
		failed.Orphans = append(failed.Orphans, Orphan{Step: s, Uncertain: uncertain, Err: err})
	case errors.Is(err, fault.NotFound) && uncertain:
		// It had not been made.
	case errors.Is(err, fault.NotFound):
		failed.RolledBack = append(failed.RolledBack, s)
	default:
		failed.Orphans = append(failed.Orphans, Orphan{Step: s, Uncertain: uncertain, Err: err})
	}
}

// undoOnce applies the inverse of a step; found says that it has one.
func (a *Applied) undoOnce(ctx context.Context, s Step, uncertain bool) (found bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, rollbackTimeout)
	defer cancel()
	inverse, err := a.inverse(ctx, s, uncertain)
	for _, step := range inverse {
		_, stepErr := a.step(ctx, step)
		err = errors.Join(err, stepErr)
	}
	return len(inverse) > 0, err
}

// creates reports whether the plan itself creates the resource of that kind and name.
func (a *Applied) creates(kind ResourceKind, name string) bool {
	return slices.ContainsFunc(a.plan.Steps, func(s Step) bool {
		return s.Verb == Create && s.Resource.Kind == kind && s.Resource.Name == name
	})
}

// ambiguous reports whether a request that ended this way may have taken effect all the same.
func ambiguous(err error) bool {
	switch fault.CodeOf(err) {
	case fault.Unavailable, fault.Canceled, fault.DeadlineExceeded, fault.Internal, fault.Unknown, fault.Aborted, fault.DataLoss:
		return true
	}
	return false
}

// ApplyError says which step of a plan failed, and what became of the ones before it.
type ApplyError struct {
	// What names what could not be done.
	What string
	// Err is why.
	Err error
	// RolledBack are the steps of this run that were rolled back, newest first.
	RolledBack []Step
	// Orphans are what this run made, or may have made, and could not roll back, newest first.
	Orphans []Orphan
}

// Orphan is something that a failed run left behind.
type Orphan struct {
	Step Step
	// Uncertain says that it may not be there: the system did not answer.
	Uncertain bool
	// Err is why it could not be rolled back.
	Err error
}

// Error says in one sentence what failed, what was undone and what is left behind.
func (e *ApplyError) Error() string {
	var b strings.Builder
	if errors.Is(e.Err, context.Canceled) {
		b.WriteString("interrupted")
	} else {
		fmt.Fprintf(&b, "cannot finish %s: %v", e.What, e.Err)
	}
	if len(e.RolledBack) > 0 {
		fmt.Fprintf(&b, "; undone: %s", list(e.RolledBack))
	}
	if len(e.Orphans) > 0 {
		fmt.Fprintf(&b, "; left behind, please check and remove: %s", list(e.Orphans))
	}
	return b.String()
}

func list[T fmt.Stringer](items []T) string {
	names := make([]string, len(items))
	for i, item := range items {
		names[i] = item.String()
	}
	return strings.Join(names, ", ")
}

// Unwrap returns why the step failed, so that the error's code is that one's.
func (e *ApplyError) Unwrap() error { return e.Err }

// String names the orphan and why it is there.
func (o Orphan) String() string {
	if o.Uncertain {
		return fmt.Sprintf("%s (may have been made: %v)", o.Step, o.Err)
	}
	return fmt.Sprintf("%s (%v)", o.Step, o.Err)
}
