package sdk

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// answered is an error as the SDK returns it for a service's answer.
func answered(status int, code, message string) error {
	return &smithy.OperationError{ServiceID: "S3", OperationName: "Test", Err: &awshttp.ResponseError{
		RequestID: "REQUEST1",
		ResponseError: &smithyhttp.ResponseError{
			Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status, Header: http.Header{}}},
			Err:      &smithy.GenericAPIError{Code: code, Message: message},
		},
	}}
}

func TestServiceErrors(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
		want   fault.Code
	}{
		{403, "InvalidClientTokenId", fault.Unauthenticated},
		{403, "SignatureDoesNotMatch", fault.Unauthenticated},
		{403, "InvalidAccessKeyId", fault.Unauthenticated},
		{400, "ExpiredToken", fault.Unauthenticated},
		{403, "ExpiredTokenException", fault.Unauthenticated},
		{403, "RequestTimeTooSkewed", fault.Unauthenticated},
		{403, "AccessDenied", fault.PermissionDenied},
		{403, "Forbidden", fault.PermissionDenied},
		{403, "SomethingNew", fault.PermissionDenied},
		{404, "NoSuchEntity", fault.NotFound},
		{404, "NoSuchBucket", fault.NotFound},
		{404, "NoSuchKey", fault.NotFound},
		{404, "NotFound", fault.NotFound},
		{404, "NoSuchPublicAccessBlockConfiguration", fault.NotFound},
		{409, "EntityAlreadyExists", fault.AlreadyExists},
		{409, "BucketAlreadyOwnedByYou", fault.AlreadyExists},
		{400, "MalformedPolicyDocument", fault.InvalidArgument},
		{400, "ValidationError", fault.InvalidArgument},
		{400, "InvalidBucketName", fault.InvalidArgument},
		{400, "SomethingNew", fault.InvalidArgument},
		{409, "LimitExceeded", fault.ResourceExhausted},
		{503, "SlowDown", fault.ResourceExhausted},
		{400, "Throttling", fault.ResourceExhausted},
		{429, "SomethingNew", fault.ResourceExhausted},
		{409, "DeleteConflict", fault.FailedPrecondition},
		{409, "BucketNotEmpty", fault.FailedPrecondition},
		{409, "SomethingNew", fault.FailedPrecondition},
		{409, "OperationAborted", fault.Aborted},
		{501, "NotImplemented", fault.Unsupported},
		{400, "InvalidAction", fault.Unsupported},
		{405, "MethodNotAllowed", fault.Unsupported},
		{501, "SomethingNew", fault.Unsupported},
		{400, "BadDigest", fault.DataLoss},
		{500, "InternalError", fault.Unavailable},
		{503, "SomethingNew", fault.Unavailable},
		{302, "SomethingNew", fault.Unknown},
	} {
		err := (&Config{}).Wrap(context.Background(), answered(c.status, c.code, "said"), "do %s", "it")
		var f *fault.Error
		if !errors.As(err, &f) {
			t.Fatalf("%d %s: %v is no fault", c.status, c.code, err)
		}
		if f.Code != c.want {
			t.Errorf("%d %s: got %s, want %s", c.status, c.code, f.Code, c.want)
		}
		if want := (fault.Service{Code: c.code, Message: "said", RequestID: "REQUEST1", HTTPStatus: c.status}); f.Service == nil || *f.Service != want {
			t.Errorf("%d %s: service is %+v, want %+v", c.status, c.code, f.Service, want)
		}
		if !strings.HasPrefix(f.Message, "cannot do it: ") || strings.HasSuffix(f.Message, ".") {
			t.Errorf("%d %s: message %q", c.status, c.code, f.Message)
		}
	}
}

func TestTransportErrors(t *testing.T) {
	refusedBy := &s3fault.EndpointError{Endpoint: "http://127.0.0.1:1", Err: &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}}
	untrusted := &s3fault.EndpointError{Endpoint: "https://s3.example.com", Err: x509.UnknownAuthorityError{}}
	plain := &s3fault.EndpointError{Endpoint: "https://s3.example.com", Err: errors.New("http: server gave HTTP response to HTTPS client")}
	page := &s3fault.EndpointError{Endpoint: "http://www.example.com", Err: s3fault.ErrNotS3}
	for _, c := range []struct {
		name string
		err  error
		code fault.Code
		says []string
	}{
		{"refused", refusedBy, fault.Unavailable, []string{"http://127.0.0.1:1 cannot be reached", "connection refused"}},
		{"certificate", untrusted, fault.Unavailable, []string{"https://s3.example.com", "AWS_CA_BUNDLE"}},
		{"plain", plain, fault.Unavailable, []string{"http://"}},
		{"page", page, fault.Unavailable, []string{"http://www.example.com answers, but not as an S3 system"}},
		{"none", &credentialError{errors.New("x"), true}, fault.Unauthenticated, []string{"no credentials found"}},
		{"broken", &credentialError{errors.New("sso session\nhas expired"), false}, fault.Unauthenticated, []string{"sso session has expired"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := (&Config{}).Wrap(context.Background(), fmt.Errorf("operation error: %w", c.err), "do it")
			if fault.CodeOf(err) != c.code {
				t.Errorf("code %s, want %s", fault.CodeOf(err), c.code)
			}
			for _, part := range c.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q is more than one line", err)
			}
		})
	}
}

func TestContextErrorsStayContextErrors(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := (&Config{}).Wrap(ctx, answered(500, "InternalError", ""), "do it")
	if !errors.Is(err, context.Canceled) || fault.CodeOf(err) != fault.Canceled {
		t.Errorf("got %v (%s)", err, fault.CodeOf(err))
	}
	// A deadline that is not the caller's is the system's failure.
	err = (&Config{}).Wrap(context.Background(), &s3fault.EndpointError{Endpoint: "http://x", Err: context.DeadlineExceeded}, "do it")
	if fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("got %v (%s)", err, fault.CodeOf(err))
	}
}
