package core

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// ApplyError says which step of a plan failed, and what became of the ones before it.
type ApplyError struct {
	// What names what could not be done.
	What string
	// Err is why.
	Err error
	// RolledBack are the steps of this run that were rolled back, newest first.
	RolledBack []Step
	// Kept are the final steps that were done, in order: they cannot be rolled back.
	Kept []Step
	// Emptied is how many objects, versions, delete markers and uploads the step had deleted that failed. EmptiedMore says that there may be
	// more: the system did not answer the last request.
	Emptied     int64
	EmptiedMore bool
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
	if e.Emptied > 0 || e.EmptiedMore {
		fmt.Fprintf(&b, "; objects, versions and uploads deleted for good until then: %d", e.Emptied)
	}
	if e.EmptiedMore {
		fmt.Fprintf(&b, ", and perhaps up to %d more", driver.MaxDeleteObjects)
	}
	list(&b, "done, and not undone", e.Kept)
	list(&b, "undone", e.RolledBack)
	kept, left := partition(e.Orphans, Orphan.others)
	list(&b, "left behind, please check and remove", left)
	list(&b, "left as it is", kept)
	return b.String()
}

func list[T fmt.Stringer](b *strings.Builder, what string, items []T) {
	for i, item := range items {
		if i == 0 {
			fmt.Fprintf(b, "; %s: %s", what, item)
		} else {
			fmt.Fprintf(b, ", %s", item)
		}
	}
}

func partition[T any](items []T, is func(T) bool) (those, others []T) {
	for _, item := range items {
		if is(item) {
			those = append(those, item)
		} else {
			others = append(others, item)
		}
	}
	return those, others
}

// Unwrap returns why the step failed, so that the error's code is that one's.
func (e *ApplyError) Unwrap() error { return e.Err }

// others reports whether the orphan is to stay, because it is another run's, or another run needs it.
func (o Orphan) others() bool {
	var theirs othersError
	return errors.As(o.Err, &theirs)
}

// othersError says why something stays that another run has or needs.
type othersError struct{ error }

func (e othersError) Unwrap() error { return e.error }

// theirs returns an error of the code FailedPrecondition that says why something stays that another run has or needs.
func theirs(format string, args ...any) error {
	return othersError{fault.New(fault.FailedPrecondition, format, args...)}
}

// String names the orphan and why it is there.
func (o Orphan) String() string {
	switch {
	case removes(o.Step.Verb) && o.Uncertain:
		return fmt.Sprintf("%s (may have been removed: %v)", o.Step.Resource, o.Err)
	case removes(o.Step.Verb):
		return fmt.Sprintf("%s (is removed, and cannot be put back: %v)", o.Step.Resource, o.Err)
	case o.Uncertain:
		return fmt.Sprintf("%s (may have been made: %v)", o.Step, o.Err)
	}
	return fmt.Sprintf("%s (%v)", o.Step, o.Err)
}
