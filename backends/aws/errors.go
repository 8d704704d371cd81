package aws

import (
	"context"
	"errors"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// system interprets the SDK's errors.
var system = s3fault.System{Answer: answerOf, Special: sdkFault}

// wrapError turns an SDK error into a fault. The action completes the sentence "cannot ...".
func wrapError(ctx context.Context, err error, action string, args ...any) error {
	var unreadable *smithy.DeserializationError
	var sent *s3fault.EndpointError
	var response *awshttp.ResponseError
	if errors.As(err, &unreadable) && answerOf(err) == nil && !errors.As(err, &sent) && errors.As(err, &response) {
		err = s3fault.Unreadable(response.Response.Request.URL)
	}
	return system.Wrap(ctx, err, action, args...)
}

// nothingSaid is the code that the SDK makes up for an answer without one.
const nothingSaid = "UnknownError"

// answerOf returns a service's error answer; nil if there is none.
func answerOf(err error) *fault.Service {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return nil
	}
	answer := &fault.Service{Code: api.ErrorCode(), Message: api.ErrorMessage()}
	if answer.Code == nothingSaid {
		answer.Code, answer.Message = "", ""
	}
	var response *awshttp.ResponseError
	if errors.As(err, &response) {
		answer.HTTPStatus, answer.RequestID = response.HTTPStatusCode(), response.ServiceRequestID()
	}
	return answer
}

// statusOf returns the HTTP status of an error's answer; 0 if there is none.
func statusOf(err error) int {
	var response *awshttp.ResponseError
	if !errors.As(err, &response) {
		return 0
	}
	return response.HTTPStatusCode()
}

// serviceCodeOf returns the service's error code; empty if no service answered.
func serviceCodeOf(err error) string {
	if answer := answerOf(err); answer != nil {
		return answer.Code
	}
	return ""
}

// sdkFault is the fault for a request that the SDK cannot build or sign.
func sdkFault(err error, sentence string) *fault.Error {
	var missing *credentialError
	var unsendable *smithy.SerializationError
	var invalid smithy.InvalidParamsError
	switch {
	case errors.As(err, &missing) && missing.nothingSet:
		return s3fault.NoCredentials(err)
	case errors.As(err, &missing):
		return fault.Wrap(fault.Unauthenticated, err, "the configured credentials cannot be had: %s", s3fault.OneLine(missing.err))
	case answerOf(err) == nil && (errors.As(err, &unsendable) || errors.As(err, &invalid)):
		return fault.Wrap(fault.InvalidArgument, err, "%s: the request cannot be made: %s", sentence, s3fault.OneLine(err))
	}
	return nil
}
