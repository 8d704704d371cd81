// Package fault defines the errors that cross this project's boundaries: from a backend to the engine, from a
// plugin process to its host, and from the engine to the command line. It is a leaf: it imports nothing of the project.
//
// A fault carries one [Code]. Codes are named after gRPC's, so that the mapping over the wire is total.
// Test for one with errors.Is:
//
//	if errors.Is(err, fault.NotFound) { ... }
package fault

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// Code says what kind of failure an error is. A Code is itself an error, so it can be the target of errors.Is.
// The zero Code is not valid; [CodeOf] never returns it for a non-nil error.
type Code string

// The closed set of codes.
const (
	// Canceled: the caller gave up. errors.Is(err, context.Canceled) holds as well.
	Canceled Code = "Canceled"
	// DeadlineExceeded: the caller's deadline passed. errors.Is(err, context.DeadlineExceeded) holds as well.
	DeadlineExceeded Code = "DeadlineExceeded"
	// InvalidArgument: the request itself is wrong, whatever the state of the system.
	InvalidArgument Code = "InvalidArgument"
	// NotFound: what the request names does not exist. Never used for a 403.
	NotFound Code = "NotFound"
	// AlreadyExists: what the request would create is there already.
	AlreadyExists Code = "AlreadyExists"
	// PermissionDenied: the credentials are valid but may not do this.
	PermissionDenied Code = "PermissionDenied"
	// Unauthenticated: there are no credentials, or the system does not accept them.
	Unauthenticated Code = "Unauthenticated"
	// ResourceExhausted: a limit or quota of the system is reached, or the system asks to slow down.
	ResourceExhausted Code = "ResourceExhausted"
	// FailedPrecondition: the state of the system forbids it (a bucket that is not empty, a policy still attached).
	FailedPrecondition Code = "FailedPrecondition"
	// Aborted: somebody else changed the same thing at the same time; doing it again may work.
	Aborted Code = "Aborted"
	// Unsupported: the backend, or the system behind it, cannot do this at all.
	Unsupported Code = "Unsupported"
	// Unavailable: the system, or the plugin process, cannot be reached or has died.
	Unavailable Code = "Unavailable"
	// DataLoss: what was transferred is not what was meant to be (a checksum or a size does not match).
	DataLoss Code = "DataLoss"
	// Internal: the backend or the system broke its own contract.
	Internal Code = "Internal"
	// Unknown: an error nobody classified.
	Unknown Code = "Unknown"
)

// Codes returns every valid code, in a fixed order.
func Codes() []Code {
	return []Code{
		Canceled, DeadlineExceeded, InvalidArgument, NotFound, AlreadyExists, PermissionDenied, Unauthenticated,
		ResourceExhausted, FailedPrecondition, Aborted, Unsupported, Unavailable, DataLoss, Internal, Unknown,
	}
}

// Error makes a bare code usable as the target of errors.Is.
func (c Code) Error() string { return string(c) }

// Error is a failure with a code, a sentence for a person, and what the service itself said.
// None of its fields ever holds a secret.
type Error struct {
	Code Code
	// Message is one sentence, lower case, without a final stop: what happened and, where it helps, what to do.
	Message string
	// Service is what the S3 system answered; nil where no answer was involved.
	Service *Service
	// Hint is a way out, for the program in front of the user to put into words; empty where there is none.
	Hint Hint
	// Err is the cause within this process; it does not cross the wire.
	Err error
}

// Service is what a service said when it refused a request.
type Service struct {
	// Code is the service's own error code, such as "NoSuchEntity".
	Code string
	// Message is the service's own sentence.
	Message string
	// RequestID is what the service's operators need to find the request.
	RequestID string
	// HTTPStatus is the status of the answer, 0 where it is not known.
	HTTPStatus int
}

// New returns a fault with a message formatted as by fmt.Sprintf.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap returns a fault that has err as its cause, with a message formatted as by fmt.Sprintf.
// The message must stand by itself: the cause is not printed.
func Wrap(code Code, err error, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Err: err}
}

// Error returns the message, followed by the service's own code and message where there are any.
func (e *Error) Error() string {
	if e.Service == nil || e.Service.Code == "" {
		return e.Message
	}
	said := e.Service.Code
	if e.Service.Message != "" && e.Service.Message != e.Message {
		said += ": " + e.Service.Message
	}
	if e.Message == "" {
		return said
	}
	return e.Message + " (" + said + ")"
}

// Unwrap returns the cause within this process.
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

// CodeOf returns the code of err: of the outermost fault in its chain, of the context error it wraps, or Unknown.
// For nil it returns "".
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

// ServiceOf returns what the service said in err's chain, nil where it said nothing.
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

// OfHTTPStatus returns the code that an HTTP status stands for by itself, for an answer whose own error code says nothing more.
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
	case status >= 500:
		return Unavailable
	}
	return Unknown
}
