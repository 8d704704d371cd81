// Package core is the engine: what the command line, or any Go program, calls to hand out access to S3 storage.
// It offers concrete types over any backend that implements core/driver. Validation, capability checks, plans and
// rollback are written here once, so that backends stay small.
//
// Whatever changes more than one thing is a [Plan]: a list of steps that are data. [Engine.PlanCreate] and
// [Engine.PlanDeleteUser] make one without changing anything; [Engine.Apply] runs it, and rolls it back if a step fails.
package core

import (
	"context"
	"iter"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// Engine works on one system through one backend. Its methods are safe for concurrent use.
//
// Most methods are those of the same name in core/driver, whose comments say what they do and which errors they return.
// Before any request is sent, the engine checks the capabilities that a call needs, and fails with fault.Unsupported
// where the backend does not declare one of them.
type Engine struct {
	driver      driver.Driver
	description driver.Description
	sleep       func(context.Context, time.Duration) error
	abort       context.Context
	slow        func(Step)
	// version is in the tags of what the engine makes; empty for no tags.
	version string
}

// New returns an engine over an open driver. The caller still owns the driver and closes it.
func New(ctx context.Context, d driver.Driver, options ...Option) (*Engine, error) {
	description, err := d.Describe(ctx)
	if err != nil {
		return nil, err
	}
	e := &Engine{driver: d, description: description, sleep: sleep, abort: context.Background(), slow: func(Step) {}}
	for _, option := range options {
		option(e)
	}
	return e, nil
}

// Description returns what the backend is and can do.
func (e *Engine) Description() driver.Description { return e.description }

// require fails with Unsupported if the backend lacks one of the capabilities.
func (e *Engine) require(capabilities ...driver.Capability) error {
	return e.description.Require(capabilities...)
}

// call calls a method of the driver, if the backend has the capability.
func call[Q, A any](ctx context.Context, e *Engine, c driver.Capability, method func(context.Context, Q) (A, error), req Q) (A, error) {
	if err := e.require(c); err != nil {
		var none A
		return none, err
	}
	return method(ctx, req)
}

// do is call for a method that returns only an error.
func do[Q any](ctx context.Context, e *Engine, c driver.Capability, method func(context.Context, Q) error, req Q) error {
	if err := e.require(c); err != nil {
		return err
	}
	return method(ctx, req)
}

// listing is call for a listing.
func listing[Q, T any](ctx context.Context, e *Engine, c driver.Capability, method func(context.Context, Q) iter.Seq2[T, error], req Q) iter.Seq2[T, error] {
	if err := e.require(c); err != nil {
		return failing[T](err)
	}
	return method(ctx, req)
}

// failing is a listing that fails.
func failing[T any](err error) iter.Seq2[T, error] {
	return driver.Listing(func() ([]T, error) { return nil, err })
}

// collect reads a listing to its end. What came before an error is returned with it.
func collect[T any](listing iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for item, err := range listing {
		if err != nil {
			return all, err
		}
		all = append(all, item)
	}
	return all, nil
}
