// Package sdk is what all clients of AWS's SDK have in common in the backends that use it: configuration, connections and their limits,
// retries, listings, and errors turned into faults.
package sdk

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	smithylogging "github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/driver/trust"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// DefaultRegion is the region if neither the caller nor the environment names one.
const DefaultRegion = "us-east-1"

// BucketRegionHeader names the bucket's region in every answer of S3 about a bucket, including refusals.
const BucketRegionHeader = "X-Amz-Bucket-Region"

const (
	// metadataTimeout bounds the last provider of the credential chain, the instance metadata service. Outside of an
	// instance it may not even refuse the connection.
	metadataTimeout = 2 * time.Second
	// dialTimeout bounds the time to connect.
	dialTimeout = 10 * time.Second
	// socketBuffer is the size of a connection's buffers; net/http's default of 4 KiB costs a system call per 4 KiB.
	socketBuffer = 64 << 10
)

// Config is the configuration of all clients of a backend.
type Config struct {
	aws.Config
	// Codes are the error codes that only this system sends.
	Codes map[string]fault.Code
	// Meaning says what an answer means and why it came, where its error code and its message do not; it returns no code for any other.
	// Nil for a system whose codes say what they mean.
	Meaning func(*fault.Service) (code fault.Code, why string)
	// Endpoint is where all services are; nil if each has its own.
	Endpoint *string
	// Wrong reports whether the system does not accept the credentials at all. It is asked after an answer that says that they may not do
	// something, and set for a system that says the same of both.
	Wrong func(context.Context) bool
}

// Load reads the environment and the SDK's configuration files. It sends no request. It fails with InvalidArgument if the endpoint is no
// http or https URL, or if there is no such profile.
func Load(ctx context.Context, cfg driver.Config) (*Config, error) {
	if _, err := driver.ParseEndpoint(cfg.EndpointURL); err != nil {
		return nil, err
	}
	limits := s3fault.LimitsFor(cfg.Timeout)
	secure, err := trust.TLS(cfg)
	if err != nil {
		return nil, err
	}
	loaded, err := config.LoadDefaultConfig(ctx, loadOptions(cfg, limits)...)
	if err != nil {
		return nil, configFault(err)
	}
	loaded.APIOptions = nil // the providers of credentials have them
	loaded.Region = cmp.Or(loaded.Region, DefaultRegion)
	loaded.HTTPClient = newHTTPClient(loaded.HTTPClient, limits, secure)
	loaded.Credentials = &credentialChain{chain: loaded.Credentials}
	attempts := loaded.RetryMaxAttempts
	loaded.Retryer = func() aws.Retryer { return newRetryer(attempts) }
	c := &Config{Config: loaded}
	if cfg.EndpointURL != "" {
		c.Endpoint = aws.String(strings.TrimRight(cfg.EndpointURL, "/"))
	}
	return c, nil
}

func loadOptions(cfg driver.Config, limits s3fault.Limits) []func(*config.LoadOptions) error {
	options := []func(*config.LoadOptions) error{
		// The providers of credentials use this client; the time is for a whole request.
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(limits.Answer)),
		// The errors have all that matters; the SDK's log would clutter the terminal.
		config.WithLogger(smithylogging.Nop{}),
		config.WithAPIOptions([]func(*middleware.Stack) error{logging}),
	}
	// The providers of credentials need the authorities too; those of the environment the SDK finds by itself.
	if bundle, err := trust.Bundle(cfg); err == nil && bundle != nil {
		options = append(options, config.WithCustomCABundle(bytes.NewReader(bundle)))
	}
	if cfg.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(cfg.Profile))
	}
	if cfg.Region != "" {
		options = append(options, config.WithRegion(cfg.Region))
	}
	if c := cfg.Credentials; c != nil {
		options = append(options, config.WithCredentialsProvider(
			credentials.NewStaticCredentialsProvider(c.AccessKeyID, c.SecretAccessKey, c.SessionToken)))
	}
	return options
}

// EndpointOr is where a client sends its requests: where all services are, else the endpoint that the SDK found for its service; nil for
// AWS's own.
func (c *Config) EndpointOr(found *string) *string { return cmp.Or(c.Endpoint, found) }

// Refuse makes every request fail with an error.
func (c *Config) Refuse(err error) { c.HTTPClient = refusing{err} }

// refusing sends nothing.
type refusing struct{ err error }

func (r refusing) Do(*http.Request) (*http.Response, error) { return nil, r.err }

// Close closes idle connections.
func (c *Config) Close() error {
	if client, ok := c.HTTPClient.(interface{ CloseIdleConnections() }); ok {
		client.CloseIdleConnections()
	}
	return nil
}

// configFault explains an error of the SDK's configuration.
func configFault(err error) error {
	var missing config.SharedConfigProfileNotExistError
	if errors.As(err, &missing) {
		return fault.Wrap(fault.InvalidArgument, err,
			"there is no profile %q in the AWS configuration files; see ~/.aws/config and ~/.aws/credentials", missing.Profile)
	}
	return fault.Wrap(fault.InvalidArgument, err, "the AWS configuration cannot be used: %v", err)
}

// credentialChain is the SDK's chain with a typed error and a timeout.
type credentialChain struct {
	chain aws.CredentialsProvider
	told  sync.Once
}

// credentialError says why there are no credentials.
type credentialError struct {
	err error
	// nothingSet says that no credentials are configured: the chain reached its last provider.
	nothingSet bool
}

func (e *credentialError) Error() string { return e.err.Error() }
func (e *credentialError) Unwrap() error { return e.err }

// Retrieve asks the chain.
func (c *credentialChain) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if c.chain == nil {
		return aws.Credentials{}, &credentialError{err: errors.New("no provider of credentials"), nothingSet: true}
	}
	last := aws.IsCredentialsProvider(c.chain, (*ec2rolecreds.Provider)(nil))
	asking := ctx
	if last {
		var cancel context.CancelFunc
		asking, cancel = context.WithTimeout(ctx, metadataTimeout)
		defer cancel()
	}
	found, err := c.chain.Retrieve(asking)
	if err == nil {
		c.told.Do(func() {
			driver.Logger(ctx).Debug("credentials", "from", found.Source, "access_key_id", found.AccessKeyID)
		})
	}
	if err == nil || ctx.Err() != nil {
		return found, err
	}
	if last && asking.Err() != nil {
		// The cause is metadataTimeout, and must not look like the caller's deadline.
		err = errors.New("the instance metadata service did not answer")
	}
	return aws.Credentials{}, &credentialError{err: err, nothingSet: last}
}

// newRetryer is the SDK's standard retryer, except that it does not retry permanent errors.
func newRetryer(attempts int) aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		if attempts > 0 {
			o.MaxAttempts = attempts
		}
		o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(nonRetryable)}, o.Retryables...)
		// What stands before a system sends these without a code that the SDK knows.
		o.Retryables = append(o.Retryables, retry.RetryableHTTPStatusCode{
			Codes: map[int]struct{}{http.StatusRequestTimeout: {}, http.StatusTooManyRequests: {}},
		})
	})
}

// NewCreationRetryer retries only requests that certainly had no effect, so that nothing is created twice.
func NewCreationRetryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.Retryables = []retry.IsErrorRetryable{
			retry.IsErrorRetryableFunc(nonRetryable),
			retry.RetryableErrorCode{Codes: retry.DefaultThrottleErrorCodes},
		}
	})
}

// nonRetryable recognizes errors that a second attempt would meet again.
func nonRetryable(err error) aws.Ternary {
	var noCredentials *credentialError
	if errors.Is(err, syscall.ECONNREFUSED) || errors.As(err, &noCredentials) || s3fault.NonRetryable(err) {
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}

// HTTPClient sends requests within the limits of s3fault.Transport.
type HTTPClient struct{ *s3fault.Transport }

// newHTTPClient keeps the proxy that the SDK configured, and the certificate authorities that it found in the profile.
func newHTTPClient(configured aws.HTTPClient, limits s3fault.Limits, secure *tls.Config) aws.HTTPClient {
	buildable, ok := configured.(*awshttp.BuildableClient)
	if !ok {
		buildable = awshttp.NewBuildableClient()
	}
	transport := buildable.WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTimeout }).GetTransport()
	if found := transport.TLSClientConfig; found != nil && found.RootCAs != nil {
		secure.RootCAs = found.RootCAs
	}
	transport.TLSClientConfig = secure
	transport.WriteBufferSize, transport.ReadBufferSize = socketBuffer, socketBuffer
	transport.MaxIdleConnsPerHost = 64
	return &HTTPClient{&s3fault.Transport{
		Next: transport, Limits: limits, Redirects: isOtherRegion,
		Operation: func(req *http.Request) string { return awsmiddleware.GetOperationName(req.Context()) },
	}}
}

// isOtherRegion reports whether an answer is S3's to a request that came to the wrong region: a redirect that names the right
// one, for which the request needs another signature (package backends/s3 sends it again).
func isOtherRegion(answer *http.Response) bool { return answer.Header.Get(BucketRegionHeader) != "" }

// Do sends one request.
func (c *HTTPClient) Do(req *http.Request) (*http.Response, error) {
	sent := *req
	// The SDK leaves the protocol unset. net/http then sends a body without waiting for the "100 Continue" that the SDK's
	// header requests, and a refusal would arrive after the whole part, or be lost with the connection.
	sent.Proto, sent.ProtoMajor, sent.ProtoMinor = "HTTP/1.1", 1, 1
	meterBody(&sent)
	answer, err := c.RoundTrip(&sent)
	if err != nil {
		return nil, err
	}
	return answer, ownForm(req, answer)
}
