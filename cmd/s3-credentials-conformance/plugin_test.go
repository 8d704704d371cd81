package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/rogpeppe/go-internal/testscript"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/memory"
	"github.com/s3-credentials/s3-credentials/internal/wire"
	"github.com/s3-credentials/s3-credentials/plugins/host"
	"github.com/s3-credentials/s3-credentials/plugins/serve"
)

// TestMain makes this test binary what the name of its file says: the program, or a plugin, which is a backend for a
// system in the memory of the tests and behaves as the rest of the name says.
func TestMain(m *testing.M) {
	if name, isPlugin := strings.CutPrefix(filepath.Base(os.Args[0]), host.Prefix); isPlugin {
		behave(name)
		return
	}
	// With the race detector, a program sleeps for a second when it exits, and tests start hundreds of them.
	os.Setenv("GORACE", "atexit_sleep_ms=0") //nolint:errcheck // it fails for invalid names only
	testscript.Main(m, map[string]func(){"s3-credentials-conformance": main})
}

// hubVariable names the socket of the system in the tests' memory.
const hubVariable = "S3_CREDENTIALS_PLUGIN_TEST_HUB"

func behave(name string) {
	if name == "crash" {
		os.Exit(3)
	}
	open := func(ctx context.Context, config driver.Config) (driver.Driver, error) {
		d, err := openHub(ctx, config)
		if err != nil {
			return nil, err
		}
		if name == "leaking" && config.Credentials != nil {
			fmt.Fprintf(os.Stderr, "signing with %s\n", config.Credentials.SecretAccessKey)
		}
		return variants[name](d), nil
	}
	if name == "faultless" {
		serveWithoutFaults(open)
		return
	}
	serve.Serve(open)
}

// serveWithoutFaults is serve.Serve for a plugin whose errors are plain statuses.
func serveWithoutFaults(open driver.Opener) {
	server := wire.NewServer(open)
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: wire.Handshake, VersionedPlugins: wire.Plugins(server), Logger: hclog.NewNullLogger(),
		GRPCServer: func(options []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(options, grpc.ChainUnaryInterceptor(func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
				answer, err := handle(ctx, req)
				if s, ok := status.FromError(err); err != nil && ok {
					err = status.Error(s.Code(), s.Message())
				}
				return answer, err
			}))...)
		},
	})
}

// openHub opens the system in the tests' memory.
func openHub(ctx context.Context, config driver.Config) (driver.Driver, error) {
	options := append(wire.DialOptions(), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", os.Getenv(hubVariable))
		}))
	conn, err := grpc.NewClient("passthrough:///hub", options...)
	if err != nil {
		return nil, err
	}
	return wire.NewClient(ctx, conn, "hub", config)
}

// variants are the ways in which a plugin can be wrong, by name.
var variants = map[string]func(driver.Driver) driver.Driver{
	"honest":      func(d driver.Driver) driver.Driver { return d },
	"modest":      func(d driver.Driver) driver.Driver { return modest{d} },
	"boastful":    func(d driver.Driver) driver.Driver { return boastful{d} },
	"dying":       func(d driver.Driver) driver.Driver { return dying{d} },
	"hanging":     func(d driver.Driver) driver.Driver { return hanging{d} },
	"refusing":    func(d driver.Driver) driver.Driver { return refusing{d} },
	"unmanaged":   func(d driver.Driver) driver.Driver { return unmanaged{d} },
	"confused":    func(d driver.Driver) driver.Driver { return confused{d} },
	"hoarding":    func(d driver.Driver) driver.Driver { return hoarding{d} },
	"pretending":  func(d driver.Driver) driver.Driver { return pretending{d} },
	"panicking":   func(d driver.Driver) driver.Driver { return panicking{d} },
	"leaking":     func(d driver.Driver) driver.Driver { return d },
	"faultless":   func(d driver.Driver) driver.Driver { return d },
	"littering":   func(d driver.Driver) driver.Driver { return littering{d} },
	"speechless":  func(d driver.Driver) driver.Driver { return speechless{d} },
	"dyingonopen": func(driver.Driver) driver.Driver { os.Exit(7); return nil },
}

// modest does what it does not declare.
type modest struct{ driver.Driver }

func (m modest) Describe(ctx context.Context) (driver.Description, error) {
	d, err := m.Driver.Describe(ctx)
	d.Capabilities = slices.DeleteFunc(slices.Clone(d.Capabilities), func(c driver.Capability) bool { return c == driver.CapRoles || c == driver.CapSessions })
	d.SessionRole = nil
	return d, err
}

// boastful does not do what it declares.
type boastful struct{ driver.Driver }

func (boastful) GetUser(context.Context, driver.GetUserRequest) (driver.User, error) {
	return driver.User{}, fault.New(fault.Unsupported, "maybe later")
}

// dying ends in the middle of a call.
type dying struct{ driver.Driver }

func (dying) HeadBucket(context.Context, driver.HeadBucketRequest) (driver.BucketDetail, error) {
	os.Exit(9)
	return driver.BucketDetail{}, nil
}

// hanging does not end in one call, and does not listen to who waits.
type hanging struct{ driver.Driver }

func (hanging) HeadBucket(context.Context, driver.HeadBucketRequest) (driver.BucketDetail, error) {
	select {}
}

// refusing makes no users, and names them when it says so.
type refusing struct{ driver.Driver }

func (refusing) CreateUser(_ context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
	return driver.CreateUserResponse{}, fault.New(fault.ResourceExhausted, "there are no more users than those before %s", req.Name)
}

// unmanaged is for a system that has other managed policies than the backend declares: none.
type unmanaged struct{ driver.Driver }

func (unmanaged) ListAttachedPolicies(context.Context, driver.ListPoliciesRequest) iter.Seq2[driver.AttachedPolicy, error] {
	return driver.Unimplemented{}.ListAttachedPolicies(context.Background(), driver.ListPoliciesRequest{})
}

func (unmanaged) AttachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	return driver.Unimplemented{}.AttachPolicy(ctx, req)
}

// confused answers with what belongs to another request.
type confused struct{ driver.Driver }

func (c confused) GetUser(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
	u, err := c.Driver.GetUser(ctx, req)
	u.Name = "somebody-else"
	return u, err
}

// hoarding does not let go of buckets.
type hoarding struct{ driver.Driver }

func (hoarding) DeleteBucket(context.Context, driver.DeleteBucketRequest) error {
	return fault.New(fault.PermissionDenied, "it is mine")
}

// pretending says that it deleted what it did not.
type pretending struct{ driver.Driver }

func (pretending) DeleteUser(context.Context, driver.DeleteUserRequest) error { return nil }

// panicking has a bug.
type panicking struct{ driver.Driver }

func (panicking) WhoAmI(context.Context) (driver.Caller, error) { panic("nil map") }

// littering leaves a file behind.
type littering struct{ driver.Driver }

func (l littering) Describe(ctx context.Context) (driver.Description, error) {
	if err := os.WriteFile(filepath.Join(os.TempDir(), "scratch"), []byte("data"), 0o600); err != nil {
		return driver.Description{}, err
	}
	return l.Driver.Describe(ctx)
}

// speechless breaks its connection off.
type speechless struct{ driver.Driver }

func (speechless) ListBuckets(context.Context) iter.Seq2[driver.BucketInfo, error] {
	for fd := 3; fd < 64; fd++ {
		closeFile(fd)
	}
	select {}
}

// hub serves a system in memory on a socket, to as many plugins as come.
type hub struct {
	*memory.System
	socket string
}

func newHub(t *testing.T) *hub {
	t.Helper()
	folder, err := os.MkdirTemp("", "hub")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	h := &hub{System: memory.New(memory.Options{Without: unreachable}), socket: filepath.Join(folder, "s")}
	listener, err := net.Listen("unix", h.socket)
	if err != nil {
		t.Fatal(err)
	}
	var servers sync.WaitGroup
	servers.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			servers.Go(func() { h.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		servers.Wait()
	})
	return h
}

// serve has a server for each connection, since each connection opens its own driver.
func (h *hub) serve(conn net.Conn) {
	server := wire.NewServer(h.Open)
	s := grpc.NewServer(server.Options(slog.New(slog.DiscardHandler), func(string, any, []byte) {})...)
	server.Register(s)
	once := &onceListener{watched: &watchedConn{Conn: conn, closed: make(chan struct{})}}
	go func() {
		<-once.watched.closed
		s.Stop()
	}()
	_ = s.Serve(once)
}

// onceListener yields one connection.
type onceListener struct {
	watched *watchedConn
	given   bool
}

func (l *onceListener) Accept() (net.Conn, error) {
	if !l.given {
		l.given = true
		return l.watched, nil
	}
	<-l.watched.closed
	return nil, errors.New("there is no other")
}

func (l *onceListener) Close() error   { return nil }
func (l *onceListener) Addr() net.Addr { return l.watched.LocalAddr() }

// watchedConn says when it is closed.
type watchedConn struct {
	net.Conn
	once   sync.Once
	closed chan struct{}
}

func (c *watchedConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}
