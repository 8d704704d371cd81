package conformance

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

const (
	// cleanupWithin is how long the removal of one thing may take.
	cleanupWithin = 30 * time.Second
	// pollEvery is how often a change is looked for.
	pollEvery = 100 * time.Millisecond
)

// Env is what a check works with.
type Env struct {
	T
	Driver      driver.Driver
	Description driver.Description
	Harness     Harness

	ctx   context.Context
	check Check
	run   string
	made  int
}

// name returns a name that nothing else has, for a user, bucket, role, policy or session. It differs from run to run
// in the middle only.
func (e *Env) name(kind string) string {
	sum := sha256.Sum256([]byte(e.check.Name))
	e.made++
	return fmt.Sprintf("%s-%s-%s-%s%d", e.Harness.Prefix, e.run, hex.EncodeToString(sum[:3]), kind, e.made)
}

// want fails the check unless the error has the code.
func (e *Env) want(err error, code fault.Code, what string, args ...any) {
	e.Helper()
	what = fmt.Sprintf(what, args...)
	var f *fault.Error
	switch {
	case err == nil:
		e.Errorf("%s: want %s, it succeeded", what, code)
	case code != fault.Unsupported && errors.Is(err, fault.Unsupported):
		e.unsupported(err, what)
	case !errors.Is(err, code):
		e.Errorf("%s: want %s, got %s: %v", what, code, fault.CodeOf(err), err)
	case !errors.As(err, &f):
		e.Errorf("%s: the error is no *fault.Error: %T", what, err)
	}
}

// ok ends the check unless the error is nil.
func (e *Env) ok(err error, what string, args ...any) {
	e.Helper()
	if err == nil {
		return
	}
	what = fmt.Sprintf(what, args...)
	if errors.Is(err, fault.Unsupported) {
		e.unsupported(err, what)
	}
	e.Fatalf("%s: %s: %v", what, fault.CodeOf(err), err)
}

// unsupported ends the check: with the harness's reason where the system is known to lack a capability that the check
// needs, else because the backend declares what it does not do.
func (e *Env) unsupported(err error, what string) {
	e.Helper()
	for _, c := range e.check.Requires {
		if reason, lacks := e.Harness.Lacks[c]; lacks {
			e.Unsupported("this system has no %s: %s", c, reason)
		}
	}
	if len(e.check.Requires) > 0 {
		e.Lied("%s: %v, although %v is declared", what, err, e.check.Requires)
	}
	e.Fatalf("%s: %v", what, err)
}

// cleanup removes something after the check, even when the check failed. That it is gone already is fine.
func (e *Env) cleanup(what string, remove func(ctx context.Context) error) {
	e.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(e.ctx), cleanupWithin)
		defer cancel()
		if err := remove(ctx); err != nil && !errors.Is(err, fault.NotFound) {
			e.Errorf("left behind: %s could not be removed: %v", what, err)
		}
	})
}

// eventually waits until the condition returns nil, for as long as the system may need to settle.
func (e *Env) eventually(what string, condition func() error) {
	e.Helper()
	deadline := time.Now().Add(e.Harness.Settle)
	for {
		err := condition()
		if err == nil {
			return
		}
		if time.Now().After(deadline) || e.ctx.Err() != nil {
			e.Fatalf("%s: not within %s: %v", what, e.Harness.Settle, err)
		}
		pause := time.NewTimer(pollEvery)
		select {
		case <-pause.C:
		case <-e.ctx.Done():
			pause.Stop()
		}
	}
}

// as opens the backend with other credentials.
func (e *Env) as(credentials driver.Credentials) driver.Driver {
	e.Helper()
	config := e.Harness.Config
	config.Credentials = &credentials
	return e.open(config)
}

func (e *Env) open(config driver.Config) driver.Driver {
	e.Helper()
	d, err := e.Harness.Open(e.ctx, config)
	if err != nil {
		e.Fatalf("the backend cannot be opened: %v", err)
	}
	e.cleanup("an open backend", func(context.Context) error { return d.Close() })
	return d
}

// client returns an independent client.
func (e *Env) client(credentials *driver.Credentials) ObjectClient {
	e.Helper()
	make := e.Harness.Client
	if make == nil {
		make = func(c *driver.Credentials) (ObjectClient, error) {
			return NewObjectClient(e.Description.EndpointURL, e.Description.Region, c)
		}
	}
	c, err := make(credentials)
	if err != nil {
		e.Fatalf("the independent client cannot be made: %v", err)
	}
	return c
}

// all reads a listing to its end.
func all[T any](e *Env, listing iter.Seq2[T, error], what string, args ...any) []T {
	e.Helper()
	items, err := collect(listing)
	e.ok(err, what, args...)
	return items
}

// collect reads a listing to its end or to its error.
func collect[T any](listing iter.Seq2[T, error]) ([]T, error) {
	var items []T
	for item, err := range listing {
		if err != nil {
			return items, err
		}
		items = append(items, item)
	}
	return items, nil
}

// wantListing fails the check unless the listing yields nothing but one error, of the code.
func wantListing[T any](e *Env, listing iter.Seq2[T, error], code fault.Code, what string, args ...any) {
	e.Helper()
	var first error
	after := 0
	for _, err := range listing {
		if first != nil {
			after++
		}
		if err != nil && first == nil {
			first = err
		}
	}
	e.want(first, code, what, args...)
	if after > 0 {
		e.Errorf("%s: %d more items after an error", fmt.Sprintf(what, args...), after)
	}
}

// credentialsOf are the credentials that a key is.
func credentialsOf(k driver.AccessKey) driver.Credentials {
	return driver.Credentials{AccessKeyID: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey}
}

// has reports whether the backend declares the capability and the system is not known to lack it.
func (e *Env) has(c driver.Capability) bool {
	_, lacks := e.Harness.Lacks[c]
	return e.Description.Has(c) && !lacks
}

// enforces reports whether the system is not known to leave a rule unenforced.
func (e *Env) enforces(r Rule) bool {
	_, not := e.Harness.NotEnforced[r]
	return !not
}

// text returns a body of that many bytes in which no two parts are alike.
func text(size int) []byte {
	var b bytes.Buffer
	b.Grow(size + 16)
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "%015x\n", i)
	}
	return b.Bytes()[:size]
}
