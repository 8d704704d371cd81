package wire

import (
	"context"
	"io"
	"iter"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

const (
	// batchItems is the most items in one message of a listing: S3's own page.
	batchItems = 1000
	// batchBytes bounds a message with large items (roles with their documents), well below MaxMessageBytes.
	batchBytes = 1 << 20
	// batchWait is how long an item waits for company, so that a slow listing is still seen to move.
	batchWait = 50 * time.Millisecond
)

// sendListing sends what the driver yields, in batches. It stops the driver's iteration when the host stops listening.
func sendListing[T, P any](ctx context.Context, items iter.Seq2[T, error], convert func(T) P, send func([]P) error) error {
	var batch []P
	bytes, last := 0, time.Now()
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		err := send(batch)
		batch, bytes, last = nil, 0, time.Now()
		return err
	}
	for item, err := range items {
		if err != nil {
			// What came before the error was listed; the error comes after it.
			if failed := flush(); failed != nil {
				return failed
			}
			return toStatus(contextFirst(ctx, err))
		}
		message := convert(item)
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

func sizeOf(item any) int {
	switch item := item.(type) {
	case proto.Message:
		return proto.Size(item)
	case string:
		return len(item)
	}
	return 0
}

// itself is for listings of plain strings.
func itself(s string) string { return s }

// receiveListing is the other end: an iterator over the items of a stream of batches. Ending the loop ends the call.
func receiveListing[M, P, T any](
	ctx context.Context, name string, open func(context.Context) (grpc.ServerStreamingClient[M], error),
	items func(*M) []P, convert func(P) T,
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		call, cancel := context.WithCancel(ctx)
		defer cancel()
		var zero T
		stream, err := open(call)
		if err != nil {
			yield(zero, fromStatus(ctx, name, err))
			return
		}
		for {
			batch, err := stream.Recv()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(zero, fromStatus(ctx, name, err))
				return
			}
			for _, item := range items(batch) {
				if !yield(convert(item), nil) {
					return
				}
			}
		}
	}
}
