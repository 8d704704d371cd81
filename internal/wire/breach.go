package wire

import (
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/s3-credentials/s3-credentials/core/fault"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

// Breach says how an error of a plugin breaks the contract; "" if it does not. Callers of a client cannot tell, because the
// client makes a fault of any error.
func Breach(err error) string {
	s, ok := status.FromError(err)
	if err == nil || !ok {
		return ""
	}
	details := s.Details()
	if len(details) == 0 {
		return withoutFault(s)
	}
	detail, isFault := details[0].(*pb.Fault)
	if len(details) > 1 || !isFault {
		return fmt.Sprintf("an error has %d details, of which the first is a %T, want one Fault: %s %.200q", len(details), details[0], s.Code(), s.Message())
	}
	want, known := statusCodes[fault.Code(detail.GetCode())]
	switch message := detail.GetMessage(); {
	case !known:
		return fmt.Sprintf("an error has a Fault with the code %q, which is none: %.200q", detail.GetCode(), message)
	case want != s.Code():
		return fmt.Sprintf("an error has a Fault with the code %s, whose status is %s, and has the status %s: %.200q", detail.GetCode(), want, s.Code(), message)
	case len(message) > maxMessageBytes:
		return fmt.Sprintf("an error has a message of %d bytes, but at most %d are allowed: %.200q", len(message), maxMessageBytes, message)
	}
	return ""
}

// withoutFault is Breach for a status without details. Some of those come from gRPC itself: for methods that are missing, for
// the end of a call or a connection, and for messages that cannot be sent.
func withoutFault(s *status.Status) string {
	switch s.Code() {
	case codes.Unimplemented, codes.Canceled, codes.DeadlineExceeded, codes.Unavailable, codes.Internal, codes.ResourceExhausted:
		return ""
	}
	return fmt.Sprintf("an error has no Fault: %s %.200q", s.Code(), s.Message())
}
