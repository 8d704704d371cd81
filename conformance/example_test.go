package conformance_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// A test of a backend is one call. The reasons in Lacks and NotEnforced say what the tested system cannot do.
func Example() {
	open := memory.New(memory.Options{}).Open // the backend's own Open, or that of a host.Supervisor
	_ = func(t *testing.T) {
		conformance.Run(t, conformance.Harness{
			Open: open,
			Config: driver.Config{
				EndpointURL: "http://127.0.0.1:9000",
				Credentials: &driver.Credentials{AccessKeyID: "admin", SecretAccessKey: "password"},
			},
			Lacks:       map[driver.Capability]string{driver.CapSessions: "the server has no STS"},
			NotEnforced: map[conformance.Rule]string{conformance.RuleBoundaries: "the server ignores boundaries"},
		})
	}
}

// printer prints the outcome of a check. It implements conformance.T.
type printer struct {
	name     string
	outcome  string
	cleanups []func()
}

func (p *printer) Name() string             { return p.name }
func (p *printer) Helper()                  {}
func (p *printer) Context() context.Context { return context.Background() }
func (p *printer) TempDir() string          { return os.TempDir() }
func (p *printer) Cleanup(f func())         { p.cleanups = append(p.cleanups, f) }
func (p *printer) Logf(string, ...any)      {}
func (p *printer) Errorf(format string, args ...any) {
	p.outcome = "fail"
	fmt.Printf(format+"\n", args...)
}
func (p *printer) Fatalf(format string, args ...any) { p.Errorf(format, args...); runtime.Goexit() }
func (p *printer) Unsupported(string, ...any)        { p.outcome = "unsupported"; runtime.Goexit() }
func (p *printer) Mismatch(format string, args ...any) {
	p.Fatalf(format, args...)
}

// A program with a report of its own runs the checks one by one, each in a goroutine that the check may end.
func ExampleSuite() {
	ctx := context.Background()
	system := memory.New(memory.Options{})
	root := system.Root()
	suite, err := conformance.NewSuite(ctx, conformance.Harness{Open: system.Open, Config: driver.Config{Credentials: &root}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer suite.Close() //nolint:errcheck // the system is in memory
	for _, check := range conformance.Checks() {
		if check.Family != "managed" {
			continue
		}
		p := &printer{name: check.Name, outcome: "pass"}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			suite.Run(p, check)
		}()
		<-ended
		for _, cleanup := range slices.Backward(p.cleanups) {
			cleanup()
		}
		fmt.Println(p.outcome, check.Name)
	}
	fmt.Println("left behind:", suite.Sweep(ctx))
	// Output:
	// pass a managed policy is read with its document
	// pass a managed policy is attached once, however often
	// pass a managed policy that is not attached is not detached
	// pass a managed policy that is missing is not found
	// pass attached policies of a user that is missing are not found
	// pass a managed policy is attached to a role
	// left behind: []
}
