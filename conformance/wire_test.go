package conformance_test

import (
	"context"
	"log/slog"
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/memory"
	"github.com/s3-credentials/s3-credentials/internal/wire"
)

// What the wire carries must be what the driver said.
func TestMemoryOverTheWire(t *testing.T) {
	h := harness(memory.New(memory.Options{}))
	h.Open = overTheWire(t, h.Open)
	conformance.Run(t, h)
}

// overTheWire opens each driver behind a gRPC server of its own, in this process.
func overTheWire(t *testing.T, open driver.Opener) driver.Opener {
	return func(ctx context.Context, config driver.Config) (driver.Driver, error) {
		listener := bufconn.Listen(1 << 20)
		offered := wire.NewServer(open)
		server := grpc.NewServer(offered.Options(slog.New(slog.DiscardHandler), func(method string, reason any, stack []byte) {
			t.Errorf("panic in %s: %v\n%s", method, reason, stack)
		})...)
		offered.Register(server)
		go func() { _ = server.Serve(listener) }()
		dial := grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) })
		conn, err := grpc.NewClient("passthrough:wire", append(wire.DialOptions(), dial, grpc.WithTransportCredentials(insecure.NewCredentials()))...)
		if err != nil {
			return nil, err
		}
		end := func() error {
			_ = conn.Close()
			server.Stop()
			return offered.Close(context.Background())
		}
		client, err := wire.NewClient(ctx, conn, "memory", config)
		if err != nil {
			_ = end()
			return nil, err
		}
		return closing{client, end}, nil
	}
}

// closing is a driver that ends its server with it.
type closing struct {
	driver.Driver
	end func() error
}

func (c closing) Close() error { return c.end() }
