package wire

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/s3-credentials/s3-credentials/core/fault"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

// maxMessageBytes bounds the text of an error. Both sides apply it.
const maxMessageBytes = 8 << 10

// statusCodes maps every fault code to the nearest gRPC code.
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

// faultCodes maps back, for plugins that send a status without the Fault detail.
var faultCodes = func() map[codes.Code]fault.Code {
	m := map[codes.Code]fault.Code{codes.OutOfRange: fault.InvalidArgument}
	for f, c := range statusCodes {
		m[c] = f
	}
	return m
}()

// toStatus converts an error of a driver into a gRPC status with a Fault as its detail; nil stays nil.
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
		// The service's own code and message have fields of their own.
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

// fromStatus converts the error of a call to the plugin called name into a fault; nil stays nil. ctx is the caller's.
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

// fromPlainError converts an error without a gRPC status.
func fromPlainError(name string, err error) error {
	return fault.Wrap(fault.CodeOf(err), err, "the call to the plugin %s failed: %s", name, shorten(err.Error()))
}

// detailOf returns the fault in a status's details, nil if there is none.
func detailOf(s *status.Status) *fault.Error {
	for _, d := range s.Details() {
		detail, ok := d.(*pb.Fault)
		if !ok {
			continue
		}
		f := fault.New(codeOfDetail(detail, s), "%s", shorten(detail.GetMessage())).WithHint(knownHint(detail.GetHint()))
		if service := detail.GetService(); service != nil {
			f.Service = &fault.Service{
				Code: shorten(service.GetCode()), Message: shorten(service.GetMessage()),
				RequestID: shorten(service.GetRequestId()), HTTPStatus: int(service.GetHttpStatus()),
			}
		}
		if f.Error() == "" {
			f.Message = "the plugin failed without saying why"
		}
		return f
	}
	return nil
}

// knownHint drops a hint of a newer plugin that this host does not know.
func knownHint(name string) fault.Hint {
	if hint := fault.Hint(name); slices.Contains(fault.Hints(), hint) {
		return hint
	}
	return ""
}

// codeOfDetail returns the detail's code, or the status's where a newer plugin sends a code that this host does not know.
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

// fromPlainStatus converts a status without a Fault, which gRPC itself or a plugin without details has sent.
func fromPlainStatus(ctx context.Context, name string, s *status.Status) error {
	message := shorten(s.Message())
	switch {
	case ctx.Err() != nil:
		return fault.Wrap(fault.CodeOf(ctx.Err()), ctx.Err(), "%s", interrupted(ctx.Err()))
	case s.Code() == codes.DeadlineExceeded:
		return fault.New(fault.DeadlineExceeded, "%s", interrupted(context.DeadlineExceeded))
	case s.Code() == codes.Unavailable, s.Code() == codes.Canceled && strings.Contains(message, "connection is closing"):
		return disconnected(name)
	case s.Code() == codes.ResourceExhausted && strings.HasPrefix(message, "grpc: "):
		return fault.New(fault.Internal, "the plugin %s sent or was sent more than fits into one message (%s)", name, message)
	case s.Code() == codes.Internal && strings.Contains(message, "invalid UTF-8"):
		return fault.New(fault.InvalidArgument, "a name or document is not valid UTF-8")
	case s.Code() == codes.Unimplemented && strings.HasPrefix(message, "unknown "):
		return fault.New(fault.Unsupported, "the plugin %s cannot do this (%s)", name, message)
	case strings.HasPrefix(message, "unexpected HTTP status code received from server"), strings.HasPrefix(message, "malformed header: missing HTTP content-type"):
		first, _, _ := strings.Cut(message, ";")
		return fault.New(fault.Unavailable, "the plugin %s does not speak gRPC on its socket (%s)", name, strings.TrimSpace(first))
	case message == "":
		return fault.New(codeOf(s.Code()), "the plugin %s failed without saying why", name)
	}
	return fault.New(codeOf(s.Code()), "the plugin %s failed: %s", name, message)
}

func interrupted(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "the time for this ran out"
	}
	return "interrupted"
}

// disconnected is the fault for a plugin that has ended or breaks the protocol, between which gRPC does not distinguish.
func disconnected(name string) error {
	return fault.New(fault.Unavailable,
		"the plugin %s has ended unexpectedly, or broke off its connection; run again with S3_CREDENTIALS_DEBUG=1 to see what it said", name)
}

// shorten returns text as valid UTF-8 of at most maxMessageBytes.
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
