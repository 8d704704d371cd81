package core

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// undoTimeout bounds the undoing of one step. It runs after a failure or a Ctrl-C, so it must not keep a person
// waiting; it is long enough for an answer from a busy system.
const undoTimeout = 5 * time.Second

// Plan is an ordered list of steps that change something. Making a plan reads the system's state and changes nothing.
type Plan struct {
	Steps []Step
	// Notes are sentences that a person should read beside the steps: what is left out, and why.
	Notes []string
	// Warnings are notes that must not be missed: access that others have now, and that the steps change.
	Warnings []string
}

// Step is one change.
type Step struct {
	// Would says what the step would do, for a dry run: "Would create bucket: 'x'". It may have several lines.
	Would string
	// Did says what the step did, once it has: "Created bucket: x".
	Did string
	// Thing names what is left behind when the step cannot be undone: "bucket x".
	Thing string

	do   func(ctx context.Context) error
	undo func(ctx context.Context) error
	// probe tells, after a failure that leaves it open whether the step took effect, whether it did. Without one, such
	// a step is undone as if it had.
	probe func(ctx context.Context) (bool, error)
}

// Apply runs the steps in order. After each it calls report, if not nil. When a step fails, or the context ends, what this run
// made is undone, newest first, and the error is an [*ApplyError] with the code of the step's own error.
func (p *Plan) Apply(ctx context.Context, report func(Step)) error {
	for i, step := range p.Steps {
		err := ctx.Err()
		if err == nil {
			err = step.do(ctx)
		} else {
			step.undo = nil // it was not begun
		}
		if err != nil {
			return p.unwind(ctx, i, step, err)
		}
		if report != nil {
			report(p.Steps[i])
		}
	}
	return nil
}

// Undo undoes the whole plan after it was applied, newest step first, as if one more step had failed with cause: for a
// caller that could not hand on the result. It returns an [*ApplyError].
func (p *Plan) Undo(ctx context.Context, thing string, cause error) error {
	return p.unwind(ctx, len(p.Steps), Step{Thing: thing}, cause)
}

// unwind undoes the steps before the one that failed, and that one too if it may have taken effect.
func (p *Plan) unwind(ctx context.Context, failed int, step Step, cause error) error {
	result := &ApplyError{Thing: step.Thing, Err: cause}
	ctx = context.WithoutCancel(ctx)
	if step.undo != nil && ambiguous(cause) {
		result.undo(ctx, step, true)
	}
	for i := failed - 1; i >= 0; i-- {
		result.undo(ctx, p.Steps[i], false)
	}
	return result
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
	// Thing is what the failed step was about.
	Thing string
	// Err is why it failed.
	Err error
	// Undone names what this run had made and removed again, newest first.
	Undone []string
	// Left names what this run made, or may have made, and could not remove, newest first.
	Left []Leftover
}

// Leftover is something that a failed run left behind.
type Leftover struct {
	Thing string
	// Uncertain says that it may not be there: the system did not answer.
	Uncertain bool
	// Err is why it could not be removed.
	Err error
}

// Error says in one sentence what failed, what was undone and what is left behind.
func (e *ApplyError) Error() string {
	var b strings.Builder
	if errors.Is(e.Err, context.Canceled) {
		b.WriteString("interrupted")
	} else {
		fmt.Fprintf(&b, "cannot finish %s: %v", e.Thing, e.Err)
	}
	if len(e.Undone) > 0 {
		fmt.Fprintf(&b, "; undone: %s", strings.Join(e.Undone, ", "))
	}
	if len(e.Left) > 0 {
		left := make([]string, len(e.Left))
		for i, l := range e.Left {
			left[i] = l.String()
		}
		fmt.Fprintf(&b, "; left behind, please check and remove: %s", strings.Join(left, ", "))
	}
	return b.String()
}

// Unwrap returns why the step failed, so that the error's code is that one's.
func (e *ApplyError) Unwrap() error { return e.Err }

// String names the leftover and why it is there.
func (l Leftover) String() string {
	if l.Uncertain {
		return fmt.Sprintf("%s (may have been made: %v)", l.Thing, l.Err)
	}
	return fmt.Sprintf("%s (%v)", l.Thing, l.Err)
}

// undo undoes one step and notes what came of it. Uncertain says that the step may not have taken effect.
func (e *ApplyError) undo(ctx context.Context, step Step, uncertain bool) {
	if step.undo == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, undoTimeout)
	defer cancel()
	if uncertain && step.probe != nil {
		took, err := step.probe(ctx)
		if err != nil {
			e.Left = append(e.Left, Leftover{Thing: step.Thing, Uncertain: true, Err: err})
			return
		}
		if !took {
			return
		}
	}
	err := step.undo(ctx)
	switch {
	case err == nil:
		e.Undone = append(e.Undone, step.Thing)
	case uncertain && errors.Is(err, fault.NotFound):
		// It had not been made.
	case errors.Is(err, fault.NotFound):
		e.Undone = append(e.Undone, step.Thing)
	default:
		e.Left = append(e.Left, Leftover{Thing: step.Thing, Uncertain: uncertain, Err: err})
	}
}
