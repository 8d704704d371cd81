package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/driver/trust"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// version is this backend's own.
const version = "1.0.0"

// defaultRegion is the server's own default.
const defaultRegion = "us-east-1"

// retries is how often minio-go sends a request that fails or gets a retryable answer.
const retries = 3

// backend is one server with one set of credentials. Methods that it does not implement return Unsupported.
type backend struct {
	driver.Unimplemented
	endpoint    *url.URL // nil where none was named
	region      string
	credentials *credentials.Credentials
	http        *http.Client
	objects     *minio.Core
}

// Open opens the backend; it is a driver.Opener.
func Open(_ context.Context, config driver.Config) (driver.Driver, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	var err error
	if transport.TLSClientConfig, err = trust.TLS(config); err != nil {
		return nil, err
	}
	b := &backend{region: config.Region, credentials: chain(config), http: &http.Client{Transport: &s3fault.Transport{
		Next: transport, Limits: s3fault.LimitsFor(config.Timeout),
	}}}
	if b.region == "" {
		b.region = defaultRegion
	}
	u, err := driver.ParseEndpoint(config.EndpointURL)
	if err != nil {
		return nil, err
	}
	if u == nil {
		return b, nil
	}
	b.endpoint = u
	b.objects, err = minio.NewCore(u.Host, &minio.Options{
		Creds: b.credentials, Secure: u.Scheme == "https", Region: b.region, BucketLookup: minio.BucketLookupPath,
		Transport: b.http.Transport, MaxRetries: retries,
	})
	if err != nil {
		return nil, fault.Wrap(fault.InvalidArgument, err, "the endpoint %q cannot be used: %v", config.EndpointURL, err)
	}
	return b, nil
}

// chain finds the credentials: the caller's, or those in the usual places of S3 programs.
func chain(config driver.Config) *credentials.Credentials {
	if c := config.Credentials; c != nil {
		return credentials.NewStaticV4(c.AccessKeyID, c.SecretAccessKey, c.SessionToken)
	}
	file := &credentials.FileAWSCredentials{Profile: config.Profile}
	if config.Profile != "" {
		return credentials.New(file)
	}
	return credentials.NewChainCredentials([]credentials.Provider{&credentials.EnvAWS{}, file})
}

// Describe describes VersityGW. Its bucket policies support every action that s3-credentials grants. Every user may list
// buckets, of which it sees its own, and whoever may read an object may copy its old versions.
func (b *backend) Describe(context.Context) (driver.Description, error) {
	d := driver.Description{
		Name: "versitygw", Version: version, Partition: "aws", Region: b.region,
		Capabilities: []driver.Capability{driver.CapBucketPolicy, driver.CapUsers, driver.CapObjects, driver.CapPolicyPrincipal},
		Dialect: policy.Dialect{Implications: []policy.Implication{
			{Action: "s3:ListAllMyBuckets"}, {Action: "s3:GetObjectVersion", By: "s3:GetObject"},
		}},
		// The length of a name is limited only by that of a header.
		Names: driver.Names{User: driver.NameRule{Min: 1, Pattern: namePattern}, Separator: "+"},
		// A bucket policy names a user by its access key, without an ARN around it.
		Principal: "{user}",
	}
	if b.endpoint != nil {
		d.EndpointURL = strings.TrimSuffix(b.endpoint.String(), "/")
	}
	return d, nil
}

// Close frees the connections.
func (b *backend) Close() error {
	b.http.CloseIdleConnections()
	return nil
}
