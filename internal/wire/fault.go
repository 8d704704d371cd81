package wire

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/s3-credentials/s3-credentials/core/fault"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

// maxMessageBytes is how much of an error's text crosses the wire, whichever side is the careless one.
const maxMessageBytes = 8 << 10

// statusCodes is the nearest gRPC code of every fault code.
var statusCodes = map[fault.Code]codes.Code{
	fault.Canceled:           codes.Canceled,
	fault.DeadlineExceeded:   codes.DeadlineExceeded,
	fault.InvalidArgument:    codes.InvalidArgument,
	fault.NotFound:           codes.NotFound,
	fault.AlreadyExists:      codes.AlreadyExists,
	fault.PermissionDenied:   codes.PermissionDenied,
	fault.Unauthenticated:    codes.Unauthenticated,
	fault.ResourceExhausted:  codes.ResourceExhausted,
	fault.FailedPrecondition: codes.FailedPrecondition,
	fault.Aborted:            codes.Aborted,
	fault.Unsupported:        codes.Unimplemented,
	fault.Unavailable:        codes.Unavailable,
	fault.DataLoss:           codes.DataLoss,
	fault.Internal:           codes.Internal,
	fault.Unknown:            codes.Unknown,
}

// faultCodes is the other direction, for plugins that send a status without the Fault detail.
var faultCodes = func() map[codes.Code]fault.Code {
	m := map[codes.Code]fault.Code{codes.OutOfRange: fault.InvalidArgument}
	for f, c := range statusCodes {
		m[c] = f
	}
	return m
}()

// toStatus turns any error of a driver into the error that crosses the wire; nil stays nil.
func toStatus(err error) error {
	if err == nil {
		return nil
	}
	code := fault.CodeOf(err)
	grpcCode, known := statusCodes[code]
	if !known {
		code, grpcCode = fault.Unknown, codes.Unknown
	}
	message := err.Error()
	service := fault.ServiceOf(err)
	var f *fault.Error
	if service != nil && errors.As(err, &f) && f == err {
		// The service's words travel in a field of their own.
		message = f.Message
	}
	detail := &pb.Fault{Code: string(code), Message: shorten(message), Hint: string(fault.HintOf(err))}
	if service != nil {
		detail.Service = &pb.Service{
			Code: shorten(service.Code), Message: shorten(service.Message),
			RequestId: shorten(service.RequestID), HttpStatus: toInt32(service.HTTPStatus),
		}
	}
	plain := status.New(grpcCode, detail.GetMessage())
	if detailed, err := plain.WithDetails(detail); err == nil {
		return detailed.Err()
	}
	return plain.Err()
}

// fromStatus turns what a call to the plugin called name returned into a fault; nil stays nil. ctx is the caller's.
func fromStatus(ctx context.Context, name string, err error) error {
	if err == nil {
		return nil
	}
	s, ok := status.FromError(err)
	if !ok {
		return fromPlainError(name, err)
	}
	if f := detailOf(s); f != nil {
		return f
	}
	return fromPlainStatus(ctx, name, s)
}

// fromPlainError is for what gRPC reports without a status.
func fromPlainError(name string, err error) error {
	return fault.Wrap(fault.CodeOf(err), err, "the call to the plugin %s failed: %s", name, shorten(err.Error()))
}

// detailOf returns the fault that the plugin sent as a detail, nil if it sent none.
func detailOf(s *status.Status) *fault.Error {
	for _, d := range s.Details() {
		detail, ok := d.(*pb.Fault)
		if !ok {
			continue
		}
		f := fault.New(codeOfDetail(detail, s), "%s", shorten(detail.GetMessage())).WithHint(knownHint(detail.GetHint()))
		if said := detail.GetService(); said != nil {
			f.Service = &fault.Service{
				Code: shorten(said.GetCode()), Message: shorten(said.GetMessage()),
				RequestID: shorten(said.GetRequestId()), HTTPStatus: int(said.GetHttpStatus()),
			}
		}
		if f.Message == "" && f.Service == nil {
			f.Message = "the plugin failed without saying why"
		}
		return f
	}
	return nil
}

// knownHint leaves out a hint of a newer plugin that this host does not know.
func knownHint(name string) fault.Hint {
	if hint := fault.Hint(name); slices.Contains(fault.Hints(), hint) {
		return hint
	}
	return ""
}

// codeOfDetail is the detail's own code, or the status's where a newer plugin names one that this host does not know.
func codeOfDetail(detail *pb.Fault, s *status.Status) fault.Code {
	code := fault.Code(detail.GetCode())
	if _, known := statusCodes[code]; known {
		return code
	}
	return codeOf(s.Code())
}

func codeOf(c codes.Code) fault.Code {
	if code, known := faultCodes[c]; known {
		return code
	}
	return fault.Unknown
}

// fromPlainStatus is for a status without a Fault: from gRPC itself, or from a plugin that does not send details.
func fromPlainStatus(ctx context.Context, name string, s *status.Status) error {
	said := shorten(s.Message())
	switch {
	case ctx.Err() != nil:
		return fault.Wrap(fault.CodeOf(ctx.Err()), ctx.Err(), "%s", interrupted(ctx.Err()))
	case s.Code() == codes.DeadlineExceeded:
		return fault.New(fault.DeadlineExceeded, "%s", interrupted(context.DeadlineExceeded))
	case s.Code() == codes.Unavailable, s.Code() == codes.Canceled && strings.Contains(said, "connection is closing"):
		return ended(name)
	case s.Code() == codes.ResourceExhausted && strings.HasPrefix(said, "grpc: "):
		return fault.New(fault.Internal, "the plugin %s sent or was sent more than fits into one message (%s)", name, said)
	case s.Code() == codes.Internal && strings.Contains(said, "invalid UTF-8"):
		return fault.New(fault.InvalidArgument, "a name or document is not valid UTF-8")
	case s.Code() == codes.Unimplemented && strings.HasPrefix(said, "unknown "):
		return fault.New(fault.Unsupported, "the plugin %s cannot do this (%s)", name, said)
	case said == "":
		said = fmt.Sprintf("the plugin %s failed without saying why", name)
	}
	return fault.New(codeOf(s.Code()), "%s", said)
}

func interrupted(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "the time for this ran out"
	}
	return "interrupted"
}

// ended is the fault for a plugin that is no longer there, or no longer makes sense: gRPC does not tell one from the other.
func ended(name string) error {
	return fault.New(fault.Unavailable,
		"the plugin %s has ended unexpectedly, or broke off its connection; run again with S3_CREDENTIALS_LOG=debug to see what it said", name)
}

// shorten keeps text valid and at most maxMessageBytes long.
func shorten(text string) string {
	if len(text) > maxMessageBytes {
		cut := maxMessageBytes - len("…")
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}
