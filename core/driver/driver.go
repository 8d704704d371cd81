// Package driver is what a backend implements: the four interfaces [Identity], [Policy], [Bucket] and [Object], and
// [Driver], which joins them. The comment on each method is its specification, and package conformance has a test for
// each sentence of it. Callers do not use these interfaces: they use the concrete types of package core.
//
// # Rules for every method
//
// A method returns promptly with an error that is errors.Is(err, context.Canceled) when its context is cancelled, and
// context.DeadlineExceeded when its deadline passes. Errors are *fault.Error with one of the codes of package fault;
// besides the codes a method names, every method may return Unauthenticated (no or wrong credentials),
// PermissionDenied (valid credentials that may not do this; never used for what does not exist, and never replaced by
// NotFound), Unavailable (the system cannot be reached, or it does not speak S3), ResourceExhausted (throttled, or a
// quota is reached) and Internal. A method whose capability the backend does not declare returns Unsupported without
// sending a request. Where the backend declares a capability but the system behind the endpoint turns out to lack it,
// the method returns Unsupported too.
//
// Methods are safe for concurrent use. Backends retry what is safe to retry, within the context's deadline, and never
// retry a creation in a way that could make two. No secret appears in an error or in a log.
//
// Listings are iterators: they fetch as they go, hold at most one page in memory, stop fetching when the loop ends,
// and after yielding an error yield nothing more.
package driver

import (
	"context"

	"github.com/s3-credentials/s3-credentials/core/policy"
)

// Driver is one backend, opened for one endpoint and one set of credentials.
type Driver interface {
	Identity
	Policy
	Bucket
	Object
	// Describe returns what the backend is and can do. It sends no request, needs no credentials, and returns
	// the same every time.
	Describe(ctx context.Context) (Description, error)
	// Close frees what the driver holds. It is called once; no other method is called after it.
	Close() error
}

// Opener opens a backend. It sends no request and does not fail for missing or wrong credentials (a later method
// does, with Unauthenticated), so that Describe works without any. It fails with InvalidArgument for a configuration
// that cannot be right: an endpoint that can be none (for a system behind HTTP: no http or https URL), a profile that
// does not exist.
type Opener func(ctx context.Context, config Config) (Driver, error)

// Config is where a backend is to work and as whom.
type Config struct {
	// EndpointURL is the S3 endpoint; empty for the backend's own default.
	EndpointURL string
	// Region is the region to work in; empty for the backend's own default.
	Region string
	// Profile is the named profile of the system's own configuration files; empty for the default one.
	Profile string
	// Credentials are what to work with; nil for the backend's own chain (environment, files, instance role).
	Credentials *Credentials
}

// Credentials are an access key. They are secret: they must not be logged or put into an error.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	// SessionToken is empty for a permanent key.
	SessionToken string
}

// String keeps the secret out of whatever prints the value.
func (c Credentials) String() string { return "credentials of " + c.AccessKeyID }

// GoString keeps the secret out of %#v.
func (c Credentials) GoString() string { return c.String() }

// Description says what a backend is and can do.
type Description struct {
	// Name is the backend's name: "aws" for s3-credentials-backend-aws.
	Name string
	// Version is the backend's own version.
	Version string
	// Capabilities is what the backend can do, sorted, without repeats, from [AllCapabilities].
	Capabilities []Capability
	// Partition is the ARN partition of the configured region ("aws", "aws-cn", "aws-us-gov"); "aws" for other systems.
	Partition string
	// Region is the region that the driver works in; empty where there is none.
	Region string
	// EndpointURL is the S3 endpoint that the driver talks to, without a final slash. Objects of it have the
	// path-style URL EndpointURL/BUCKET/KEY.
	EndpointURL string
	// WebsiteURL is the URL of a bucket's website with "{bucket}" and "{region}" in it; empty where there are none.
	WebsiteURL string
	// Dialect is what the system's policy language lacks or demands.
	Dialect policy.Dialect
	// Names are the rules for the names of what can be created.
	Names Names
	// Limits are the sizes and durations that the system accepts.
	Limits Limits
	// Boundaries are the default permissions boundaries for new users, by what the user is for.
	// Empty strings where CapPolicyBoundary is not declared.
	Boundaries Boundaries
	// SessionRole is the role that sessions are opened against. Nil where a session needs no role.
	SessionRole *SessionRole
	// Principal is how a bucket policy names a user: a template with "{user}" in it, to stand under "AWS". Empty
	// where CapPolicyPrincipal is not declared.
	Principal string
}

// Has reports whether the backend declares the capability.
func (d Description) Has(c Capability) bool {
	for _, have := range d.Capabilities {
		if have == c {
			return true
		}
	}
	return false
}

// Names are the rules for names, by what is named.
type Names struct {
	User, Policy, Session, Role NameRule
	// Separator stands between the bucket names in a derived name. It is accepted in users', policies' and sessions'
	// names and cannot be part of a bucket name, so that two lists of buckets never give the same name.
	Separator string
}

// NameRule is the rule for one kind of name. Lengths are in bytes.
type NameRule struct {
	// Min and Max are the shortest and longest name; Max 0 means no limit is known.
	Min, Max int
	// Pattern is an RE2 expression that the whole name matches; empty means any.
	Pattern string
}

// Limits are what the system accepts. Sizes are counted as the system counts; 0 means no limit is known.
type Limits struct {
	// InlinePolicyBytes is for one policy of a user, InlinePolicyTotalBytes for all of a user's together.
	InlinePolicyBytes, InlinePolicyTotalBytes int
	// SessionPolicyBytes is for the policy of a session.
	SessionPolicyBytes int
	// BucketPolicyBytes is for a bucket policy.
	BucketPolicyBytes int
	// IgnoreWhitespace says that the system does not count white space in users' and bucket policies.
	IgnoreWhitespace bool
	// AccessKeysPerUser is how many keys a user can have.
	AccessKeysPerUser int
	// MinSessionSeconds and MaxSessionSeconds bound a session's duration.
	MinSessionSeconds, MaxSessionSeconds int
}

// Boundaries are ARNs of managed policies.
type Boundaries struct {
	// ReadOnly is for users that only read; ReadWrite for all others.
	ReadOnly, ReadWrite string
}

// SessionRole is the role that sessions are opened against, which core makes where it is missing.
type SessionRole struct {
	// Name is the role's name.
	Name string
	// PolicyARN is the managed policy that the role has attached.
	PolicyARN string
	// TrustPrincipal is who may assume the role: a template with "{account}" in it.
	TrustPrincipal string
	// MaxSessionSeconds is the role's own limit for a session.
	MaxSessionSeconds int
}
