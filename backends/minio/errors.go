package minio

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/minio/madmin-go/v3"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// codeAlreadyApplied is the admin API's answer to attaching what is attached, and to detaching what is not.
const codeAlreadyApplied = "XMinioAdminPolicyChangeAlreadyApplied"

// codeNotAllowed is its answer to looking an access key up as if it were a user.
const codeNotAllowed = "XMinioIAMActionNotAllowed"

// codeNotAUser is its answer to adding a user by the name of an access key or of the root user.
const codeNotAUser = "XMinioInvalidIAMCredentials"

// reasons complete the sentence "cannot ...: ".
var reasons = map[fault.Code]string{
	fault.InvalidArgument:    "MinIO does not accept the request",
	fault.NotFound:           "it does not exist",
	fault.AlreadyExists:      "it exists already",
	fault.PermissionDenied:   "the credentials in use do not allow it",
	fault.Unauthenticated:    "MinIO does not accept the credentials; check the access key, the secret key and the session token",
	fault.ResourceExhausted:  "a limit of the server is reached, or it asks to slow down",
	fault.FailedPrecondition: "its present state forbids it",
	fault.Aborted:            "it was changed by somebody else at the same time; try again",
	fault.Unsupported:        "the server behind this endpoint does not offer it",
	fault.Unavailable:        "the server is not available; try again later",
	fault.DataLoss:           "what arrived is not what was sent; try again",
	fault.Internal:           "the server's answer makes no sense",
	fault.Unknown:            "the server refused it",
}

// adminCall makes one call to the admin API, tried a few times at most.
func adminCall[T any](ctx context.Context, call func(context.Context) (T, error)) (T, error) {
	inner, done := limited(ctx)
	defer done()
	out, err := call(inner)
	if cause := context.Cause(inner); err != nil && ctx.Err() == nil && errors.Is(cause, errTriedEnough) {
		err = cause
	}
	if err != nil {
		err = &adminError{err}
	}
	return out, err
}

// adminDo is adminCall for a call that returns nothing.
func (b *backend) adminDo(ctx context.Context, call func(context.Context) error) error {
	_, err := adminCall(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, call(ctx) })
	return err
}

// adminError marks what came of the admin API, where an S3 error means that the server has none.
type adminError struct{ error }

// Unwrap returns the error itself.
func (e *adminError) Unwrap() error { return e.error }

// refused turns whatever a call returned into a fault. The action completes the sentence "cannot ...".
func (b *backend) refused(ctx context.Context, err error, action string, args ...any) error {
	var known *fault.Error
	if err == nil {
		return nil
	}
	if errors.As(err, &known) {
		return known
	}
	action = "cannot " + fmt.Sprintf(action, args...)
	if gaveUp := ctx.Err(); gaveUp != nil {
		return fault.Wrap(fault.CodeOf(gaveUp), err, "%s: %s", action, gaveUp)
	}
	if said, ok := serviceOf(err); ok {
		return b.serviceFault(err, said, action)
	}
	return b.transportFault(err, action)
}

func (b *backend) serviceFault(err error, said *fault.Service, action string) error {
	var admin *adminError
	if errors.As(err, &admin) && !isAdminAnswer(said) {
		return &fault.Error{Code: fault.Unsupported, Service: said, Err: err,
			Message: fmt.Sprintf("%s: %s has no admin API of MinIO; name another backend with --backend if it is no MinIO", action, b.endpoint.Host)}
	}
	code := codeOf(said)
	reason := reasons[code]
	switch said.Code {
	case "RequestTimeTooSkewed":
		reason = "the clock of this machine and the server's differ too much; set them right"
	case "AuthorizationHeaderMalformed", "InvalidRegion":
		reason = "the server is in another region; name it with --region"
	case "NoSuchBucket":
		reason = "there is no such bucket"
	}
	return &fault.Error{Code: code, Message: action + ": " + reason, Service: said, Err: err}
}

// serviceOf is what the server said; false where it said nothing that can be understood.
func serviceOf(err error) (*fault.Service, bool) {
	var object minio.ErrorResponse
	var admin madmin.ErrorResponse
	var sts credentials.ErrorResponse
	switch {
	case errors.As(err, &object) && object.Code != "":
		return &fault.Service{Code: object.Code, Message: object.Message, RequestID: object.RequestID, HTTPStatus: object.StatusCode}, true
	case errors.As(err, &sts) && sts.STSError.Code != "":
		return &fault.Service{Code: sts.STSError.Code, Message: sts.STSError.Message, RequestID: sts.RequestID}, true
	case errors.As(err, &admin) && admin.Code != "":
		return adminService(admin), true
	}
	return nil, false
}

// adminService makes sense of an answer that was none of the admin API's: madmin puts the status into the code then,
// and the page into the message.
func adminService(answer madmin.ErrorResponse) *fault.Service {
	first, _, _ := strings.Cut(answer.Code, " ")
	if status, err := strconv.Atoi(first); err == nil {
		return &fault.Service{Message: http.StatusText(status), HTTPStatus: status}
	}
	return &fault.Service{Code: answer.Code, Message: answer.Message, RequestID: answer.RequestID}
}

// isAdminAnswer reports whether an answer can be the admin API's: one that speaks of a bucket or a key cannot.
func isAdminAnswer(said *fault.Service) bool {
	foreign := []string{"NoSuchBucket", "NoSuchKey", "MethodNotAllowed", "NotImplemented", "InvalidBucketName", "NotFound", "InvalidURI", "MalformedXML"}
	if said.Code != "" {
		return !slices.Contains(foreign, said.Code)
	}
	return said.HTTPStatus >= 500 || said.HTTPStatus == http.StatusTooManyRequests
}

// codeIs reports whether the server answered with one of the codes.
func codeIs(err error, codes ...string) bool {
	said, ok := serviceOf(err)
	return ok && slices.Contains(codes, said.Code)
}

// codeOf classifies what the server said.
func codeOf(said *fault.Service) fault.Code {
	if code, ok := serviceCodes[said.Code]; ok {
		return code
	}
	return fault.OfHTTPStatus(said.HTTPStatus)
}

// transportFault is for requests that no service answered. URLs are kept out: a presigned one is a secret.
func (b *backend) transportFault(err error, action string) error {
	var record tls.RecordHeaderError
	var sent *url.Error
	endpoint := "the server"
	if b.endpoint != nil {
		endpoint = b.endpoint.Scheme + "://" + b.endpoint.Host
	}
	switch {
	case errors.Is(err, errNotS3):
		return fault.Wrap(fault.Unavailable, err, "%s: %s answers, but not as MinIO does; check --endpoint-url", action, endpoint)
	case isCertificateError(err):
		return fault.Wrap(fault.Unavailable, err, "%s: the certificate of %s is not trusted; name its authority with "+
			"AWS_CA_BUNDLE or SSL_CERT_FILE: %s", action, endpoint, innermost(err))
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return fault.Wrap(fault.Unavailable, err, "%s: %s does not speak TLS; write the endpoint with http://", action, endpoint)
	case errors.As(err, &sent), errors.Is(err, errTriedEnough):
		return fault.Wrap(fault.Unavailable, err, "%s: %s cannot be reached: %s", action, endpoint, innermost(err))
	}
	return fault.Wrap(fault.Unavailable, err, "%s: %s", action, innermost(err))
}

// hopeless reports whether a request that failed like this need not be sent again.
func hopeless(err error) bool {
	return errors.Is(err, errNotS3) || isCertificateError(err) || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}

// isCertificateError reports whether the server's certificate was refused.
func isCertificateError(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &hostname)
}

// innermost is the text of the cause, on one line, without addresses of requests.
func innermost(err error) string {
	var operation *net.OpError
	var sent *url.Error
	switch {
	case errors.As(err, &operation):
		err = operation.Err
	case errors.As(err, &sent):
		err = sent.Err
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}
