package wire

import (
	"context"
	"runtime/debug"
	"sync"

	"google.golang.org/grpc"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

// Server offers the driver that an Opener opens to a host.
type Server struct {
	open driver.Opener

	mu     sync.Mutex
	opened driver.Driver
	// calls counts those under way.
	calls sync.WaitGroup
}

// NewServer returns a server without an open driver: the host's Open makes one.
func NewServer(open driver.Opener) *Server { return &Server{open: open} }

// Register adds the services to a gRPC server.
func (s *Server) Register(to grpc.ServiceRegistrar) {
	pb.RegisterBackendServiceServer(to, &backendServer{s: s})
	pb.RegisterIdentityServiceServer(to, &identityServer{s: s})
	pb.RegisterPolicyServiceServer(to, &policyServer{s: s})
	pb.RegisterBucketServiceServer(to, &bucketServer{s: s})
	pb.RegisterObjectServiceServer(to, &objectServer{s: s})
}

// Close closes the open driver, if there is one, as soon as the calls under way have ended or ctx has. The gRPC server
// must have been stopped before.
func (s *Server) Close(ctx context.Context) error {
	former := s.swap(nil)
	if former == nil {
		return nil
	}
	idle := make(chan struct{})
	go func() {
		s.calls.Wait()
		close(idle)
	}()
	select {
	case <-idle:
		return former.Close()
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Server) swap(d driver.Driver) driver.Driver {
	s.mu.Lock()
	defer s.mu.Unlock()
	former := s.opened
	s.opened = d
	return former
}

func (s *Server) driver() (driver.Driver, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened == nil {
		return nil, toStatus(fault.New(fault.FailedPrecondition, "the backend is not open: the host must call Open first"))
	}
	return s.opened, nil
}

// Options are the limits of the gRPC server that this server is registered with, and what keeps a panic in one call from ending the process.
// onPanic is told what happened, for the plugin's own log; the host is told only that it did.
func (s *Server) Options(onPanic func(method string, reason any, stack []byte)) []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(MaxMessageBytes),
		grpc.StaticStreamWindowSize(windowBytes),
		grpc.StaticConnWindowSize(windowBytes),
		grpc.ChainUnaryInterceptor(func(
			ctx context.Context, req any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler,
		) (answer any, err error) {
			s.calls.Add(1)
			defer s.calls.Done()
			defer catch(&err, info.FullMethod, onPanic)
			return handle(ctx, req)
		}),
		grpc.ChainStreamInterceptor(func(
			srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler,
		) (err error) {
			s.calls.Add(1)
			defer s.calls.Done()
			defer catch(&err, info.FullMethod, onPanic)
			return handle(srv, stream)
		}),
	}
}

// catch must be deferred itself: recover works only there.
func catch(err *error, method string, onPanic func(string, any, []byte)) {
	reason := recover()
	if reason == nil {
		return
	}
	onPanic(method, reason, debug.Stack())
	*err = toStatus(fault.New(fault.Internal,
		"the backend has a bug and could not finish this; run again with S3_CREDENTIALS_LOG=debug to see it, and report it to its author"))
}

type backendServer struct {
	pb.UnimplementedBackendServiceServer
	s *Server
}

func (b *backendServer) Open(ctx context.Context, in *pb.OpenRequest) (*pb.OpenResponse, error) {
	d, err := b.s.open(ctx, fromConfig(in))
	if err != nil {
		return nil, toStatus(err)
	}
	description, err := describe(ctx, d)
	if err != nil {
		_ = d.Close()
		return nil, toStatus(err)
	}
	if former := b.s.swap(d); former != nil {
		_ = former.Close()
	}
	return &pb.OpenResponse{Description: description}, nil
}

func (b *backendServer) Describe(ctx context.Context, _ *pb.DescribeRequest) (*pb.DescribeResponse, error) {
	d, err := b.s.driver()
	if err != nil {
		return nil, err
	}
	description, err := describe(ctx, d)
	return &pb.DescribeResponse{Description: description}, toStatus(err)
}

func describe(ctx context.Context, d driver.Driver) (*pb.Description, error) {
	description, err := d.Describe(ctx)
	if err != nil {
		return nil, err
	}
	return toDescription(description)
}

// answer runs one method of the driver and converts what it returns.
func answer[T, A any](ctx context.Context, s *Server, method func(driver.Driver) (T, error), convert func(T) *A) (*A, error) {
	d, err := s.driver()
	if err != nil {
		return nil, err
	}
	value, err := method(d)
	if err != nil {
		return nil, toStatus(contextFirst(ctx, err))
	}
	return convert(value), nil
}

// done runs one method of the driver that returns only an error.
func done[A any](ctx context.Context, s *Server, method func(driver.Driver) error, empty *A) (*A, error) {
	d, err := s.driver()
	if err != nil {
		return nil, err
	}
	if err := method(d); err != nil {
		return nil, toStatus(contextFirst(ctx, err))
	}
	return empty, nil
}

// contextFirst classifies an error that nobody classified as the context's, if that is over: libraries often wrap a
// cancellation beyond recognition.
func contextFirst(ctx context.Context, err error) error {
	if over := ctx.Err(); over != nil && fault.CodeOf(err) == fault.Unknown {
		return fault.Wrap(fault.CodeOf(over), err, "%s", interrupted(over))
	}
	return err
}
