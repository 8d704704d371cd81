package host

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// impatient is a connection to a plugin that hangs, whose clock is a moment ahead of the host's: gRPC ends a call on both
// sides when a deadline that they share is over.
type impatient struct{ grpc.ClientConnInterface }

func (impatient) Invoke(ctx context.Context, _ string, _, _ any, _ ...grpc.CallOption) error {
	deadline, bounded := ctx.Deadline()
	if !bounded {
		deadline = time.Now().Add(time.Hour)
	}
	ahead := time.NewTimer(time.Until(deadline) - time.Millisecond)
	defer ahead.Stop()
	select {
	case <-ahead.C:
		return status.Error(codes.DeadlineExceeded, "context deadline exceeded")
	case <-ctx.Done():
		return status.FromContextError(ctx.Err()).Err()
	}
}

// TestOpenSaysWhoseTimeIsOver is about a plugin that does not open, and the two limits for that: the host's, and the caller's.
func TestOpenSaysWhoseTimeIsOver(t *testing.T) {
	for name, c := range map[string]struct {
		caller time.Duration
		code   fault.Code
		says   string
	}{
		"host":   {time.Hour, fault.Unavailable, "did not answer within 10s"},
		"caller": {time.Second, fault.DeadlineExceeded, "the time for this ran out"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), c.caller)
				defer cancel()
				_, err := openOn(ctx, impatient{}, Options{Name: "slow", StartTimeout: DefaultStartTimeout}, driver.Config{})
				if !errors.Is(err, c.code) || !strings.Contains(err.Error(), c.says) {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}
