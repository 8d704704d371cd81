package conformance

import (
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// together is how often atTheSameTime runs each check.
const together = 2

// atTheSameTime runs the checks that are marked for it, between them of every method, all at once on the same driver.
func atTheSameTime(e *env) {
	var running sync.WaitGroup
	begin := make(chan struct{})
	for _, c := range Checks() {
		if !c.together || !e.canRun(c) {
			continue
		}
		for i := range together {
			branch := *e
			branch.T, branch.check, branch.made = branchT{e.T, c.Name}, c, 0
			branch.check.Name = fmt.Sprintf("%s, %d of several", c.Name, i)
			branch.Driver = &observed{e.Driver.(*observed).Driver, &branch}
			running.Go(func() {
				<-begin
				c.run(&branch)
			})
		}
	}
	close(begin)
	running.Wait()
}

// canRun reports whether the backend and the system have what a check is about.
func (e *env) canRun(c Check) bool {
	return !slices.ContainsFunc(c.Requires, func(needs driver.Capability) bool { return !e.has(needs) }) &&
		!slices.ContainsFunc(c.Rules, func(r Rule) bool { return !e.enforces(r) })
}

// branchT is the T of a check that is part of another: it ends its own goroutine only.
type branchT struct {
	T
	name string
}

func (b branchT) Errorf(format string, args ...any) {
	b.Helper()
	b.T.Errorf("%s: %s", b.name, fmt.Sprintf(format, args...))
}

func (b branchT) Fatalf(format string, args ...any) {
	b.Helper()
	b.Errorf(format, args...)
	runtime.Goexit()
}

func (b branchT) Mismatch(format string, args ...any) {
	b.Helper()
	b.Fatalf(format, args...)
}

func (b branchT) Unsupported(string, ...any) { runtime.Goexit() }
