package conformance_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

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
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

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

// faulty is a driver with one fault.
type faulty struct {
	driver.Driver
	describe   func(*driver.Description)
	putPolicy  func(ctx context.Context, req driver.PutPolicyRequest) error
	deleteUser func(ctx context.Context, req driver.DeleteUserRequest) error
}

func (f faulty) Describe(ctx context.Context) (driver.Description, error) {
	d, err := f.Driver.Describe(ctx)
	if f.describe != nil {
		f.describe(&d)
	}
	return d, err
}

func (f faulty) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	if f.putPolicy != nil {
		return f.putPolicy(ctx, req)
	}
	return f.Driver.PutPolicy(ctx, req)
}

func (f faulty) DeleteUser(ctx context.Context, req driver.DeleteUserRequest) error {
	if f.deleteUser != nil {
		return f.deleteUser(ctx, req)
	}
	return f.Driver.DeleteUser(ctx, req)
}

// TestTheSuiteCatches runs checks on drivers that are wrong, and wants them to be found out.
func TestTheSuiteCatches(t *testing.T) {
	const policyCheck, keyCheck = "a policy is read as it was put", "a read-only key may do just that"
	for _, c := range []struct {
		name, check, want string
		without           []driver.Capability
		fault             func(f *faulty)
	}{
		{name: "a good driver", check: policyCheck, want: ""},
		{name: "what is not declared", check: policyCheck, want: "unsupported: policy.inline is not declared", without: []driver.Capability{driver.CapPolicyInline}},
		{
			name: "declared and not there", check: policyCheck, want: "mismatch: PutPolicy", without: []driver.Capability{driver.CapPolicyInline},
			fault: func(f *faulty) {
				f.describe = func(d *driver.Description) { d.Capabilities = driver.AllCapabilities() }
			},
		},
		{
			name: "there and not declared", check: policyCheck, want: "mismatch: policy.inline is not declared, but PutPolicy",
			fault: func(f *faulty) {
				f.describe = func(d *driver.Description) { d.Capabilities = []driver.Capability{driver.CapUsers} }
			},
		},
		{
			name: "a policy that is not kept", check: policyCheck, want: "fail: GetPolicy",
			fault: func(f *faulty) { f.putPolicy = func(context.Context, driver.PutPolicyRequest) error { return nil } },
		},
		{
			name: "a policy that is widened", check: keyCheck, want: "it worked, and must be denied",
			fault: func(f *faulty) {
				f.putPolicy = func(ctx context.Context, req driver.PutPolicyRequest) error {
					req.Document = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
					return f.Driver.PutPolicy(ctx, req)
				}
			},
		},
		{
			name: "a user that stays", check: policyCheck, want: "fail: left behind: user",
			fault: func(f *faulty) {
				f.deleteUser = func(context.Context, driver.DeleteUserRequest) error { return fmt.Errorf("no") }
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			system := memory.New(memory.Options{Without: c.without})
			open := func(ctx context.Context, config driver.Config) (driver.Driver, error) {
				d, err := system.Open(ctx, config)
				f := &faulty{Driver: d}
				if c.fault != nil {
					c.fault(f)
				}
				return f, err
			}
			got := outcome(t, open, harness(system), c.check)
			if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("the check reported %q, want %q", got, c.want)
			}
		})
	}
}
