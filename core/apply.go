package core

import (
	"context"
	"errors"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Outcome is what came of one step, besides that it was done.
type Outcome struct {
	// AccessKey is the key that the step made, with its secret.
	AccessKey *driver.AccessKey
	// Session is the session that the step opened.
	Session *driver.Session
	// RoleARN is the role that the step made.
	RoleARN string
	// Emptied is how many objects, versions, delete markers and uploads the step deleted.
	Emptied int64
	// Ignored says that the system did not take what the step put: it made a user without the permissions boundary, or has
	// no public access block to open.
	Ignored bool
	// Untagged says that the user was made without tags, which the credentials may not set.
	Untagged bool
	// Existed says that what the step was to make was there already, because somebody else made it before: a bucket
	// of the caller's own, the role for sessions, a grant in a bucket's policy, or a policy that is to stay as it is. A rollback
	// leaves it there.
	Existed bool

	// made says that a step took effect although it failed.
	made bool
	// found is the setting that the step found in a bucket that the plan did not find.
	found *State
}

// Applied is a plan whose steps are done, and what came of each.
type Applied struct {
	engine *Engine
	plan   *Plan
	// outcomes belong to the steps of the plan, as far as they are done.
	outcomes []Outcome
	report   func(Step, Outcome)
	// proven are the buckets that this run, and nobody else, made for certain.
	proven map[string]bool
	// otherKeys are the keys that the user got from others meanwhile, and whose access this run changed.
	otherKeys []string
	// caller is who runs it; nil before that was asked.
	caller *driver.Caller
	// gaveWay says that another run had the time to finish what it began.
	gaveWay bool
	// undoing says that the run is being rolled back.
	undoing bool
	// unrestored is whose policy the run removed and could not put back: what it put in its place stays, so that there is access.
	unrestored driver.Principal
	// keyOf is the user who turned out to have a key that may be another run's; empty for none.
	keyOf string
	// reopened is nil while the rollback needs no other driver than the engine's.
	reopened *reopening
}

// Result is what a plan handed out: an access key of a user, or a session.
type Result struct {
	AccessKey *driver.AccessKey
	Session   *driver.Session
	// UserKeys is how many access keys the user has now; 0 for a session.
	UserKeys int
	// OtherKeys are the ids of keys that the user got from another run meanwhile: they have the access too.
	OtherKeys []string
}

// Result returns what the plan handed out; it is zero for a plan that hands out nothing.
func (a *Applied) Result() Result {
	result := Result{OtherKeys: a.otherKeys}
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
// error. InvalidArgument for a step whose verb is none for its resource; Aborted if, once all steps are done, what a new
// key needs is not there any more, or a policy that was removed for it is still there.
func (e *Engine) Apply(ctx context.Context, plan *Plan, report func(Step, Outcome)) (*Applied, error) {
	if report == nil {
		report = func(Step, Outcome) {}
	}
	run := &Applied{engine: e, plan: plan, report: report, proven: map[string]bool{}}
	for _, step := range plan.Steps {
		if err := ctx.Err(); err != nil {
			return nil, run.Rollback(ctx, step.String(), err)
		}
		outcome, err := run.forward(ctx, step)
		if removes(step.Verb) && errors.Is(err, fault.NotFound) {
			err = nil // the request was repeated after a lost answer, or somebody else was faster
		}
		if err != nil {
			return nil, run.failed(ctx, step, outcome, err)
		}
		run.outcomes = append(run.outcomes, outcome)
		report(step, outcome)
	}
	if what, err := run.verify(ctx); err != nil {
		return nil, run.Rollback(ctx, what, err)
	}
	return run, nil
}

// forward runs a step. An interrupted run waits for the answer a while: what is under way may arrive after what undoes it. What is
// deleted for good ends at once.
func (a *Applied) forward(ctx context.Context, s Step) (Outcome, error) {
	if s.Resource.Kind == KindContents {
		return a.step(ctx, s)
	}
	ctx, cancel := graced(ctx)
	defer cancel()
	return a.step(ctx, s)
}

func removes(v Verb) bool { return v == Delete || v == Detach }

func (a *Applied) step(ctx context.Context, s Step) (Outcome, error) {
	operation := operations()[s.Resource.Kind][s.Verb]
	if operation == nil {
		return Outcome{}, fault.New(fault.InvalidArgument, "a plan cannot %s a resource of the kind %q", s.Verb, s.Resource.Kind)
	}
	// A session's driver waits for the role by itself.
	if owner := s.Resource.Owner; removes(s.Verb) || s.Verb == Open || a.creation(ResourceKind(owner.Type), owner.Name) < 0 {
		return operation(ctx, a, s)
	}
	var outcome Outcome
	err := a.engine.await(ctx, func() (err error) {
		outcome, err = operation(ctx, a, s)
		return err
	})
	return outcome, err
}

// creation is the index of the step, among those that are done, that created the resource; -1 if the run did not create it.
func (a *Applied) creation(kind ResourceKind, name string) int {
	return slices.IndexFunc(a.plan.Steps[:len(a.outcomes)], func(s Step) bool {
		return s.Verb == Create && s.Resource.Kind == kind && s.Resource.Name == name
	})
}

// existed reports whether the run was to create the resource, and somebody else had meanwhile.
func (a *Applied) existed(kind ResourceKind, name string) bool {
	i := a.creation(kind, name)
	return i >= 0 && a.outcomes[i].Existed
}

// ambiguous reports whether a request that ended this way may have taken effect all the same.
func ambiguous(err error) bool {
	switch fault.CodeOf(err) {
	case fault.Unavailable, fault.Canceled, fault.DeadlineExceeded, fault.Internal, fault.Unknown, fault.Aborted, fault.DataLoss:
		return true
	}
	return false
}
