// Package bulk moves many objects at once: up ([Put]), down ([Get]) and away ([Delete]). It is what the commands
// put-objects, get-objects and delete-objects do, without their words.
//
// Whatever the number of objects, memory stays bounded: names are read as they are needed, and only a few wait to be
// moved. A failure of one object does not stop the others: it is in the [Summary]. What would make every object fail
// (no such bucket, wrong credentials, a system that is down) ends the transfer at once and is the error returned, as is
// a listing that breaks off and the end of the context.
package bulk

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Options say how to move objects.
type Options struct {
	// Concurrency is how many objects are moved at the same time; 0 for [DefaultConcurrency].
	Concurrency int
	// SkipExisting leaves alone what is there already with the same size and checksum.
	SkipExisting bool
	// ContentType, if set, returns the media type of the file of that name for Put; empty for the system's default.
	ContentType func(name string) string
	// Progress, if set, is told how it goes.
	Progress Progress
}

// Progress is told how a transfer goes. Its methods are called from several goroutines, Grow from one at a time.
type Progress interface {
	// Grow adds to the number of bytes there are to move.
	Grow(bytes int64)
	// Add notes bytes that have been moved.
	Add(bytes int64)
}

// DefaultConcurrency is how many objects are moved at the same time where nothing else is said. Small objects spend their
// time waiting for the system's answer, so there are more of them than cores.
func DefaultConcurrency() int { return max(16, 4*runtime.GOMAXPROCS(0)) }

// concurrency returns how many objects to move at the same time.
func (o Options) concurrency() int {
	if o.Concurrency > 0 {
		return o.Concurrency
	}
	return DefaultConcurrency()
}

// largeAtOnce is how many objects that are moved in parts are on their way at the same time: each keeps several
// connections and buffers busy by itself.
const largeAtOnce = 4

func newLargeSlots(concurrency int) *semaphore.Weighted {
	return semaphore.NewWeighted(int64(min(largeAtOnce, concurrency)))
}

// MaxFailures is how many failures a Summary names. The others are counted, so that memory stays bounded.
const MaxFailures = 10_000

// Summary says what became of the objects.
type Summary struct {
	// Done were moved or deleted; Skipped were there already.
	Done, Skipped int64
	// Bytes is the size of what was moved.
	Bytes int64
	// Failures are the objects that failed, sorted by name.
	Failures []Failure
	// MoreFailures is how many failed besides those named.
	MoreFailures int64
}

// Failed returns how many objects failed.
func (s Summary) Failed() int64 { return int64(len(s.Failures)) + s.MoreFailures }

// Failure is an object that could not be moved, and why.
type Failure struct {
	// Name is the object's key. Where a folder could not be read, and so its keys are not known, it is their beginning.
	Name string
	Err  error
}

// tally counts what becomes of the objects and finds out when going on makes no sense.
type tally struct {
	mu      sync.Mutex
	summary Summary
	// unreachable counts the failures since the system last answered; patience is how many there may be.
	unreachable, patience int
}

// newTally is for a transfer of that concurrency. When the system goes away, all that is on its way fails at once, which is still
// no reason to give up if it is back for the next ones.
func newTally(concurrency int) tally { return tally{patience: max(4, concurrency)} }

// done notes an object that was moved.
func (t *tally) done(bytes int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.summary.Done++
	t.summary.Bytes += bytes
	t.unreachable = 0
}

// skipped notes an object that was there already.
func (t *tally) skipped() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.summary.Skipped++
	t.unreachable = 0
}

// failed notes objects that could not be moved for one reason. It returns an error if none of the others can be either.
func (t *tally) failed(ctx context.Context, err error, names ...string) error {
	if ctx.Err() != nil {
		return ctx.Err() // it did not fail: everything was stopped
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.hopeless(err) {
		return err
	}
	for _, name := range names {
		if len(t.summary.Failures) < MaxFailures {
			t.summary.Failures = append(t.summary.Failures, Failure{Name: name, Err: err})
		} else {
			t.summary.MoreFailures++
		}
	}
	return nil
}

// hopeless reports whether an error that one object met will be met by all.
func (t *tally) hopeless(err error) bool {
	if service := fault.ServiceOf(err); service != nil && service.Code == "NoSuchBucket" {
		return true
	}
	switch fault.CodeOf(err) {
	case fault.Unauthenticated, fault.Unsupported:
		return true
	case fault.Unavailable:
		t.unreachable++
		return t.unreachable >= t.patience
	}
	t.unreachable = 0
	return false
}

// result returns what became of the objects. Failures that only repeat what ended everything are left out.
func (t *tally) result(err error) (Summary, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		code := fault.CodeOf(err)
		t.summary.Failures = slices.DeleteFunc(t.summary.Failures, func(f Failure) bool { return fault.CodeOf(f.Err) == code })
	}
	slices.SortFunc(t.summary.Failures, func(a, b Failure) int { return strings.Compare(a.Name, b.Name) })
	return t.summary, err
}
