package aws

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
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
	limits := s3fault.LimitsFor(cfg.Timeout)
	options := []func(*config.LoadOptions) error{
		// The providers of credentials use this client; the time is for a whole request.
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(limits.Answer)),
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
	sdk.HTTPClient = newHTTPClient(sdk.HTTPClient, limits)
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
		// What stands before a system sends these without a code that the SDK knows.
		o.Retryables = append(o.Retryables, retry.RetryableHTTPStatusCode{
			Codes: map[int]struct{}{http.StatusRequestTimeout: {}, http.StatusTooManyRequests: {}},
		})
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

// httpClient sends requests within the limits of s3fault.Transport.
type httpClient struct{ *s3fault.Transport }

// newHTTPClient keeps the proxy and the certificate authorities that the SDK configured.
func newHTTPClient(configured aws.HTTPClient, limits s3fault.Limits) aws.HTTPClient {
	buildable, ok := configured.(*awshttp.BuildableClient)
	if !ok {
		buildable = awshttp.NewBuildableClient()
	}
	transport := buildable.WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTimeout }).GetTransport()
	transport.WriteBufferSize, transport.ReadBufferSize = socketBuffer, socketBuffer
	transport.MaxIdleConnsPerHost = 64
	return &httpClient{&s3fault.Transport{
		Next: transport, Limits: limits, Redirects: isOtherRegion,
		Operation: func(req *http.Request) string { return awsmiddleware.GetOperationName(req.Context()) },
	}}
}

// isOtherRegion reports whether an answer is S3's to a request that came to the wrong region: a redirect that names the right
// one, for which the request needs another signature (see inBucket).
func isOtherRegion(answer *http.Response) bool { return answer.Header.Get(bucketRegionHeader) != "" }

// Do sends one request.
func (c *httpClient) Do(req *http.Request) (*http.Response, error) {
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
