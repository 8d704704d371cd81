// Package wire carries core/driver over gRPC: [NewServer] offers a driver to a host, and [NewClient] is a
// driver.Driver that asks one in another process. Protobuf types stop here: nothing outside this package and
// plugins/proto sees them.
package wire

import (
	"math"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
)

const (
	// ChunkBytes is the largest piece of an object's body in one message.
	ChunkBytes = 1 << 20
	// MaxMessageBytes is the largest message that either side accepts. The largest honest one is 1,000 keys of 1 KiB
	// with what a listing says of each.
	MaxMessageBytes = 4 << 20
	// maxHeaderListBytes bounds headers and trailers, and so the error that the other side can make this one hold.
	maxHeaderListBytes = 256 << 10
	// windowBytes is how much of a stream may be under way; gRPC's own default of 64 KiB is for wide networks with
	// many peers, not for one peer on a socket.
	windowBytes = 4 << 20
)

// Time and numbers, both ways. A zero time.Time is an unset timestamp.

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

// toInt32 keeps a number that is too large for the wire at the largest that fits, which for a limit means the same.
func toInt32(n int) int32 {
	return int32(max(math.MinInt32, min(math.MaxInt32, n)))
}

// toOptionalInt32 and fromOptionalInt32 keep the difference between 0 and a number that is not known.
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

// mapSlice converts each element. Nil stays nil, as an empty list arrives as nil.
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
