package wire

import (
	"context"

	"google.golang.org/grpc"

	"github.com/s3-credentials/s3-credentials/core/driver"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

// client is the host's side: a driver.Driver that calls a driver in another process.
type client struct {
	name        string
	description driver.Description
	backend     pb.BackendServiceClient
	identity    pb.IdentityServiceClient
	policy      pb.PolicyServiceClient
	bucket      pb.BucketServiceClient
	object      pb.ObjectServiceClient
}

// DialOptions are the options of a connection to a plugin: limits on what a plugin can make this process hold, no retries,
// and no idling, because the socket's file is removed once the connection stands.
func DialOptions() []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(MaxMessageBytes), grpc.MaxCallSendMsgSize(MaxMessageBytes)),
		grpc.WithMaxHeaderListSize(maxHeaderListBytes),
		grpc.WithStaticStreamWindowSize(windowBytes),
		grpc.WithStaticConnWindowSize(windowBytes),
		grpc.WithChainUnaryInterceptor(noteUnary),
		grpc.WithChainStreamInterceptor(noteStream),
		grpc.WithIdleTimeout(0),
		grpc.WithDisableRetry(),
	}
}

// NewClient opens the backend behind conn. Errors call the plugin by the name.
func NewClient(ctx context.Context, conn grpc.ClientConnInterface, name string, config driver.Config) (driver.Driver, error) {
	c := &client{
		name:     name,
		backend:  pb.NewBackendServiceClient(conn),
		identity: pb.NewIdentityServiceClient(conn),
		policy:   pb.NewPolicyServiceClient(conn),
		bucket:   pb.NewBucketServiceClient(conn),
		object:   pb.NewObjectServiceClient(conn),
	}
	opened, err := c.backend.Open(ctx, toConfig(config))
	if err != nil {
		return nil, fromStatus(ctx, name, err)
	}
	c.description, err = fromDescription(opened.GetDescription())
	return c, err
}

// Describe returns the description that Open returned.
func (c *client) Describe(ctx context.Context) (driver.Description, error) {
	if err := ctx.Err(); err != nil {
		return driver.Description{}, fromPlainError(c.name, err)
	}
	return c.description, nil
}

// Close does nothing: the connection belongs to the caller of NewClient.
func (c *client) Close() error { return nil }

// unary makes a call that answers nothing.
func unary[Q, A any](
	ctx context.Context, c *client, method func(context.Context, Q, ...grpc.CallOption) (A, error), request Q,
) error {
	_, err := method(ctx, request)
	return fromStatus(ctx, c.name, err)
}

// call makes a call that answers one thing: get takes it out of the answer, and from converts it.
func call[Q, A, P, T any](
	ctx context.Context, c *client, method func(context.Context, Q, ...grpc.CallOption) (A, error), request Q,
	get func(A) P, from func(P) T,
) (T, error) {
	answer, err := method(ctx, request)
	if err != nil {
		var zero T
		return zero, fromStatus(ctx, c.name, err)
	}
	return from(get(answer)), nil
}
