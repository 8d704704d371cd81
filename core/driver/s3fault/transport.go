package s3fault

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// ErrNotS3 is for a transport or a client to return when what answers is no S3 system, such as a web server.
var ErrNotS3 = errors.New("the answer is a web page")

// RedirectError is an answer that sends the client elsewhere. No redirect is followed: the request carries a signature, and
// some carry secrets.
type RedirectError struct {
	// To is the scheme and the host that the answer names; empty where it names none.
	To string
}

func (e *RedirectError) Error() string { return "redirected to " + e.To }

// Redirect returns the [RedirectError] for an answer with a status from 300 to 399; nil for any other, and for 304 Not
// Modified. A transport calls it, so that no client above it gets to see a redirect.
func Redirect(answer *http.Response) error {
	if answer.StatusCode < 300 || answer.StatusCode > 399 || answer.StatusCode == http.StatusNotModified {
		return nil
	}
	to := ""
	if location, err := answer.Location(); err == nil {
		to = location.Scheme + "://" + location.Host
	}
	return &RedirectError{To: to}
}

// noAnswer is the fault for a request that got no answer, or none that can be understood.
func (s System) noAnswer(err error, sentence string) error {
	endpoint := s.endpointOf(err)
	subject := endpoint
	if subject == "" {
		subject = "the endpoint"
	}
	var redirect *RedirectError
	var answer *AnswerError
	switch {
	case errors.As(err, &answer) && answer.NotS3:
		return fault.Wrap(fault.Unavailable, err, "%s: %s answers, but not as an S3 system does: it %s", sentence, subject, answer.Did).WithHint(fault.HintEndpoint)
	case errors.As(err, &answer) && answer.Slow:
		return fault.Wrap(fault.Unavailable, err, "%s: %s %s", sentence, subject, answer.Did).WithHint(fault.HintTimeout)
	case errors.As(err, &answer):
		return fault.Wrap(fault.Unavailable, err, "%s: %s %s", sentence, subject, answer.Did)
	case errors.As(err, &redirect):
		return fault.Wrap(fault.Unavailable, err, "%s: %s redirects to %s, and no redirect is followed", sentence, subject,
			cmp.Or(redirect.To, "an address that it does not name")).WithHint(fault.HintEndpoint)
	case errors.Is(err, ErrNotS3):
		return fault.Wrap(fault.Unavailable, err, "%s: %s answers, but not as an S3 system does", sentence, subject).WithHint(fault.HintEndpoint)
	case IsCertificateError(err):
		return fault.Wrap(fault.Unavailable, err, "%s: the certificate of %s is not trusted: %s; if it is from an "+
			"authority of your own, name its file in AWS_CA_BUNDLE", sentence, subject, Innermost(err)).WithHint(fault.HintAuthority)
	case IsPlaintext(err):
		return fault.Wrap(fault.Unavailable, err, "%s: %s does not speak TLS; write the endpoint with http://", sentence, subject)
	case endpoint != "":
		return fault.Wrap(fault.Unavailable, err, "%s: %s cannot be reached: %s", sentence, endpoint, Innermost(err))
	}
	return fault.Wrap(fault.Unavailable, err, "%s: %s", sentence, Innermost(err))
}

func (s System) endpointOf(err error) string {
	var sent *EndpointError
	switch {
	case errors.As(err, &sent):
		return sent.Endpoint
	case s.Endpoint != nil:
		return s.Endpoint(err)
	}
	return ""
}

// NonRetryable reports whether an error of a transport stays the same however often the request is sent.
func NonRetryable(err error) bool {
	var dns *net.DNSError
	var redirect *RedirectError
	var answer *AnswerError
	if errors.As(err, &answer) {
		return !answer.Again
	}
	return errors.As(err, &redirect) || errors.Is(err, ErrNotS3) || IsCertificateError(err) || IsPlaintext(err) || errors.As(err, &dns) && dns.IsNotFound
}

// IsNoHTTP reports whether the server sent what net/http cannot read. Its errors have no types, and quote what was sent.
func IsNoHTTP(err error) bool {
	for _, text := range []string{
		"malformed HTTP", "malformed MIME", "transport connection broken", "server response headers exceeded", "header line too long",
		// What net/http says of a server that speaks first, if its words are there before the request.
		"readLoopPeekFailLocked: %!w(<nil>)",
		"Content-Length", "chunked encoding", "chunked line", "chunk length", "railer key", "reading trailer", "long trailer", "gzip: invalid",
	} {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	return false
}

// IsCutOff reports whether the server closed the connection without an answer. What net/http says of one that closed it before
// the request was sent is a value of its own, and not exported.
func IsCutOff(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(err.Error(), "server closed idle connection")
}

// IsCertificateError reports whether the client rejected the server's certificate.
func IsCertificateError(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &hostname) || errors.As(err, &invalid)
}

// IsPlaintext reports whether the server answered a TLS handshake with something else.
func IsPlaintext(err error) bool {
	var record tls.RecordHeaderError
	return errors.As(err, &record) || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}

// Innermost returns the text of the cause, on one line. The wrappings say nothing more, but may hold the URL of the
// request, which is a secret where it is presigned.
func Innermost(err error) string {
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return OneLine(err)
}

// OneLine returns the text of an error, on one line.
func OneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// NoCredentials is the fault for a request that has no credentials to be signed with.
func NoCredentials(err error) *fault.Error {
	return fault.Wrap(fault.Unauthenticated, err, "no credentials found").
		WithHint(fault.HintCredentials)
}
