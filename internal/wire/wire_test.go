package wire_test

import (
	"context"
	"log/slog"
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/wire"
)

// connect serves a driver in this process and returns a connection to it.
func connect(t testing.TB, d driver.Driver) *grpc.ClientConn {
	t.Helper()
	server := wire.NewServer(func(context.Context, driver.Config) (driver.Driver, error) { return d, nil })
	return connectTo(t, server)
}

func connectTo(t testing.TB, server *wire.Server) *grpc.ClientConn {
	t.Helper()
	s := grpc.NewServer(server.Options(slog.New(slog.DiscardHandler), func(string, any, []byte) {})...)
	server.Register(s)
	return dial(t, s)
}

// dial serves s on a listener in memory until the test ends.
func dial(t testing.TB, s *grpc.Server) *grpc.ClientConn {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.Serve(listener)
	}()
	conn, err := grpc.NewClient("passthrough:///memory", append(wire.DialOptions(),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		s.Stop()
		<-ended
	})
	return conn
}

// open returns a client of the driver.
func open(t testing.TB, d driver.Driver) driver.Driver {
	t.Helper()
	client, err := wire.NewClient(context.Background(), connect(t, d), "test", driver.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// fake is a driver whose methods are what a test says.
type fake struct {
	driver.Unimplemented
	description driver.Description
}

func (f *fake) Describe(context.Context) (driver.Description, error) { return f.description, nil }
func (f *fake) Close() error                                         { return nil }
