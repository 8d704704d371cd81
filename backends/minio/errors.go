package minio

import (
	"context"
	"encoding/xml"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

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
	var admin *adminError
	var sent *s3fault.EndpointError
	var known *fault.Error
	if isUnreadable(err) && !errors.As(err, &admin) {
		err = s3fault.Unreadable(b.endpoint)
	}
	if errors.As(err, &admin) && answerOf(err) == nil && !errors.As(err, &sent) && !errors.As(err, &known) {
		// An answer arrived, which madmin cannot decrypt or decode.
		err = &s3fault.EndpointError{Endpoint: b.endpoint.Scheme + "://" + b.endpoint.Host, Err: &s3fault.AnswerError{
			Did: "sent what is no answer of MinIO's admin API", NotS3: true,
		}}
	}
	here := system
	here.Special = b.adminFault
	return here.Wrap(ctx, err, action, args...)
}

// isUnreadable reports whether an error is minio-go's for an answer whose XML, or a value in it, it cannot read.
func isUnreadable(err error) bool {
	var syntax *xml.SyntaxError
	var element xml.UnmarshalError
	var number *strconv.NumError
	var date *time.ParseError
	return errors.As(err, &syntax) || errors.As(err, &element) || errors.As(err, &number) || errors.As(err, &date)
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

// adminCall makes one call to the admin API. madmin would send a request ten times.
func adminCall[T any](ctx context.Context, call func(context.Context) (T, error)) (T, error) {
	out, err := s3fault.Call(ctx, tries, call)
	if err != nil {
		err = &adminError{err}
	}
	return out, err
}

// adminDo is adminCall for a call that returns nothing.
func (b *backend) adminDo(ctx context.Context, call func(context.Context) error) error {
	_, err := adminCall(ctx, nothing(call))
	return err
}

// do makes one call of minio-go that returns nothing.
func do(ctx context.Context, call func(context.Context) error) error {
	_, err := s3fault.Call(ctx, 0, nothing(call))
	return err
}

// nothing makes a call that returns nothing into one that does.
func nothing(call func(context.Context) error) func(context.Context) (struct{}, error) {
	return func(ctx context.Context) (struct{}, error) { return struct{}{}, call(ctx) }
}
