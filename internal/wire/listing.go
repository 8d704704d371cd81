package wire

import (
	"context"
	"io"
	"iter"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

const (
	// batchItems is the most items in one message of a listing: S3's own page.
	batchItems = 1000
	// batchBytes bounds a message with large items (roles with their documents), well below MaxMessageBytes.
	batchBytes = 1 << 20
	// batchWait is how long an item waits for others, so that the host sees a slow listing make progress.
	batchWait = 50 * time.Millisecond
)

// sendListing sends what a method of the driver yields, in batches. It stops the driver's iteration when the host stops
// receiving. toItem converts one item, and toMessage makes a message of a batch.
func sendListing[Q, T, P, M any](
	s *Server, stream grpc.ServerStreamingServer[M], method func(driver.Driver, context.Context, Q) iter.Seq2[T, error], request Q,
	toItem func(T) P, toMessage func([]P) *M,
) error {
	d, err := s.driver()
	if err != nil {
		return err
	}
	var batch []P
	bytes, last := 0, time.Now()
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		err := stream.Send(toMessage(batch))
		batch, bytes, last = nil, 0, time.Now()
		return err
	}
	for item, err := range method(d, stream.Context(), request) {
		if err != nil {
			// The items before the error are sent before it.
			if failed := flush(); failed != nil {
				return failed
			}
			return toStatus(contextFirst(stream.Context(), err))
		}
		message := toItem(item)
		batch = append(batch, message)
		bytes += sizeOf(message)
		if len(batch) >= batchItems || bytes >= batchBytes || time.Since(last) >= batchWait {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// noRequest adapts a listing that takes no request to sendListing.
func noRequest[T any](
	method func(driver.Driver, context.Context) iter.Seq2[T, error],
) func(driver.Driver, context.Context, any) iter.Seq2[T, error] {
	return func(d driver.Driver, ctx context.Context, _ any) iter.Seq2[T, error] { return method(d, ctx) }
}

func sizeOf(item any) int {
	switch item := item.(type) {
	case proto.Message:
		return proto.Size(item)
	case string:
		return len(item)
	}
	return 0
}

// identity converts what is the same on both sides.
func identity[T any](v T) T { return v }

// receiveListing is the other end of sendListing: an iterator over the items of all batches. Ending the loop cancels the call.
func receiveListing[Q, M, P, T any](
	ctx context.Context, c *client,
	method func(context.Context, Q, ...grpc.CallOption) (grpc.ServerStreamingClient[M], error), request Q,
	items func(*M) []P, from func(P) T,
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		call, cancel := context.WithCancel(ctx)
		defer cancel()
		var zero T
		stream, err := method(call, request)
		if err != nil {
			yield(zero, fromStatus(ctx, c.name, err))
			return
		}
		for {
			batch, err := stream.Recv()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(zero, fromStatus(ctx, c.name, err))
				return
			}
			page := items(batch)
			if len(page) > batchItems {
				yield(zero, fault.New(fault.Internal, "the plugin %s sent %d items in one message, but at most %d are allowed", c.name, len(page), batchItems))
				return
			}
			for _, item := range page {
				if !yield(from(item), nil) {
					return
				}
			}
		}
	}
}
