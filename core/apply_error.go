package core

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

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
