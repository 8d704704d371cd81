package sdk

import (
	"errors"
	"fmt"
	"net"
	"syscall"
	"testing"

	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
)

func TestWhatIsRepeated(t *testing.T) {
	down := &s3fault.EndpointError{Endpoint: "http://127.0.0.1:1", Err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}}
	for _, c := range []struct {
		name          string
		err           error
		any, creation bool
	}{
		{"throttled", answered(400, "Throttling", ""), true, true},
		{"failed", answered(500, "InternalError", ""), true, false},
		{"cut off", &s3fault.EndpointError{Endpoint: "http://x", Err: syscall.ECONNRESET}, true, false},
		{"down", down, false, false},
		{"denied", answered(403, "AccessDenied", ""), false, false},
		{"no credentials", &credentialError{err: errors.New("x")}, false, false},
	} {
		sent := fmt.Errorf("request send failed: %w", &smithyhttp.RequestSendError{Err: c.err})
		if Code(c.err) != "" {
			sent = c.err
		}
		if got := newRetryer(0).IsErrorRetryable(sent); got != c.any {
			t.Errorf("%s: repeated %v", c.name, got)
		}
		if got := NewCreationRetryer().IsErrorRetryable(sent); got != c.creation {
			t.Errorf("%s: creation repeated %v", c.name, got)
		}
	}
}

// TestWhatStandsBeforeASystemIsTriedAgain is a page without a code.
func TestWhatStandsBeforeASystemIsTriedAgain(t *testing.T) {
	for status, again := range map[int]bool{400: false, 403: false, 404: false, 408: true, 429: true, 500: true, 503: true} {
		if got := newRetryer(0).IsErrorRetryable(answered(status, nothingSaid, "")); got != again {
			t.Errorf("%d: %v", status, got)
		}
	}
}
