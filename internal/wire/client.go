package wire

import (
	"context"

	"google.golang.org/grpc"

	"github.com/s3-credentials/s3-credentials/core/driver"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

// Client is a driver.Driver that asks a driver in another process.
type Client struct {
	name        string
	description driver.Description
	backend     pb.BackendServiceClient
	identity    pb.IdentityServiceClient
	policy      pb.PolicyServiceClient
	bucket      pb.BucketServiceClient
	object      pb.ObjectServiceClient
}

var _ driver.Driver = (*Client)(nil)

// DialOptions are what a connection to a plugin needs: limits that keep a careless plugin from filling this process,
// and no idling, as the socket's name may be gone once it is connected.
func DialOptions() []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(MaxMessageBytes), grpc.MaxCallSendMsgSize(MaxMessageBytes)),
		grpc.WithMaxHeaderListSize(maxHeaderListBytes),
		grpc.WithStaticStreamWindowSize(windowBytes),
		grpc.WithStaticConnWindowSize(windowBytes),
		grpc.WithIdleTimeout(0),
		grpc.WithDisableRetry(),
	}
}

// NewClient opens the backend behind conn with the configuration. The plugin called name is what errors speak of.
func NewClient(ctx context.Context, conn grpc.ClientConnInterface, name string, config driver.Config) (*Client, error) {
	c := &Client{
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

// Describe implements driver.Driver. The answer came with Open.
func (c *Client) Describe(ctx context.Context) (driver.Description, error) {
	if err := ctx.Err(); err != nil {
		return driver.Description{}, fromPlainError(c.name, err)
	}
	return c.description, nil
}

// Close implements driver.Driver. The connection, and so the driver behind it, belongs to whoever made it.
func (c *Client) Close() error { return nil }

// call makes one unary call and converts its answer.
func call[Q, A, T any](
	ctx context.Context, name string, method func(context.Context, Q, ...grpc.CallOption) (A, error), request Q, convert func(A) T,
) (T, error) {
	answer, err := method(ctx, request)
	if err != nil {
		var zero T
		return zero, fromStatus(ctx, name, err)
	}
	return convert(answer), nil
}

// do makes one unary call that answers nothing.
func do[Q, A any](ctx context.Context, name string, method func(context.Context, Q, ...grpc.CallOption) (A, error), request Q) error {
	_, err := method(ctx, request)
	return fromStatus(ctx, name, err)
}
