package sdk

import (
	"cmp"
	"context"
	"errors"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// system interprets the SDK's errors.
func (c *Config) system() s3fault.System {
	return s3fault.System{Codes: c.Codes, Answer: Answer, Special: c.special}
}

// special is the fault for an answer that this backend knows better, and for what the SDK did not send.
func (c *Config) special(err error, sentence string) *fault.Error {
	answer := Answer(err)
	if answer == nil || c.Meaning == nil {
		return sdkFault(err, sentence)
	}
	code, why := c.Meaning(answer)
	if code == "" {
		return sdkFault(err, sentence)
	}
	known := fault.Wrap(code, err, "%s: %s", sentence, why)
	known.Service = answer
	return known
}

// Wrap turns an SDK error into a fault. The action completes the sentence "cannot ...".
func (c *Config) Wrap(ctx context.Context, err error, action string, args ...any) error {
	var unreadable *smithy.DeserializationError
	var sent *s3fault.EndpointError
	var response *awshttp.ResponseError
	if errors.As(err, &unreadable) && Answer(err) == nil && !errors.As(err, &sent) && errors.As(err, &response) {
		err = s3fault.Unreadable(response.Response.Request.URL)
	}
	wrapped := c.system().Wrap(ctx, err, action, args...)
	if answer := Answer(err); answer != nil && c.Wrong != nil && fault.CodeOf(err) == fault.Unknown && c.CodeOf(answer) == fault.PermissionDenied && c.Wrong(ctx) {
		unaccepted := c.system()
		unaccepted.Codes = map[string]fault.Code{answer.Code: fault.Unauthenticated}
		return unaccepted.Wrap(ctx, err, action, args...)
	}
	return wrapped
}

// CodeOf returns what a service's answer means.
func (c *Config) CodeOf(answer *fault.Service) fault.Code { return c.system().Code(answer) }

// IsForAll reports whether every request would meet the error, because it is about the credentials or the region.
func (c *Config) IsForAll(err error) bool {
	answer := Answer(err)
	if answer == nil {
		return false
	}
	code := c.CodeOf(answer)
	if c.Meaning != nil {
		known, _ := c.Meaning(answer)
		code = cmp.Or(known, code)
	}
	return code == fault.Unauthenticated || answer.Code == "AuthorizationHeaderMalformed"
}

// Ambiguous reports whether a request that failed may have taken effect: no answer came, or one that does not tell.
func Ambiguous(err error) bool {
	answer := Answer(err)
	return answer == nil || answer.HTTPStatus >= 500
}

// nothingSaid is the code, or the message, that the SDK makes up for an answer without one.
const nothingSaid = "UnknownError"

// Answer returns a service's error answer; nil if there is none.
func Answer(err error) *fault.Service {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return nil
	}
	answer := &fault.Service{Code: api.ErrorCode(), Message: api.ErrorMessage()}
	if answer.Code == nothingSaid {
		answer.Code, answer.Message = "", ""
	}
	if answer.Message == nothingSaid {
		answer.Message = ""
	}
	var response *awshttp.ResponseError
	if errors.As(err, &response) {
		answer.HTTPStatus, answer.RequestID = response.HTTPStatusCode(), response.ServiceRequestID()
	}
	return answer
}

// Status returns the HTTP status of an error's answer; 0 if there is none.
func Status(err error) int {
	var response *awshttp.ResponseError
	if !errors.As(err, &response) {
		return 0
	}
	return response.HTTPStatusCode()
}

// Code returns the service's error code; empty if no service answered.
func Code(err error) string {
	if answer := Answer(err); answer != nil {
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
	case Answer(err) == nil && (errors.As(err, &unsendable) || errors.As(err, &invalid)):
		return fault.Wrap(fault.InvalidArgument, err, "%s: the request cannot be made: %s", sentence, s3fault.OneLine(err))
	}
	return nil
}
