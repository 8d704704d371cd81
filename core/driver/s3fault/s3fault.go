// Package s3fault turns the errors of requests to S3, IAM and STS, and to systems that speak like them, into faults. It
// holds the table of the services' error codes, the sentences, and the hints. A backend says in a [System] how its client
// library wraps an answer, and adds the codes that only its own system sends:
//
//	var system = s3fault.System{
//		Codes:  map[string]fault.Code{"XMinioStorageFull": fault.ResourceExhausted},
//		Answer: answer, // takes the service's answer out of the library's error
//	}
//
//	_, err := client.HeadBucket(ctx, bucket)
//	return system.Wrap(ctx, err, "look up the bucket %q", bucket)
//
// Below every client of a backend belongs a [Transport], which bounds what an endpoint may take of time and of memory. The
// requests of a listing have the context of [Listing]:
//
//	client := &http.Client{Transport: &s3fault.Transport{Next: http.DefaultTransport, Limits: s3fault.LimitsFor(config.Timeout)}}
package s3fault

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// System is how one system, and the library that talks to it, report errors. Every field may be left out.
type System struct {
	// Codes are the error codes that only this system sends. They come before the common ones.
	Codes map[string]fault.Code
	// Answer returns what a service answered; nil where the error is none of a service's.
	Answer func(err error) *fault.Service
	// Endpoint returns where the failed request was sent, such as "http://127.0.0.1:9000"; empty where none was sent. A request
	// through a [Transport] needs none: its errors tell.
	Endpoint func(err error) string
	// Special returns the fault for an error that only this backend understands; nil for any other. The sentence is
	// "cannot " and the action.
	Special func(err error, sentence string) *fault.Error
}

// Code returns what a service's answer means: its error code decides, else its HTTP status.
func (s System) Code(answer *fault.Service) fault.Code {
	if code, ok := s.Codes[answer.Code]; ok {
		return code
	}
	if code, ok := codes[answer.Code]; ok {
		return code
	}
	return fault.OfHTTPStatus(answer.HTTPStatus)
}

// Fault returns the fault for a service's answer: "cannot ACTION: REASON", with a hint where there is a way out.
func (s System) Fault(answer *fault.Service, err error, action string, args ...any) *fault.Error {
	code := s.Code(answer)
	reason := reasons[code]
	more, ok := closer[answer.Code]
	if skewed(answer) {
		more, ok = closer["RequestTimeTooSkewed"]
	}
	if ok {
		reason = more.reason
	}
	return &fault.Error{
		Code: code, Message: sentence(action, args) + ": " + reason, Service: answer, Hint: more.hint, Err: err,
	}
}

// skewed reports whether a wrong signature comes from a wrong clock: IAM and STS have no code of its own for that.
func skewed(answer *fault.Service) bool {
	return answer.Code == "SignatureDoesNotMatch" &&
		(strings.HasPrefix(answer.Message, "Signature expired:") || strings.HasPrefix(answer.Message, "Signature not yet current:"))
}

// Wrap turns the error of a request into a fault. Nil stays nil, and a fault in the chain is returned as it is. Where the
// context has ended, that is the reason, whatever the error says. The action completes "cannot ...".
func (s System) Wrap(ctx context.Context, err error, action string, args ...any) error {
	var known *fault.Error
	if err == nil {
		return nil
	}
	if errors.As(err, &known) {
		return known
	}
	if ended := ctx.Err(); ended != nil {
		return fault.Wrap(fault.CodeOf(ended), err, "%s: %s", sentence(action, args), ended)
	}
	if s.Special != nil {
		if f := s.Special(err, sentence(action, args)); f != nil {
			return f
		}
	}
	if s.Answer != nil {
		if answer := s.Answer(err); answer != nil {
			return s.Fault(answer, err, action, args...)
		}
	}
	return s.noAnswer(err, sentence(action, args))
}

func sentence(action string, args []any) string { return "cannot " + fmt.Sprintf(action, args...) }
