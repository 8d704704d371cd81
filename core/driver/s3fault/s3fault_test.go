package s3fault_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// answerError is a library's error for an answer.
type answerError struct{ fault.Service }

func (e *answerError) Error() string { return "answered " + e.Code }

func answerOf(err error) *fault.Service {
	var answer *answerError
	if !errors.As(err, &answer) {
		return nil
	}
	return &answer.Service
}

var system = s3fault.System{
	Codes:    map[string]fault.Code{"AcmeFull": fault.ResourceExhausted, "NoSuchKey": fault.Aborted},
	Answer:   answerOf,
	Endpoint: func(error) string { return "https://s3.example.com" },
}

func Example() {
	err := error(&answerError{fault.Service{Code: "AuthorizationHeaderMalformed", Message: "expecting 'eu-west-1'", HTTPStatus: 400}})
	err = system.Wrap(context.Background(), err, "look up the bucket %q", "photos")
	fmt.Println(err)
	fmt.Println(fault.CodeOf(err), fault.HintOf(err))
	// Output:
	// cannot look up the bucket "photos": the request was signed for another region (AuthorizationHeaderMalformed: expecting 'eu-west-1')
	// InvalidArgument region
}

func TestTheOwnCodeDecidesThenTheCommonOneThenTheStatus(t *testing.T) {
	for _, c := range []struct {
		code   string
		status int
		want   fault.Code
	}{
		{"AcmeFull", 403, fault.ResourceExhausted},
		{"NoSuchKey", 404, fault.Aborted},
		{"InvalidClientTokenId", 403, fault.Unauthenticated},
		{"EntityTooLarge", 413, fault.InvalidArgument},
		{"AuthorizationHeaderMalformed", 400, fault.InvalidArgument},
		{"SomethingNew", 403, fault.PermissionDenied},
		{"", 501, fault.Unsupported},
		{"SomethingNew", 302, fault.Unknown},
	} {
		if got := system.Code(&fault.Service{Code: c.code, HTTPStatus: c.status}); got != c.want {
			t.Errorf("%d %s: got %s, want %s", c.status, c.code, got, c.want)
		}
	}
}

func TestErrorsWithoutAnAnswer(t *testing.T) {
	secret := "https://s3.example.com/b/k?X-Amz-Signature=secret"
	sent := func(err error) error { return &url.Error{Op: "Get", URL: secret, Err: err} }
	for name, c := range map[string]struct {
		err  error
		says []string
		hint fault.Hint
		once bool
	}{
		"down":        {sent(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), []string{"https://s3.example.com cannot be reached: connection refused"}, "", false},
		"no host":     {sent(&net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}), []string{"cannot be reached", "no such host"}, "", true},
		"certificate": {sent(x509.UnknownAuthorityError{}), []string{"the certificate of https://s3.example.com", "AWS_CA_BUNDLE"}, fault.HintAuthority, true},
		"plain":       {sent(errors.New("http: server gave HTTP response to HTTPS client")), []string{"write the endpoint with http://"}, "", true},
		"page":        {sent(s3fault.ErrNotS3), []string{"answers, but not as an S3 system does"}, fault.HintEndpoint, true},
		"lines":       {sent(errors.New("broken\nin two")), []string{"broken in two"}, "", false},
	} {
		err := system.Wrap(t.Context(), c.err, "do it")
		if fault.CodeOf(err) != fault.Unavailable || fault.HintOf(err) != c.hint || strings.ContainsAny(err.Error(), "\n") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v (%s, hint %q)", name, err, fault.CodeOf(err), fault.HintOf(err))
		}
		for _, part := range append(c.says, "cannot do it: ") {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q does not say %q", name, err, part)
			}
		}
		if s3fault.NonRetryable(c.err) != c.once {
			t.Errorf("%s: NonRetryable is %v", name, !c.once)
		}
	}
}

func TestWrapKeepsWhatIsSaidAlready(t *testing.T) {
	if err := system.Wrap(t.Context(), nil, "do it"); err != nil {
		t.Errorf("no error became %v", err)
	}
	known := fault.New(fault.Aborted, "changed")
	if err := system.Wrap(t.Context(), fmt.Errorf("wrapped: %w", known), "do it"); !errors.Is(err, known) || err.Error() != "changed" {
		t.Errorf("a fault became %v", err)
	}
	special := system
	special.Special = func(err error, sentence string) *fault.Error {
		return fault.Wrap(fault.Unsupported, err, "%s: never", sentence)
	}
	if err := special.Wrap(t.Context(), errors.New("x"), "do it"); err.Error() != "cannot do it: never" {
		t.Errorf("got %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	err := special.Wrap(ended, &answerError{fault.Service{Code: "InternalError", HTTPStatus: 500}}, "do it")
	if !errors.Is(err, context.Canceled) || fault.CodeOf(err) != fault.Canceled {
		t.Errorf("after the end of the context: %v", err)
	}
	// A deadline that is not the caller's is the system's failure.
	if err := system.Wrap(t.Context(), context.DeadlineExceeded, "do it"); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("a deadline of somebody else's: %v (%s)", err, fault.CodeOf(err))
	}
}
