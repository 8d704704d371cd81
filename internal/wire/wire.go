// Package wire carries core/driver over gRPC: a [Server] serves a driver, and [NewClient] returns a driver.Driver that calls
// one in another process. No other package sees the protobuf types.
package wire

import (
	"math"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
)

const (
	// ChunkBytes is the largest part of an object's body in one message.
	ChunkBytes = 1 << 20
	// MaxMessageBytes is the largest message that either side accepts. The largest legitimate one lists 1,000 objects with
	// keys of 1 KiB.
	MaxMessageBytes = 4 << 20
	// maxHeaderListBytes bounds headers and trailers, and so the size of an error that a plugin can send.
	maxHeaderListBytes = 256 << 10
	// windowBytes is gRPC's flow-control window. Its default of 64 KiB suits many peers in a wide network, and not one peer on
	// a socket.
	windowBytes = 4 << 20
)

// A zero time.Time is an unset timestamp.

func toTime(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

func fromTime(t *timestamppb.Timestamp) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.AsTime()
}

// toInt32 replaces a number that does not fit by the nearest one that does, which for a limit means the same.
func toInt32(n int) int32 {
	return int32(max(math.MinInt32, min(math.MaxInt32, n)))
}

// toOptionalInt32 and fromOptionalInt32 distinguish 0 from a number that is not known.
func toOptionalInt32(n *int) *int32 {
	if n == nil {
		return nil
	}
	out := toInt32(*n)
	return &out
}

func fromOptionalInt32(n *int32) *int {
	if n == nil {
		return nil
	}
	out := int(*n)
	return &out
}

// mapSlice converts each element. An empty list becomes nil, as it does on the wire.
func mapSlice[A, B any](in []A, convert func(A) B) []B {
	if len(in) == 0 {
		return nil
	}
	out := make([]B, len(in))
	for i, v := range in {
		out[i] = convert(v)
	}
	return out
}
