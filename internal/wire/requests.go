package wire

import (
	"context"
	"slices"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// requestIDs is the key of a call's trailer: the ids that the system gave the requests of the call, which the audit log keeps.
const requestIDs = "s3-credentials-request-id"

const (
	// idsOfCall is how many of them a call tells: the last ones.
	idsOfCall = 100
	// idBytes is the longest.
	idBytes = 128
)

// requests collects the ids of a call.
type requests struct {
	mu  sync.Mutex
	ids []string
}

func (r *requests) note(id string) {
	if len(id) > idBytes || slices.ContainsFunc([]byte(id), func(c byte) bool { return c < ' ' || c > '~' }) {
		return // gRPC would end the call for such a trailer
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ids = append(r.ids, id)
	if len(r.ids) > idsOfCall {
		r.ids = r.ids[1:]
	}
}

func (r *requests) trailer() metadata.MD {
	r.mu.Lock()
	defer r.mu.Unlock()
	return metadata.MD{requestIDs: slices.Clone(r.ids)}
}

// collecting is a stream of the plugin's side whose requests are collected.
type collecting struct {
	grpc.ServerStream
	ctx context.Context
}

func (c *collecting) Context() context.Context { return c.ctx }

// noteTrailer notes on the host's side what a trailer tells.
func noteTrailer(ctx context.Context, trailer metadata.MD) {
	for _, id := range trailer.Get(requestIDs) {
		driver.NoteRequest(ctx, id)
	}
}

func noteUnary(ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
	var trailer metadata.MD
	err := invoke(ctx, method, req, reply, conn, append(options, grpc.Trailer(&trailer))...)
	noteTrailer(ctx, trailer)
	return err
}

func noteStream(ctx context.Context, desc *grpc.StreamDesc, conn *grpc.ClientConn, method string, open grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
	stream, err := open(ctx, desc, conn, method, options...)
	if err != nil {
		return nil, err
	}
	return &noting{stream, !desc.ServerStreams}, nil
}

// noting is a stream of the host's side. Its trailer is there after the last message.
type noting struct {
	grpc.ClientStream
	oneAnswer bool
}

func (n *noting) RecvMsg(message any) error {
	err := n.ClientStream.RecvMsg(message)
	if err != nil || n.oneAnswer {
		noteTrailer(n.Context(), n.Trailer())
	}
	return err
}
