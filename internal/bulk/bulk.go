// Package bulk uploads ([Put]), downloads ([Get]) and deletes ([Delete]) many objects at once. The commands put-objects,
// get-objects and delete-objects are built on it.
//
// Memory stays bounded for any number of objects: names are read as they are needed, and only a few wait in memory. A
// failure of one object does not stop the others; the [Summary] lists it. An error that every object would meet (no
// such bucket, wrong credentials, a system that is down) ends the transfer at once and is returned, as is a failed
// listing or the end of the context.
package bulk

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Options say how to move objects.
type Options struct {
	// Concurrency is how many objects are moved at the same time; 0 for [DefaultConcurrency].
	Concurrency int
	// SkipExisting skips objects whose target exists with the same size and checksum.
	SkipExisting bool
	// ContentType, if set, returns the media type of a file for Put; empty for the system's default.
	ContentType func(name string) string
	// Object is what Put says of each object.
	Object driver.ObjectOptions
	// Progress, if set, receives the progress.
	Progress Progress
}

// Progress receives the progress of a transfer. Several goroutines call its methods at once; calls of Grow never overlap.
type Progress interface {
	// Grow adds to the total number of bytes to move.
	Grow(bytes int64)
	// Add reports bytes that have been moved.
	Add(bytes int64)
}

// DefaultConcurrency is how many objects are moved at the same time by default. Small objects mostly wait for the
// system's answer, so it exceeds the number of cores.
func DefaultConcurrency() int { return max(16, 4*runtime.GOMAXPROCS(0)) }

// largeAtOnce limits how many multipart transfers run at the same time: each uses several connections and buffers.
const largeAtOnce = 4

// mover is what uploads, downloads and deletions have in common.
type mover struct {
	tally
	engine      *core.Engine
	bucket      string
	options     Options
	concurrency int
	large       *semaphore.Weighted
}

func newMover(engine *core.Engine, bucket string, options Options, standard int) mover {
	n := options.Concurrency
	if n <= 0 {
		n = standard
	}
	return mover{
		engine: engine, bucket: bucket, options: options, concurrency: n, large: semaphore.NewWeighted(int64(min(largeAtOnce, n))),
		// When the system goes down, all requests in flight fail at once. That alone is no reason to give up.
		tally: tally{patience: max(4, n)},
	}
}

// acquire waits until an object of that size may be moved.
func (m *mover) acquire(ctx context.Context, size int64) (release func(), err error) {
	if size <= transfer.PartSize {
		return func() {}, nil
	}
	return func() { m.large.Release(1) }, m.large.Acquire(ctx, 1)
}

// MaxFailures is how many failures a Summary lists. Further ones are only counted, to bound memory.
const MaxFailures = 10_000

// Summary is the result of a transfer.
type Summary struct {
	// Done counts objects that were moved or deleted; Skipped those that existed already.
	Done, Skipped int64
	// Bytes is the total size of the moved objects.
	Bytes int64
	// Failures are the objects that failed, sorted by name.
	Failures []Failure
	// MoreFailures counts failures that Failures does not list.
	MoreFailures int64
}

// Failed returns how many objects failed.
func (s Summary) Failed() int64 { return int64(len(s.Failures)) + s.MoreFailures }

// Failure is an object that could not be moved, and why.
type Failure struct {
	// Name is the object's key, or the prefix of the unknown keys below a folder that could not be read.
	Name string
	Err  error
}

// tally counts results and decides when to give up.
type tally struct {
	mu      sync.Mutex
	summary Summary
	// unreachable counts the failures since the system last answered; patience is the limit.
	unreachable, patience int
}

// done records an object that was moved.
func (t *tally) done(bytes int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.summary.Done++
	t.summary.Bytes += bytes
	t.unreachable = 0
}

// skipped records an object that existed already.
func (t *tally) skipped() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.summary.Skipped++
	t.unreachable = 0
}

// failed records objects that could not be moved for one reason. It returns an error if every other object would fail too.
func (t *tally) failed(ctx context.Context, err error, names ...string) error {
	if ctx.Err() != nil {
		return ctx.Err() // the object did not fail: the transfer was cancelled
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.affectsAll(err) {
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

// affectsAll reports whether every other object would meet this error too.
func (t *tally) affectsAll(err error) bool {
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

// result returns the summary without the failures that only repeat the error that ended the transfer.
func (t *tally) result(err error) (Summary, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		code := fault.CodeOf(err)
		t.summary.Failures = slices.DeleteFunc(t.summary.Failures, func(f Failure) bool { return fault.CodeOf(f.Err) == code })
	}
	slices.SortFunc(t.summary.Failures, func(a, b Failure) int { return cmp.Compare(a.Name, b.Name) })
	return t.summary, err
}
