package aws

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/logging"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

const (
	// metadataTimeout bounds the last provider of the credential chain, the instance metadata service. Outside of an
	// instance it may not even refuse the connection.
	metadataTimeout = 2 * time.Second
	// dialTimeout bounds the time to connect.
	dialTimeout = 10 * time.Second
	// socketBuffer is the size of a connection's buffers; net/http's default of 4 KiB costs a system call per 4 KiB.
	socketBuffer = 64 << 10
)

// loadConfig reads the environment and the SDK's configuration files. It sends no request.
func loadConfig(ctx context.Context, cfg driver.Config) (aws.Config, error) {
	options := []func(*config.LoadOptions) error{
		config.WithHTTPClient(awshttp.NewBuildableClient()),
		// The errors have all that matters; the SDK's log would clutter the terminal.
		config.WithLogger(logging.Nop{}),
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
	sdk, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return aws.Config{}, configFault(err)
	}
	if sdk.Region == "" {
		sdk.Region = defaultRegion
	}
	sdk.HTTPClient = newHTTPClient(sdk.HTTPClient)
	sdk.Credentials = credentialChain{sdk.Credentials}
	attempts := sdk.RetryMaxAttempts
	sdk.Retryer = func() aws.Retryer { return newRetryer(attempts) }
	return sdk, nil
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

func (b *backend) newS3() *s3.Client {
	return s3.NewFromConfig(b.config, func(o *s3.Options) {
		o.BaseEndpoint = cmp.Or(b.explicitEndpoint, o.BaseEndpoint)
		// Ranges have no checksums; the SDK would log a line for each.
		o.DisableLogOutputChecksumValidationSkipped = true
		if o.BaseEndpoint == nil {
			return
		}
		// Custom endpoints rarely have a DNS name for each bucket.
		o.UsePathStyle = true
		// Systems older than S3's trailing checksums refuse uploads with them.
		if !checksumsConfigured(b.config.ConfigSources) {
			o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		}
	})
}

// checksumsConfigured reports whether the environment or the profile says when to send checksums.
func checksumsConfigured(sources []any) bool {
	for _, source := range sources {
		s, ok := source.(interface {
			GetRequestChecksumCalculation(context.Context) (aws.RequestChecksumCalculation, bool, error)
		})
		if !ok {
			continue
		}
		if _, found, err := s.GetRequestChecksumCalculation(context.Background()); found && err == nil {
			return true
		}
	}
	return false
}

// credentialChain is the SDK's chain with a typed error and a timeout.
type credentialChain struct{ chain aws.CredentialsProvider }

// credentialError says why there are no credentials.
type credentialError struct {
	err error
	// nothingSet says that no credentials are configured: the chain reached its last provider.
	nothingSet bool
}

func (e *credentialError) Error() string { return e.err.Error() }
func (e *credentialError) Unwrap() error { return e.err }

// Retrieve asks the chain.
func (c credentialChain) Retrieve(ctx context.Context) (aws.Credentials, error) {
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
	})
}

// newCreationRetryer retries only requests that certainly had no effect, so that nothing is created twice.
func newCreationRetryer() aws.Retryer {
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

// httpClient sends requests without following redirects: those of S3 need another signature (see inBucket).
type httpClient struct{ transport *http.Transport }

// newHTTPClient keeps the proxy and the certificate authorities that the SDK configured.
func newHTTPClient(configured aws.HTTPClient) aws.HTTPClient {
	buildable, ok := configured.(*awshttp.BuildableClient)
	if !ok {
		buildable = awshttp.NewBuildableClient()
	}
	transport := buildable.WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTimeout }).GetTransport()
	transport.WriteBufferSize, transport.ReadBufferSize = socketBuffer, socketBuffer
	transport.MaxIdleConnsPerHost = 64
	return &httpClient{transport}
}

// endpointError is a request without a usable answer.
type endpointError struct {
	endpoint string
	err      error
}

func (e *endpointError) Error() string { return e.endpoint + ": " + e.err.Error() }
func (e *endpointError) Unwrap() error { return e.err }

// readOnly hides the WriteTo of the SDK's bodies. The SDK closes a body as soon as the answer begins, and WriteTo then
// returns io.EOF as an error. When net/http checks whether the body exceeds its announced length, it takes that error for
// a broken request and closes the connection while the answer is still being read.
type readOnly struct {
	io.Reader
	io.Closer
}

func hideWriteTo(req *http.Request) {
	if req.Body != nil && req.Body != http.NoBody {
		req.Body = readOnly{req.Body, req.Body}
	}
}

// Do sends one request.
func (c *httpClient) Do(req *http.Request) (*http.Response, error) {
	sent := *req
	// The SDK leaves the protocol unset. net/http then sends a body without waiting for the "100 Continue" that the SDK's
	// header requests, and a refusal would arrive after the whole part, or be lost with the connection.
	sent.Proto, sent.ProtoMajor, sent.ProtoMinor = "HTTP/1.1", 1, 1
	meterBody(&sent)
	hideWriteTo(&sent)
	resp, err := c.transport.RoundTrip(&sent)
	if err == nil {
		err = refuse(req, resp)
	}
	if err == nil {
		err = ownForm(req, resp)
	}
	if err != nil {
		return nil, &endpointError{endpoint: req.URL.Scheme + "://" + req.URL.Host, err: err}
	}
	return resp, nil
}

// CloseIdleConnections closes idle connections.
func (c *httpClient) CloseIdleConnections() { c.transport.CloseIdleConnections() }

// refuse refuses an answer that is none of a service's. S3 answers requests that came to the wrong region with a redirect
// that names the right one: those are for inBucket.
func refuse(req *http.Request, resp *http.Response) error {
	if resp.Header.Get(bucketRegionHeader) == "" {
		if err := s3fault.Redirect(resp); err != nil {
			_ = resp.Body.Close()
			return err
		}
	}
	return refuseWebPage(req, resp)
}

// refuseWebPage refuses HTML pages, which could pass for an empty listing. Objects may be HTML. The Content-Type alone is
// no proof: some systems send text/html with every answer.
func refuseWebPage(req *http.Request, resp *http.Response) error {
	object := awsmiddleware.GetOperationName(req.Context()) == "GetObject" && resp.StatusCode < 300
	if object || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		return nil
	}
	peeking := bufio.NewReaderSize(resp.Body, 512)
	start, _ := peeking.Peek(64)
	start = bytes.ToLower(bytes.TrimSpace(start))
	if bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<html")) {
		_ = resp.Body.Close()
		return s3fault.ErrNotS3
	}
	resp.Body = readOnly{peeking, resp.Body}
	return nil
}
