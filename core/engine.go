// Package core is the engine: what the command line, or any Go program, calls to hand out access to S3 storage.
// It offers concrete types over any backend that implements core/driver. Validation, capability checks, plans and
// undo are written here once, so that backends stay small.
package core

import (
	"context"
	"iter"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Engine works on one system through one backend. Its methods are safe for concurrent use.
//
// An operation whose capability the backend does not declare fails with fault.Unsupported before any request is sent.
// All other errors are those that the method of the same name in core/driver documents.
type Engine struct {
	driver      driver.Driver
	description driver.Description
}

// New returns an engine over an open driver. The caller still owns the driver and closes it.
func New(ctx context.Context, d driver.Driver) (*Engine, error) {
	description, err := d.Describe(ctx)
	if err != nil {
		return nil, err
	}
	return &Engine{driver: d, description: description}, nil
}

// Description returns what the backend is and can do.
func (e *Engine) Description() driver.Description { return e.description }

// require fails with Unsupported if the backend lacks one of the capabilities.
func (e *Engine) require(capabilities ...driver.Capability) error {
	for _, c := range capabilities {
		if !e.description.Has(c) {
			return e.unsupported(c)
		}
	}
	return nil
}

// unsupported says what the backend cannot do and what to do instead.
func (e *Engine) unsupported(c driver.Capability) error {
	what, instead := Advice(c)
	return fault.New(fault.Unsupported, "the %s backend cannot %s; %s", e.description.Name, what, instead)
}

// Advice says what a capability is for, in words that follow "the X backend cannot", and what to do without it: what
// the sentence of an Unsupported error is made of.
func Advice(c driver.Capability) (what, instead string) {
	switch c {
	case driver.CapUsers:
		return "manage users", "use -d/--duration for temporary credentials, or another backend"
	case driver.CapAccessKeys:
		return "make further access keys for a user", "use another --username, which gets a key of its own"
	case driver.CapRoles:
		return "manage roles", "temporary credentials need none there"
	case driver.CapSessions:
		return "make temporary credentials", "leave out -d/--duration and delete the user when it is no longer needed"
	case driver.CapPolicyInline:
		return "give a user policies of its own", "grant access in the bucket's policy instead"
	case driver.CapPolicyManaged:
		return "manage attached policies", "use policies of the user's own instead"
	case driver.CapPolicyBoundary:
		return "set a permissions boundary", "use --user-permissions-boundary none, or leave the option out"
	case driver.CapPolicyPrincipal:
		return "grant access to a user in a bucket policy", "use policies of the user's own instead"
	case driver.CapBucketRegion:
		return "choose a bucket's region", "leave out --bucket-region"
	case driver.CapBucketPolicy:
		return "set bucket policies", "give users policies of their own with create instead"
	case driver.CapBucketPolicyStatus:
		return "tell whether a bucket is public", "read its policy with get-bucket-policy instead"
	case driver.CapBucketCORS:
		return "set CORS rules for one bucket", "set them for the whole server in its own configuration"
	case driver.CapBucketWebsite:
		return "serve a bucket as a website", "leave out --website, and put a web server in front of the bucket"
	case driver.CapBucketACL:
		return "show access control lists", "access is granted by policies there"
	case driver.CapBucketPublicAccessBlock:
		return "block public access", "a bucket there is public only if its policy says so: see get-bucket-policy"
	case driver.CapObjects:
		return "transfer objects", "use the system's own client"
	}
	return "do this (" + string(c) + ")", "use another backend"
}

// guarded yields the listing, or only the error.
func guarded[T any](err error, listing func() iter.Seq2[T, error]) iter.Seq2[T, error] {
	if err == nil {
		return listing()
	}
	return func(yield func(T, error) bool) {
		var zero T
		yield(zero, err)
	}
}

// collect reads a listing to its end.
func collect[T any](listing iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for item, err := range listing {
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	return all, nil
}
