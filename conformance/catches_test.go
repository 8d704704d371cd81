package conformance_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// recorder is a conformance.T that keeps what a check reports.
type recorder struct {
	*testing.T
	mu       sync.Mutex
	reported []string
	cleanups []func()
}

func (r *recorder) report(kind, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reported = append(r.reported, kind+": "+fmt.Sprintf(format, args...))
}

func (r *recorder) Logf(format string, args ...any)   { r.report("note", format, args...) }
func (r *recorder) Errorf(format string, args ...any) { r.report("fail", format, args...) }
func (r *recorder) Fatalf(format string, args ...any) {
	r.report("fail", format, args...)
	runtime.Goexit()
}
func (r *recorder) Unsupported(format string, args ...any) {
	r.report("unsupported", format, args...)
	runtime.Goexit()
}
func (r *recorder) Mismatch(format string, args ...any) {
	r.report("mismatch", format, args...)
	runtime.Goexit()
}
func (r *recorder) Cleanup(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanups = append(r.cleanups, f)
}

// outcome runs one check on a driver and returns what it reported.
func outcome(t *testing.T, open driver.Opener, h conformance.Harness, name string) string {
	t.Helper()
	h.Open = open
	suite, err := conformance.NewSuite(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{T: t}
	for _, c := range conformance.Checks() {
		if c.Name == name {
			inGoroutine(func() { suite.Run(r, c) })
			for i := len(r.cleanups) - 1; i >= 0; i-- {
				inGoroutine(r.cleanups[i])
			}
			return strings.Join(r.reported, "\n")
		}
	}
	t.Fatalf("there is no check %q", name)
	return ""
}

// inGoroutine lets f end by runtime.Goexit.
func inGoroutine(f func()) {
	var done sync.WaitGroup
	done.Go(f)
	done.Wait()
}

// lie is a driver with one fault, and the check that must find it.
type lie struct {
	name string
	// check is the name of the check, and want is part of what it reports.
	check, want string
	options     memory.Options
	harness     func(*conformance.Harness, *memory.System)
	// tell makes a driver lie. The suite opens several on the one system, which share what a lie keeps in the map.
	tell func(l *liar, system *memory.System, kept *sync.Map)
}

// TestTheSuiteCatches runs checks on drivers that lie, and on the same system with an honest one.
func TestTheSuiteCatches(t *testing.T) {
	for _, lies := range [][]lie{capabilityLies(), identityLies(), sessionLies(), endLies(), caveatLies(), policyLies(), groupLies(), grantLies(), dialectLies(), bucketLies(), objectLies(), answerLies()} {
		for _, c := range lies {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				if got := c.outcome(t, true); !strings.Contains(got, c.want) || c.want == "" {
					t.Errorf("the check reported %q of a liar, want %q", got, c.want)
				}
				if got := c.outcome(t, false); strings.Contains(got, "fail: ") || strings.Contains(got, "mismatch: ") {
					t.Errorf("the check reported %q of an honest driver", got)
				}
			})
		}
	}
}

// outcome runs the check of the lie on a new system.
func (c lie) outcome(t *testing.T, lying bool) string {
	t.Helper()
	system, kept := memory.New(c.options), &sync.Map{}
	h := harness(system)
	h.ConsistencyTimeout = time.Second
	if c.harness != nil {
		c.harness(&h, system)
	}
	return outcome(t, func(ctx context.Context, config driver.Config) (driver.Driver, error) {
		d, err := system.Open(ctx, config)
		if err != nil {
			return nil, err
		}
		l := honest(d)
		if lying {
			c.tell(l, system, kept)
		}
		return l, nil
	}, h, c.check)
}
