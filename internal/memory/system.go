// Package memory is an in-memory S3 system with users, roles, sessions and policies, and the reference implementation of
// core/driver for it. It enforces policies with policy.Evaluate. The tests of the conformance suite and of the engine
// use it.
package memory

import (
	"context"
	"crypto/rand"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// Endpoint is the only endpoint, besides the empty one, that the system answers.
const Endpoint = "http://memory.invalid"

// account is the one account of the system.
const account = "123456789012"

// Options are for New.
type Options struct {
	// Without are capabilities that the backend does not declare.
	Without []driver.Capability
	// Dialect is the system's policy dialect; it refuses documents with rejected actions.
	Dialect policy.Dialect
	// MinSessionSeconds is the shortest session; 0 for AWS's 900.
	MinSessionSeconds int
	// MinKeySeconds is how far off the end of a key has to be; 0 for MinIO's 900.
	MinKeySeconds int
	// SelfService lets every key make and list keys of its own user, whatever the policies say.
	SelfService bool
	// Before, if set, is called before each request with the method's name. An error fails the request before it has an
	// effect.
	Before func(ctx context.Context, method string) error
}

// System is one system. Its methods are safe for concurrent use.
type System struct {
	options Options
	root    driver.Credentials

	mu      sync.Mutex
	users   map[string]*user
	roles   map[string]*role
	groups  map[string]*group
	managed map[string]*managedPolicy
	buckets map[string]*bucket
	// sessions and uses are by access key id.
	sessions map[string]*session
	uses     map[string]driver.AccessKeyUse
}

// New returns an empty system with a root key.
func New(options Options) *System {
	s := &System{
		options: options,
		root:    driver.Credentials{AccessKeyID: "ROOT" + rand.Text(), SecretAccessKey: rand.Text()},
		users:   map[string]*user{}, roles: map[string]*role{}, groups: map[string]*group{}, managed: map[string]*managedPolicy{},
		buckets: map[string]*bucket{}, sessions: map[string]*session{}, uses: map[string]driver.AccessKeyUse{},
	}
	s.addManaged("AmazonS3ReadOnlyAccess", "s3:Get*", "s3:List*")
	s.addManaged("AmazonS3FullAccess", "s3:*")
	return s
}

// Root returns the key that permits everything.
func (s *System) Root() driver.Credentials { return s.root }

// Open is a driver.Opener.
func (s *System) Open(_ context.Context, config driver.Config) (driver.Driver, error) {
	if config.EndpointURL != "" {
		u, err := url.Parse(config.EndpointURL)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return nil, fault.New(fault.InvalidArgument, "the endpoint %q is no http or https URL", config.EndpointURL)
		}
	}
	if config.Region == "" {
		config.Region = "us-east-1"
	}
	return &backend{system: s, config: config}, nil
}

// Anonymous returns a driver that sends no credentials, like a browser.
func (s *System) Anonymous() driver.Driver {
	return &backend{system: s, config: driver.Config{Region: "us-east-1"}, anonymous: true}
}

// backend is one opened driver.
type backend struct {
	driver.Unimplemented
	system    *System
	config    driver.Config
	anonymous bool
}

var _ driver.Driver = (*backend)(nil)

func (b *backend) Close() error { return nil }

// has reports whether the backend declares the capability.
func (b *backend) has(c driver.Capability) bool {
	return !slices.Contains(b.system.options.Without, c)
}

// begin starts a request: it checks the capabilities, the context, and then the caller. On success the system is locked
// until the caller calls the returned function.
func (b *backend) begin(ctx context.Context, method string, needs ...driver.Capability) (caller, func(), error) {
	for _, c := range needs {
		if !b.has(c) {
			return caller{}, nil, undeclared(c)
		}
	}
	if err := ctx.Err(); err != nil {
		return caller{}, nil, fault.Wrap(fault.CodeOf(err), err, "the request was given up")
	}
	if b.config.EndpointURL != "" && strings.TrimRight(b.config.EndpointURL, "/") != Endpoint {
		return caller{}, nil, fault.New(fault.Unavailable, "nothing answers at %s", b.config.EndpointURL)
	}
	if before := b.system.options.Before; before != nil {
		if err := before(ctx, method); err != nil {
			return caller{}, nil, err
		}
	}
	b.system.mu.Lock()
	who, err := b.authenticate()
	if err != nil {
		b.system.mu.Unlock()
		return caller{}, nil, err
	}
	who.apart = !b.anonymous && b.system.options.Dialect.AnonymousBucketPolicies
	return who, b.system.mu.Unlock, nil
}

func undeclared(c driver.Capability) error {
	return fault.New(fault.Unsupported, "this backend does not declare %s", c)
}

func missing(what, name string) error {
	return fault.New(fault.NotFound, "there is no %s %q", what, name)
}

func exists(what, name string) error {
	return fault.New(fault.AlreadyExists, "there is a %s %q already", what, name)
}

func iamARN(kind, name string) string { return "arn:aws:iam::" + account + ":" + kind + "/" + name }

func now() time.Time { return time.Now().UTC().Truncate(time.Second) }

func newID(prefix string) string { return prefix + rand.Text()[:16] }

func newKey(userName string) *driver.AccessKey {
	return &driver.AccessKey{
		UserName: userName, AccessKeyID: newID("AKIA"), SecretAccessKey: rand.Text() + rand.Text()[:14],
		Status: "Active", Created: now(),
	}
}

// parseFor parses a document and refuses what the dialect rejects.
func (s *System) parseFor(document string) (policy.Document, error) {
	doc, err := policy.Parse([]byte(document))
	if err != nil {
		return doc, err
	}
	if _, _, err := policy.Compile(doc, s.options.Dialect, policy.CompileOptions{}); err != nil {
		return doc, fault.New(fault.InvalidArgument, "%s", err)
	}
	if len(doc.Statement) == 0 {
		return doc, fault.New(fault.InvalidArgument, "the policy has no statement")
	}
	return doc, nil
}
