// Package minio is the backend for MinIO: S3 by minio-go, users, access keys and policies by MinIO's admin API, and
// sessions by its STS.
//
// It links AGPLv3 code; see LICENSE.md.
package minio

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/minio/madmin-go/v3"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// kind is what differs between MinIO and a system that has taken over its APIs.
type kind struct {
	// name is the backend's name, title the system's.
	name, title string
	// maxSessionSeconds is the longest session.
	maxSessionSeconds int
}

var (
	minIO = kind{name: "minio", title: "MinIO", maxSessionSeconds: maxSessionSeconds}
	// RustFS shortens a longer session and does not say so (by its source; this backend has not run on it).
	rustFS = kind{name: "rustfs", title: "RustFS", maxSessionSeconds: 12 * 60 * 60}
)

// defaultRegion is the region of a MinIO server that was not given one.
const defaultRegion = "us-east-1"

// tries is how often a request is sent if it gets no answer, or a retryable one.
const tries = 3

// backend is the driver.
type backend struct {
	driver.Unimplemented
	kind

	endpoint *url.URL // nil where none is configured
	region   string
	timeout  time.Duration
	// credentials are resolved on first use; a program that the profile names may provide them.
	credentials *credentials.Credentials
	// given says where the credentials are from, where the configuration does: a key, or a profile.
	given     string
	told      sync.Once
	transport *http.Transport
	http      *http.Client
	s3        *minio.Client
	admin     *madmin.AdminClient

	// users caches names that are known to be users' (string to bool: whether this driver created the user).
	users sync.Map
}

var _ driver.Driver = (*backend)(nil)

// Open opens the backend for MinIO, as driver.Opener says.
func Open(_ context.Context, cfg driver.Config) (driver.Driver, error) { return minIO.open(cfg) }

// OpenRustFS opens the backend for RustFS, as driver.Opener says.
func OpenRustFS(_ context.Context, cfg driver.Config) (driver.Driver, error) { return rustFS.open(cfg) }

func (k kind) open(cfg driver.Config) (driver.Driver, error) {
	found, aliasURL, err := chain(cfg)
	if err != nil {
		return nil, err
	}
	endpoint, err := parseEndpoint(cmp.Or(cfg.EndpointURL, aliasURL, os.Getenv("AWS_ENDPOINT_URL_S3"), os.Getenv("AWS_ENDPOINT_URL"),
		profileURL(cfg.Profile), os.Getenv("MINIO_ENDPOINT")))
	if err != nil {
		return nil, err
	}
	region := cmp.Or(cfg.Region, os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"), defaultRegion)
	b := &backend{kind: k, endpoint: endpoint, region: region, timeout: cfg.Timeout, credentials: found, given: given(cfg)}
	if endpoint == nil {
		return b, nil
	}
	return b, b.connect(cfg)
}

// connect creates the clients. It sends no request.
func (b *backend) connect(cfg driver.Config) error {
	secure := b.endpoint.Scheme == "https"
	var err error
	if b.transport, err = newTransport(cfg, secure); err != nil {
		return err
	}
	watched := &abortWatcher{next: insisting{bounded(b.transport, b.timeout)}}
	b.http = &http.Client{Transport: watched}
	b.s3, err = minio.New(b.endpoint.Host, &minio.Options{
		Creds: b.credentials, Secure: secure, Region: b.region, Transport: watched,
		BucketLookup: minio.BucketLookupPath, MaxRetries: tries,
	})
	if err != nil {
		return fault.Wrap(fault.InvalidArgument, err, "the endpoint %q cannot be used: %v", b.endpoint.Redacted(), err)
	}
	b.admin, err = madmin.NewWithOptions(b.endpoint.Host, &madmin.Options{
		Creds: b.credentials, Secure: secure, Transport: watched,
	})
	if err != nil {
		return fault.Wrap(fault.InvalidArgument, err, "the endpoint %q cannot be used: %v", b.endpoint.Redacted(), err)
	}
	return nil
}

// Describe returns the backend's description.
func (b *backend) Describe(context.Context) (driver.Description, error) { return b.describe(), nil }

// Close closes idle connections.
func (b *backend) Close() error {
	if b.transport != nil {
		b.transport.CloseIdleConnections()
	}
	return nil
}

// ready fails if no request can be sent, for lack of an endpoint or of credentials.
func (b *backend) ready(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fault.Wrap(fault.CodeOf(err), err, "given up before the request was sent")
	}
	if b.endpoint == nil {
		return fault.New(fault.InvalidArgument, "%s has no endpoint of its own", b.title).WithHint(fault.HintSetEndpoint)
	}
	_, err := b.identity(ctx)
	return err
}

// parseEndpoint is driver.ParseEndpoint, but refuses a path.
func parseEndpoint(endpoint string) (*url.URL, error) {
	u, err := driver.ParseEndpoint(endpoint)
	if err == nil && u != nil && strings.Trim(u.Path, "/") != "" {
		return nil, fault.New(fault.InvalidArgument,
			"the endpoint %q has something after the host; MinIO is served at the root of its host only", u.Redacted())
	}
	return u, err
}
