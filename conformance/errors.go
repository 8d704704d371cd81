package conformance

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// promptly is the time within which a method must return after its context has ended.
const promptly = 5 * time.Second

func errorChecks() []Check {
	return []Check{
		{Name: "wrong credentials are unauthenticated", Rules: []Rule{RuleAuthentication}, run: wrongCredentials},
		{Name: "a server that is down is unavailable", run: serverDown},
		{Name: "a context that was cancelled ends every method", run: cancelled},
		{Name: "a deadline that has passed ends every method", run: deadlinePassed},
		{Name: "cancelling ends an upload that waits for its stream", Requires: []driver.Capability{driver.CapObjects}, run: cancelledUpload},
		{Name: "methods run at the same time and each has its own answer", run: atTheSameTime},
	}
}

func isUnsupported(err error) bool { return errors.Is(err, fault.Unsupported) }

// mustBe returns an error unless err has the code.
func mustBe(err error, code fault.Code) error {
	if errors.Is(err, code) {
		return nil
	}
	return fmt.Errorf("want %s, got %s: %v", code, fault.CodeOf(err), err) //nolint:errorlint // err may be nil
}

func wrongCredentials(e *env) {
	if e.Harness.Config.Credentials == nil {
		e.Unsupported("the suite runs without credentials of its own")
	}
	const secret = "thisIsAWrongSecretThatNobodyHas1"
	for what, c := range map[string]driver.Credentials{
		"an unknown key": {AccessKeyID: "AKIAUNKNOWNUNKNOWN00", SecretAccessKey: secret},
		"a wrong secret": {AccessKeyID: e.Harness.Config.Credentials.AccessKeyID, SecretAccessKey: secret},
	} {
		d := e.as(c)
		_, err := d.WhoAmI(e.ctx)
		e.want(err, fault.Unauthenticated, "WhoAmI with %s", what)
		wantListing(e, d.ListBuckets(e.ctx), fault.Unauthenticated, "ListBuckets with %s", what)
		if err != nil && strings.Contains(fmt.Sprintf("%v %+v", err, err), secret) {
			e.Errorf("the error holds the secret")
		}
	}
}

func serverDown(e *env) {
	config := e.Harness.Config
	config.EndpointURL = nobody
	config.Credentials = &driver.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY00"}
	d := e.open(config)
	wantListing(e, d.ListBuckets(e.ctx), fault.Unavailable, "ListBuckets")
	_, err := d.HeadBucket(e.ctx, driver.HeadBucketRequest{Bucket: e.name("b")})
	e.want(err, fault.Unavailable, "HeadBucket")
}

func cancelled(e *env) {
	ctx, cancel := context.WithCancel(e.ctx)
	cancel()
	e.endsEveryMethod(ctx, fault.Canceled, context.Canceled)
}

func deadlinePassed(e *env) {
	ctx, cancel := context.WithDeadline(e.ctx, time.Now().Add(-time.Second))
	defer cancel()
	e.endsEveryMethod(ctx, fault.DeadlineExceeded, context.DeadlineExceeded)
}

func (e *env) endsEveryMethod(ctx context.Context, code fault.Code, target error) {
	e.Helper()
	for _, m := range methods(e, e.name("x")) {
		if m.needs != "" && !e.has(m.needs) {
			continue
		}
		start := time.Now()
		err := m.call(ctx)
		e.want(err, code, "%s", m.name)
		if err != nil && !errors.Is(err, target) {
			e.Errorf("%s: errors.Is(err, %v) does not hold", m.name, target)
		}
		if took := time.Since(start); took > promptly {
			e.Errorf("%s took %s", m.name, took)
		}
	}
}

// waitingReader yields some bytes, signals that, and blocks until it is closed.
type waitingReader struct {
	given chan struct{}
	once  sync.Once
	end   <-chan struct{}
}

func (r *waitingReader) Read(p []byte) (int, error) {
	first := false
	r.once.Do(func() { first = true })
	if first {
		close(r.given)
		return copy(p, "beginning"), nil
	}
	<-r.end
	return 0, context.Canceled
}

func cancelledUpload(e *env) {
	bucket := e.newBucket()
	ctx, cancel := context.WithCancel(e.ctx)
	defer cancel()
	body := &waitingReader{given: make(chan struct{}), end: e.ctx.Done()}
	done := make(chan error, 1)
	go func() {
		_, err := e.Driver.PutObject(ctx, driver.PutObjectRequest{Bucket: bucket, Key: "key", Body: body})
		done <- err
	}()
	select {
	case <-body.given:
	case err := <-done:
		e.Fatalf("PutObject returned before it read its body: %v", err)
	}
	cancel()
	late := time.NewTimer(promptly)
	defer late.Stop()
	select {
	case err := <-done:
		e.want(err, fault.Canceled, "PutObject that was cancelled")
	case <-late.C:
		e.Fatalf("PutObject that was cancelled did not return within %s", promptly)
	}
	if got := e.keys(bucket, ""); len(got) != 0 {
		e.Errorf("there are %q", got)
	}
}
