// Package fault defines the errors that backends return to the engine, plugins to their host, and the engine to its caller.
//
// An [Error] has one [Code], a sentence for people and, where a service refused a request, the service's own answer. Test for
// a code with errors.Is, whatever wraps the error:
//
//	if errors.Is(err, fault.NotFound) { ... }
//
// [CodeOf] returns the code of any error, [ServiceOf] the service's answer, and [HintOf] what the user can do. A backend makes
// errors with [New] and [Wrap]. The codes are named after gRPC's, and each has one there, so that plugins lose none of them.
package fault

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// Code is the kind of a failure. A Code is itself an error, so that it can be the target of errors.Is. The zero Code is not
// valid; [CodeOf] returns it only for nil.
type Code string

// The closed set of codes.
const (
	// Canceled: the caller cancelled the context. errors.Is(err, context.Canceled) holds as well.
	Canceled Code = "Canceled"
	// DeadlineExceeded: the deadline of the context passed. errors.Is(err, context.DeadlineExceeded) holds as well.
	DeadlineExceeded Code = "DeadlineExceeded"
	// InvalidArgument: the request is wrong, whatever the state of the system.
	InvalidArgument Code = "InvalidArgument"
	// NotFound: something that the request names does not exist. It is never used for HTTP status 403.
	NotFound Code = "NotFound"
	// AlreadyExists: something that the request would create exists.
	AlreadyExists Code = "AlreadyExists"
	// PermissionDenied: the credentials are valid but may not do this.
	PermissionDenied Code = "PermissionDenied"
	// Unauthenticated: the credentials are missing, or the system does not accept them.
	Unauthenticated Code = "Unauthenticated"
	// ResourceExhausted: a limit or quota of the system is reached, or the system throttles the request.
	ResourceExhausted Code = "ResourceExhausted"
	// FailedPrecondition: the state of the system does not permit the request: a bucket that is not empty, for example.
	FailedPrecondition Code = "FailedPrecondition"
	// Aborted: somebody else changed the same thing at the same time; a repetition may succeed.
	Aborted Code = "Aborted"
	// Unsupported: the backend, or the system behind it, cannot do this at all.
	Unsupported Code = "Unsupported"
	// Unavailable: the system or the plugin cannot be reached, or the plugin has ended.
	Unavailable Code = "Unavailable"
	// DataLoss: the transferred bytes are not the object's: a checksum or size does not match.
	DataLoss Code = "DataLoss"
	// Internal: the backend or the system violated its contract.
	Internal Code = "Internal"
	// Unknown: an error without a code.
	Unknown Code = "Unknown"
)

// Codes returns every valid code, in a fixed order.
func Codes() []Code {
	return []Code{
		Canceled, DeadlineExceeded, InvalidArgument, NotFound, AlreadyExists, PermissionDenied, Unauthenticated,
		ResourceExhausted, FailedPrecondition, Aborted, Unsupported, Unavailable, DataLoss, Internal, Unknown,
	}
}

// Error returns the code's name.
func (c Code) Error() string { return string(c) }

// Error is a failure: a code, a sentence for people, the service's answer and a hint. No field ever holds a secret.
type Error struct {
	Code Code
	// Message is one sentence in lower case, without a final stop: what happened and, where it helps, what to do.
	Message string
	// Service is the answer of the S3 system; nil if it did not answer.
	Service *Service
	// Hint is what the user can do, for the program in front of the user to put into words; empty for no hint.
	Hint Hint
	// Err is the cause. A plugin's host does not receive it.
	Err error
}

// Service is a service's own description of an error.
type Service struct {
	// Code is the service's own error code, such as "NoSuchEntity".
	Code string
	// Message is the service's own message.
	Message string
	// RequestID identifies the request to the service's operators.
	RequestID string
	// HTTPStatus is the status of the response; 0 if it is not known.
	HTTPStatus int
}

// New returns a fault with a message formatted as by fmt.Sprintf.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap returns a fault with the cause err and a message formatted as by fmt.Sprintf. Error does not print the cause, so that
// the message must be complete without it.
func Wrap(code Code, err error, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Err: err}
}

// Error returns the message and, in parentheses, the service's own code and message.
func (e *Error) Error() string {
	if e.Service == nil || e.Service.Code == "" {
		return e.Message
	}
	answer := e.Service.Code
	if e.Service.Message != "" && e.Service.Message != e.Message {
		answer += ": " + e.Service.Message
	}
	if e.Message == "" {
		return answer
	}
	return e.Message + " (" + answer + ")"
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is this error's code, or the context error that the code stands for.
func (e *Error) Is(target error) bool {
	switch target {
	case context.Canceled:
		return e.Code == Canceled
	case context.DeadlineExceeded:
		return e.Code == DeadlineExceeded
	}
	code, ok := target.(Code)
	return ok && code == e.Code
}

// CodeOf returns the code of the outermost fault in err's chain, else the code of the context error in it, else Unknown. For
// nil it returns "".
func CodeOf(err error) Code {
	var f *Error
	var c Code
	switch {
	case err == nil:
		return ""
	case errors.As(err, &f):
		return f.Code
	case errors.As(err, &c):
		return c
	case errors.Is(err, context.Canceled):
		return Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return DeadlineExceeded
	}
	return Unknown
}

// ServiceOf returns the outermost answer of a service in err's chain, nil if there is none.
func ServiceOf(err error) *Service {
	var f *Error
	for errors.As(err, &f) {
		if f.Service != nil {
			return f.Service
		}
		err = f.Err
	}
	return nil
}

// OfHTTPStatus returns the code for an HTTP status, for a response whose own error code is unknown: Unknown below 400 and for
// other statuses without an equivalent.
func OfHTTPStatus(status int) Code {
	switch {
	case status == http.StatusBadRequest:
		return InvalidArgument
	case status == http.StatusUnauthorized:
		return Unauthenticated
	case status == http.StatusForbidden:
		return PermissionDenied
	case status == http.StatusNotFound:
		return NotFound
	case status == http.StatusMethodNotAllowed, status == http.StatusNotImplemented:
		return Unsupported
	case status == http.StatusConflict, status == http.StatusPreconditionFailed:
		return FailedPrecondition
	case status == http.StatusTooManyRequests:
		return ResourceExhausted
	case status >= 500, status == http.StatusRequestTimeout:
		return Unavailable
	}
	return Unknown
}
