package minio

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/minio/madmin-go/v3"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// system interprets the errors of MinIO's client libraries.
var system = s3fault.System{Codes: serviceCodes, Answer: answerOf}

// wrapError turns a call's error into a fault. The action completes the sentence "cannot ...".
func (b *backend) wrapError(ctx context.Context, err error, action string, args ...any) error {
	here := system
	here.Endpoint, here.Special = b.endpointOf, b.adminFault
	return here.Wrap(ctx, err, action, args...)
}

// endpointOf returns the endpoint of a request without an answer.
func (b *backend) endpointOf(err error) string {
	var sent *url.Error
	var given *gaveUpError
	var redirect *s3fault.RedirectError
	if errors.As(err, &sent) || errors.As(err, &redirect) || errors.As(err, &given) || errors.Is(err, s3fault.ErrNotS3) {
		return b.endpoint.Scheme + "://" + b.endpoint.Host
	}
	return ""
}

// answerOf returns the server's error answer; nil if there is none, or if it is unintelligible.
func answerOf(err error) *fault.Service {
	var object minio.ErrorResponse
	var admin madmin.ErrorResponse
	var sts credentials.ErrorResponse
	switch {
	case errors.As(err, &object) && object.Code != "":
		return &fault.Service{Code: object.Code, Message: object.Message, RequestID: object.RequestID, HTTPStatus: object.StatusCode}
	case errors.As(err, &sts) && sts.STSError.Code != "":
		return &fault.Service{Code: sts.STSError.Code, Message: sts.STSError.Message, RequestID: sts.RequestID}
	case errors.As(err, &admin) && admin.Code != "":
		return adminAnswer(admin)
	}
	return nil
}

// adminAnswer interprets an answer that does not come from the admin API: madmin then puts the status into the code, and
// the page into the message.
func adminAnswer(answer madmin.ErrorResponse) *fault.Service {
	first, _, _ := strings.Cut(answer.Code, " ")
	if status, err := strconv.Atoi(first); err == nil {
		return &fault.Service{Message: http.StatusText(status), HTTPStatus: status}
	}
	return &fault.Service{Code: answer.Code, Message: answer.Message, RequestID: answer.RequestID}
}

// codeIs reports whether the server answered with one of the codes.
func codeIs(err error, codes ...string) bool {
	answer := answerOf(err)
	return answer != nil && slices.Contains(codes, answer.Code)
}

// adminError marks an error of a call to the admin API. An S3 error there means that the server has no admin API.
type adminError struct{ error }

// Unwrap returns the error itself.
func (e *adminError) Unwrap() error { return e.error }

// adminFault is the fault for a call to the admin API of a server that has none.
func (b *backend) adminFault(err error, sentence string) *fault.Error {
	var admin *adminError
	answer := answerOf(err)
	if !errors.As(err, &admin) || answer == nil || isAdminAnswer(answer) {
		return nil
	}
	f := fault.Wrap(fault.Unsupported, err, "%s: %s has no admin API of MinIO", sentence, b.endpoint.Host).WithHint(fault.HintBackend)
	f.Service = answer
	return f
}

// isAdminAnswer reports whether the admin API can have sent the answer: not if it is about a bucket or a key.
func isAdminAnswer(answer *fault.Service) bool {
	objectCodes := []string{"NoSuchBucket", "NoSuchKey", "MethodNotAllowed", "NotImplemented", "InvalidBucketName", "NotFound", "InvalidURI", "MalformedXML"}
	if answer.Code != "" {
		return !slices.Contains(objectCodes, answer.Code)
	}
	return answer.HTTPStatus >= 500 || answer.HTTPStatus == http.StatusTooManyRequests
}

// gaveUpError is the last error of a call to the admin API that is not retried.
type gaveUpError struct{ error }

// Unwrap returns the error itself.
func (e *gaveUpError) Unwrap() error { return e.error }

// adminCall makes one call to the admin API with limited attempts.
func adminCall[T any](ctx context.Context, call func(context.Context) (T, error)) (T, error) {
	inner, done := limited(ctx)
	defer done()
	out, err := call(inner)
	var given *gaveUpError
	if err != nil && ctx.Err() == nil && errors.As(context.Cause(inner), &given) {
		err = given
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
