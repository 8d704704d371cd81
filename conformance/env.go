package conformance

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

const (
	// cleanupTimeout bounds the removal of one thing.
	cleanupTimeout = 30 * time.Second
	// pollInterval is the time between two tries of eventually.
	pollInterval = 100 * time.Millisecond
)

// env is what a check works with.
type env struct {
	T
	Driver      driver.Driver
	Description driver.Description
	Harness     Harness

	ctx      context.Context
	check    Check
	run      string
	made     int
	secrets  *secrets
	findings *findings
}

// name returns a unique name for a user, bucket, role, policy or session.
func (e *env) name(kind string) string {
	sum := sha256.Sum256([]byte(e.check.Name))
	e.made++
	return fmt.Sprintf("%s-%s-%s-%s%d", e.Harness.Prefix, e.run, hex.EncodeToString(sum[:3]), kind, e.made)
}

// want fails the check unless the error is a fault with the code.
func (e *env) want(err error, code fault.Code, what string, args ...any) {
	e.Helper()
	what = fmt.Sprintf(what, args...)
	switch {
	case err == nil:
		e.Errorf("%s: want %s, it succeeded", what, code)
	case code != fault.Unsupported && errors.Is(err, fault.Unsupported):
		e.unsupported(err, what)
	case !errors.Is(err, code):
		e.Errorf("%s: want %s, got %s: %v", what, code, fault.CodeOf(err), err)
	}
}

// ok ends the check unless the error is nil.
func (e *env) ok(err error, what string, args ...any) {
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

// unsupported ends the check. Where Harness.Lacks names a capability that the check tests, the check is unsupported for that
// reason; otherwise the backend declares what it does not do.
func (e *env) unsupported(err error, what string) {
	e.Helper()
	for _, c := range e.check.Requires {
		if reason, lacks := e.Harness.Lacks[c]; lacks {
			e.Unsupported("this system has no %s: %s", c, reason)
		}
	}
	if len(e.check.Requires) > 0 {
		e.Mismatch("%s: %v, although %v is declared", what, err, e.check.Requires)
	}
	e.Fatalf("%s: %v", what, err)
}

// cleanup removes something after the check, even if the check failed. NotFound is no error.
func (e *env) cleanup(what string, remove func(ctx context.Context) error) {
	e.Cleanup(func() { e.remove(what, remove) })
}

// remove removes something, however the check ended.
func (e *env) remove(what string, remove func(ctx context.Context) error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(e.ctx), cleanupTimeout)
	defer cancel()
	if err := ignoreMissing(remove(ctx)); err != nil {
		e.Errorf("left behind: %s could not be removed: %v", what, err)
	}
}

// ignoreMissing returns the error of a removal, unless there was nothing to remove.
func ignoreMissing(err error) error {
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// eventually waits until the condition returns nil, and fails the check after Harness.ConsistencyTimeout.
func (e *env) eventually(what string, condition func() error) {
	e.Helper()
	deadline := time.Now().Add(e.Harness.ConsistencyTimeout)
	for {
		err := condition()
		if err == nil {
			return
		}
		// A fault of the backend itself is never one of time, and another call may work only by chance.
		if errors.Is(err, fault.Internal) {
			e.Fatalf("%s: %v", what, err)
		}
		if time.Now().After(deadline) || e.ctx.Err() != nil {
			e.Fatalf("%s: not within %s: %v", what, e.Harness.ConsistencyTimeout, err)
		}
		pause := time.NewTimer(pollInterval)
		select {
		case <-pause.C:
		case <-e.ctx.Done():
			pause.Stop()
		}
	}
}

// as opens the backend with other credentials.
func (e *env) as(credentials driver.Credentials) driver.Driver {
	e.Helper()
	config := e.Harness.Config
	config.Credentials = &credentials
	return e.open(config)
}

func (e *env) open(config driver.Config) driver.Driver {
	e.Helper()
	e.secrets.addCredentials(config.Credentials)
	d, err := e.Harness.Open(e.ctx, config)
	e.failed("Open", err)
	if err != nil {
		e.Fatalf("the backend cannot be opened: %v", err)
	}
	e.cleanup("an open backend", func(context.Context) error { return d.Close() })
	return &observed{d, e}
}

// client returns an independent client.
func (e *env) client(credentials *driver.Credentials) ObjectClient {
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
func all[T any](e *env, listing iter.Seq2[T, error], what string, args ...any) []T {
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

// wantListing fails the check unless the listing ends with an error of the code.
func wantListing[T any](e *env, listing iter.Seq2[T, error], code fault.Code, what string, args ...any) {
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

// credentialsOf converts a key to credentials.
func credentialsOf(k driver.AccessKey) driver.Credentials {
	return driver.Credentials{AccessKeyID: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey}
}

// has reports whether the backend declares the capability and Harness.Lacks does not name it.
func (e *env) has(c driver.Capability) bool {
	_, lacks := e.Harness.Lacks[c]
	return e.Description.Has(c) && !lacks
}

// enforces reports whether Harness.NotEnforced does not name the rule.
func (e *env) enforces(r Rule) bool {
	_, not := e.Harness.NotEnforced[r]
	return !not
}

// text returns that many bytes in which each 16-byte block differs from all others.
func text(size int) []byte {
	blocks := make([]byte, 0, size+16)
	for i := uint64(0); len(blocks) < size; i++ {
		blocks = binary.BigEndian.AppendUint64(append(blocks, "block #:"...), i)
	}
	return blocks[:size]
}
