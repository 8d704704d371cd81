package wire

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"

	"google.golang.org/grpc"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

// Server is the plugin's side: it serves the driver that an Opener opens.
type Server struct {
	open driver.Opener

	mu     sync.Mutex
	opened driver.Driver
	calls  calls
}

// NewServer returns a server without an open driver: the host's call of Open opens one.
func NewServer(open driver.Opener) *Server { return &Server{open: open} }

// Register adds the services to a gRPC server.
func (s *Server) Register(to grpc.ServiceRegistrar) {
	pb.RegisterBackendServiceServer(to, &backendServer{s: s})
	pb.RegisterIdentityServiceServer(to, &identityServer{s: s})
	pb.RegisterPolicyServiceServer(to, &policyServer{s: s})
	pb.RegisterBucketServiceServer(to, &bucketServer{s: s})
	pb.RegisterObjectServiceServer(to, &objectServer{s: s})
}

// Close closes the open driver, if there is one, after the calls in progress. If ctx ends before them, the driver stays open
// and Close returns ctx's error. The gRPC server must have been stopped before.
func (s *Server) Close(ctx context.Context) error {
	former := s.swap(nil)
	if former == nil {
		return nil
	}
	select {
	case <-s.calls.ended():
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

// Options are the options of the gRPC server that this server is registered with: limits, and interceptors that turn a panic
// in a call into an error. onPanic receives what happened, for the plugin's own log; the host learns only that it did. Calls log to the
// logger.
func (s *Server) Options(logger *slog.Logger, onPanic func(method string, reason any, stack []byte)) []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(MaxMessageBytes),
		grpc.StaticStreamWindowSize(windowBytes),
		grpc.StaticConnWindowSize(windowBytes),
		grpc.ChainUnaryInterceptor(func(
			ctx context.Context, req any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler,
		) (answer any, err error) {
			s.calls.begin()
			defer s.calls.end()
			var sent requests
			defer func() { _ = grpc.SetTrailer(ctx, sent.trailer()) }()
			defer catch(&err, info.FullMethod, onPanic)
			return handle(driver.WithLogger(driver.WithRequests(ctx, sent.note), logger), req)
		}),
		grpc.ChainStreamInterceptor(func(
			srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler,
		) (err error) {
			s.calls.begin()
			defer s.calls.end()
			var sent requests
			defer func() { stream.SetTrailer(sent.trailer()) }()
			defer catch(&err, info.FullMethod, onPanic)
			return handle(srv, &collecting{stream, driver.WithLogger(driver.WithRequests(stream.Context(), sent.note), logger)})
		}),
	}
}

// catch turns a panic into an error. It must be deferred directly, because recover works only there.
func catch(err *error, method string, onPanic func(string, any, []byte)) {
	reason := recover()
	if reason == nil {
		return
	}
	onPanic(method, reason, debug.Stack())
	*err = toStatus(fault.New(fault.Internal,
		"the backend has a bug and could not finish this; run again with S3_CREDENTIALS_DEBUG=1 to see it, and report it to its author"))
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

// answer calls a method of the driver and converts its result.
func answer[Q, T, A any](
	ctx context.Context, s *Server, method func(driver.Driver, context.Context, Q) (T, error), request Q, to func(T) A,
) (A, error) {
	var none A
	d, err := s.driver()
	if err != nil {
		return none, err
	}
	value, err := method(d, ctx, request)
	if err != nil {
		return none, toStatus(contextFirst(ctx, err))
	}
	return to(value), nil
}

// done calls a method of the driver that returns only an error.
func done[Q, A any](
	ctx context.Context, s *Server, method func(driver.Driver, context.Context, Q) error, request Q, empty A,
) (A, error) {
	return answer(ctx, s, func(d driver.Driver, ctx context.Context, request Q) (A, error) {
		return empty, method(d, ctx, request)
	}, request, identity)
}

// contextFirst gives an error without a code the code of the context, if that has ended: libraries often wrap a cancellation
// beyond recognition.
func contextFirst(ctx context.Context, err error) error {
	if over := ctx.Err(); over != nil && fault.CodeOf(err) == fault.Unknown {
		return fault.Wrap(fault.CodeOf(over), err, "%s", interrupted(over))
	}
	return err
}
