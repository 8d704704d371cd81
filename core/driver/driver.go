// Package driver is the contract between the engine (package core) and a backend, which makes one kind of S3 system usable.
// It consists of four interfaces, [Identity], [Policy], [Bucket] and [Object], and of [Driver], which joins them. The comment
// on each method is its specification; package conformance tests every sentence of it. Programs that use S3 storage call
// package core and not these interfaces.
//
// # How to write a backend
//
// Embed [Unimplemented] in a type. Implement what every backend has: Describe, Close, WhoAmI, and listing, looking up, creating
// and deleting buckets; then the methods of each [Capability] that the system has, and declare it. Write an [Opener] that
// returns the type:
//
//	type backend struct{ driver.Unimplemented }
//
//	func Open(ctx context.Context, config driver.Config) (driver.Driver, error) { return &backend{}, nil }
//
//	func (*backend) Describe(context.Context) (driver.Description, error) {
//		return driver.Description{Name: "acme", Version: "1.0", Capabilities: []driver.Capability{driver.CapObjects}}, nil
//	}
//
// [ParseEndpoint] and package core/driver/transfer help with the configuration and with files, plugins/serve makes a plugin
// of the Opener, and conformance.Run tests it.
//
// # Rules for every method
//
// Cancelling: when its context is cancelled, a method returns promptly with an error for which
// errors.Is(err, context.Canceled) holds, and with context.DeadlineExceeded when the context's deadline passes.
//
// Errors: they are *fault.Error with a code of package fault. Besides the codes in its comment, every method may return
//   - Unauthenticated: the credentials are missing or wrong;
//   - PermissionDenied: the credentials are valid but may not do this. It is never used for what does not exist, and
//     NotFound is never used in its place;
//   - Unavailable: the system cannot be reached, or does not speak S3;
//   - ResourceExhausted: the system throttles the request, or a quota is reached;
//   - Internal: the system or the backend has a defect.
//
// Capabilities: a method whose capability the backend does not declare returns Unsupported without sending a request. If the
// backend declares a capability but the system behind the endpoint turns out to lack it, the method returns Unsupported too.
//
// Concurrency and retries: methods are safe for concurrent use. Backends retry what is safe to retry, within the context's
// deadline, and never retry a creation in a way that could create two.
//
// Secrets: none appears in an error or a log.
//
// Listings: they are iterators, which fetch as the loop proceeds, hold at most one page in memory, stop fetching when the
// loop ends, and yield nothing after an error.
package driver

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// Driver is a backend that is open for one endpoint and one set of credentials.
type Driver interface {
	Identity
	Policy
	Bucket
	Object
	// Describe returns what the backend is and can do. It sends no request, needs no credentials, and always returns the
	// same.
	Describe(ctx context.Context) (Description, error)
	// Close releases what the driver holds. It is called once, after all other calls.
	Close() error
}

// Opener opens a backend. It sends no request and does not fail for missing or wrong credentials (a later method does, with
// Unauthenticated), so that Describe works without any. It fails with InvalidArgument for a configuration that cannot be
// right: an endpoint that is no endpoint (for a system behind HTTP: no http or https URL), or a profile that does not exist.
type Opener func(ctx context.Context, config Config) (Driver, error)

// Config says where a backend works, and with which credentials.
type Config struct {
	// EndpointURL is the URL of the S3 endpoint; empty for the backend's default.
	EndpointURL string
	// Region is the region to work in; empty for the backend's default.
	Region string
	// Profile is a named profile of the system's configuration files; empty for the default one.
	Profile string
	// Credentials are the credentials to work with; nil for those that the backend finds in its environment, in its
	// configuration files or from the instance it runs on.
	Credentials *Credentials
	// Timeout is how long the system may take to begin an answer; 0 for 30 seconds. A backend bounds everything else that an
	// endpoint may take in proportion, and in memory too: package core/driver/s3fault has the limits, and keeps them for
	// requests over HTTP.
	Timeout time.Duration
	// CABundle is the file of the certificate authorities, in PEM, that may sign the system's certificate; empty for those of the environment.
	// Package core/driver/trust has them. The path is absolute.
	CABundle string
	// Insecure accepts every certificate: whoever stands between may read and change everything. Only a user may ask for it, each time.
	Insecure bool
}

// Credentials are an access key, permanent or temporary. They are secret: they must not be logged or be part of an error.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	// SessionToken is empty for a permanent key.
	SessionToken string
}

// String returns the access key id without the secrets, for whatever prints the value.
func (c Credentials) String() string { return "credentials of " + c.AccessKeyID }

// GoString is String for %#v.
func (c Credentials) GoString() string { return c.String() }

// Description is what a backend is and can do.
type Description struct {
	// Name is the backend's name: "aws" for s3-credentials-backend-aws.
	Name string
	// Version is the version of the backend's program, for people.
	Version string
	// Capabilities are what the backend can do: elements of [AllCapabilities], sorted, each once.
	Capabilities []Capability
	// Partition is the ARN partition of the configured region ("aws", "aws-cn", "aws-us-gov"); "aws" for other systems.
	Partition string
	// Region is the region that the driver works in; empty where there is none.
	Region string
	// EndpointURL is the URL of the S3 endpoint that the driver uses, without a final slash. The path-style URL of an object
	// is EndpointURL/BUCKET/KEY.
	EndpointURL string
	// WebsiteURL is the URL of a bucket's website, with "{bucket}" and "{region}" for the bucket's; empty where the system
	// serves no websites.
	WebsiteURL string
	// Dialect is how the system's policy language differs from AWS's.
	Dialect policy.Dialect
	// Names are the rules for the names of what can be created.
	Names Names
	// Limits are the sizes and durations that the system accepts.
	Limits Limits
	// Boundaries are the default permissions boundaries of new users; empty where CapPolicyBoundary is not declared.
	Boundaries Boundaries
	// SessionRole is the role that a session assumes; nil where a session needs no role.
	SessionRole *SessionRole
	// Principal is how a bucket policy names a user, as a value of "AWS" with "{user}" for the user's name. Empty where
	// CapPolicyPrincipal is not declared.
	Principal string
	// Settings are the names of what the backend reads from variables of its own: "admin-url" for S3_CREDENTIALS_GARAGE_ADMIN_URL.
	Settings []string
}

// CheckSettings refuses a setting that none of the backends has, naming those that this one has. InvalidArgument if there is one.
func (d Description) CheckSettings(settings map[string]string, others ...Description) error {
	known := d.Settings
	for _, other := range others {
		known = slices.Concat(known, other.Settings)
	}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		switch {
		case slices.Contains(known, name):
		case len(d.Settings) == 0:
			return fault.New(fault.InvalidArgument, "the %s backend has no settings, and so no %q; leave it out", d.Name, name)
		default:
			return fault.New(fault.InvalidArgument, "the %s backend has no setting %q; it has %s", d.Name, name, strings.Join(d.Settings, ", "))
		}
	}
	return nil
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

// Names are the rules for the names of users, policies, sessions and roles.
type Names struct {
	User, Policy, Session, Role NameRule
	// Separator stands between the bucket names in a derived name. It is valid in the names of users, policies and sessions,
	// and cannot be part of a bucket name, so that two lists of buckets never give the same name.
	Separator string
}

// Limits are the limits of the system, counted as the system counts; 0 means that no limit is known. For AWS they are the
// IAM and STS quotas: 2,048 bytes for all inline policies of a user, 2 access keys of a user, 2,048 bytes for a session
// policy, 900 to 43,200 seconds for a session; S3's 20 KiB for a bucket policy; and a lag of 20 seconds, as long as botocore's
// waiter for a new user waits. For MinIO, measured on the server's last
// public version: 20 KiB for a policy, 2,048 bytes for a session policy, 900 seconds to 365 days for a session and for the end of a key.
type Limits struct {
	// InlinePolicyBytes is the largest inline policy, and InlinePolicyTotalBytes the sum of all inline policies of a user.
	InlinePolicyBytes, InlinePolicyTotalBytes int
	// SessionPolicyBytes is the largest policy of a session.
	SessionPolicyBytes int
	// BucketPolicyBytes is the largest bucket policy.
	BucketPolicyBytes int
	// IgnoreWhitespace is true where the system does not count white space in inline and bucket policies.
	IgnoreWhitespace bool
	// AccessKeysPerUser is the number of access keys that a user can have.
	AccessKeysPerUser int
	// MinSessionSeconds and MaxSessionSeconds are the shortest and the longest session.
	MinSessionSeconds, MaxSessionSeconds int
	// MinKeySeconds and MaxKeySeconds are how far off the end of an access key may be.
	MinKeySeconds, MaxKeySeconds int
	// LagSeconds is how long a change may be missing from the system's answers; 0 where every answer has all earlier changes.
	LagSeconds int
}

// Boundaries are the ARNs of managed policies that serve as permissions boundaries.
type Boundaries struct {
	// ReadOnly is for users that only read, and ReadWrite for all others.
	ReadOnly, ReadWrite string
}

// SessionRole is the role that sessions assume. Package core creates it if it does not exist.
type SessionRole struct {
	// Name is the role's name, with "{user}" for the id of the caller where each caller needs a role of its own.
	Name string
	// PolicyARN is the ARN of the managed policy that is attached to the role; empty where the role has a policy of its own.
	PolicyARN string
	// Policy is the document, as JSON, of the role's own policy; empty where PolicyARN is set.
	Policy string
	// TrustPrincipal is who may assume the role, as a value of "AWS" with "{account}" for the caller's account, or "{arn}" for the
	// caller's ARN.
	TrustPrincipal string
	// MaxSessionSeconds is the longest session that the role permits.
	MaxSessionSeconds int
}

// Needs are the capabilities that the role needs; none where there is no role.
func (r *SessionRole) Needs() []Capability {
	switch {
	case r == nil:
		return nil
	case r.Policy != "":
		return []Capability{CapRoles, CapPolicyInline}
	}
	return []Capability{CapRoles, CapPolicyManaged}
}

// For returns the role of a caller.
func (r SessionRole) For(caller Caller) SessionRole {
	fill := strings.NewReplacer("{account}", caller.Account, "{arn}", caller.ARN, "{user}", caller.UserID)
	r.Name, r.TrustPrincipal = fill.Replace(r.Name), fill.Replace(r.TrustPrincipal)
	return r
}
