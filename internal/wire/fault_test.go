package wire_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/wire"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

// failing fails DeleteUser with what the test says.
type failing struct {
	fake
	err   error
	panic any
}

func (f *failing) DeleteUser(context.Context, driver.DeleteUserRequest) error {
	if f.panic != nil {
		panic(f.panic)
	}
	return f.err
}

func TestEveryCodeCrossesTheWire(t *testing.T) {
	d := &failing{}
	client := open(t, d)
	for _, code := range fault.Codes() {
		service := &fault.Service{Code: "Svc", Message: "the service said", RequestID: "17", HTTPStatus: 418}
		d.err = &fault.Error{Code: code, Message: "it went wrong", Service: service, Err: errors.New("cause")}
		err := client.DeleteUser(context.Background(), driver.DeleteUserRequest{})
		var got *fault.Error
		if !errors.As(err, &got) || got.Code != code || got.Message != "it went wrong" {
			t.Errorf("%s arrived as %#v", code, err)
			continue
		}
		if diff := cmp.Diff(service, got.Service); diff != "" {
			t.Errorf("%s: the service's words changed:\n%s", code, diff)
		}
		if !errors.Is(err, code) {
			t.Errorf("errors.Is(%v, %s) does not hold", err, code)
		}
		if errors.Is(err, context.Canceled) != (code == fault.Canceled) ||
			errors.Is(err, context.DeadlineExceeded) != (code == fault.DeadlineExceeded) {
			t.Errorf("%s is the wrong context error", code)
		}
	}
}

func TestUnclassifiedErrors(t *testing.T) {
	d := &failing{}
	client := open(t, d)
	for _, c := range []struct {
		err  error
		code fault.Code
	}{
		{errors.New("plain"), fault.Unknown},
		{&fault.Error{Code: "Nonsense", Message: "plain"}, fault.Unknown},
		{fmt.Errorf("plain: %w", context.Canceled), fault.Canceled},
		{fmt.Errorf("plain: %w", context.DeadlineExceeded), fault.DeadlineExceeded},
		{fmt.Errorf("plain: %w", fault.New(fault.NotFound, "inner")), fault.NotFound},
	} {
		d.err = c.err
		err := client.DeleteUser(context.Background(), driver.DeleteUserRequest{})
		if fault.CodeOf(err) != c.code || !strings.HasPrefix(err.Error(), "plain") {
			t.Errorf("%v arrived as %v (%s)", c.err, err, fault.CodeOf(err))
		}
	}
}

// TestErrorsStaySmall sends what a careless backend might: its whole answer as the error.
func TestErrorsStaySmall(t *testing.T) {
	huge := strings.Repeat("ü", 50<<20)
	d := &failing{err: &fault.Error{Code: fault.NotFound, Message: huge, Service: &fault.Service{Code: huge, Message: huge, RequestID: huge}}}
	client := open(t, d)
	err := client.DeleteUser(context.Background(), driver.DeleteUserRequest{})
	if !errors.Is(err, fault.NotFound) || len(err.Error()) > 40<<10 || !strings.Contains(err.Error(), "…") {
		t.Errorf("%d bytes of %v arrived", len(err.Error()), fault.CodeOf(err))
	}
	d.err = fault.New(fault.NotFound, "\xff\xfe not text")
	if err := client.DeleteUser(context.Background(), driver.DeleteUserRequest{}); !errors.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
}

func TestPanicIsInternal(t *testing.T) {
	var method, stack string
	d := &failing{panic: "the secret reason"}
	server := wire.NewServer(func(context.Context, driver.Config) (driver.Driver, error) { return d, nil })
	s := grpc.NewServer(server.Options(slog.New(slog.DiscardHandler), func(m string, _ any, trace []byte) { method, stack = m, string(trace) })...)
	server.Register(s)
	client, err := wire.NewClient(context.Background(), dial(t, s), "test", driver.Config{})
	if err != nil {
		t.Fatal(err)
	}
	err = client.DeleteUser(context.Background(), driver.DeleteUserRequest{})
	if !errors.Is(err, fault.Internal) || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "goroutine") {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(method, "DeleteUser") || !strings.Contains(stack, "goroutine") {
		t.Errorf("the log was told %q, %q", method, stack)
	}
	d.panic = nil
	if err := client.DeleteUser(context.Background(), driver.DeleteUserRequest{}); err != nil {
		t.Errorf("the next call failed: %v", err)
	}
}

// foreign is a plugin in another language: it sends what it likes.
type foreign struct {
	pb.UnimplementedBackendServiceServer
	pb.UnimplementedIdentityServiceServer
	err error
}

func (f *foreign) Open(context.Context, *pb.OpenRequest) (*pb.OpenResponse, error) {
	return &pb.OpenResponse{}, nil
}

func (f *foreign) DeleteUser(context.Context, *pb.DeleteUserRequest) (*pb.DeleteUserResponse, error) {
	return nil, f.err
}

func (f *foreign) GetUser(context.Context, *pb.GetUserRequest) (*pb.GetUserResponse, error) {
	return &pb.GetUserResponse{User: &pb.User{Name: strings.Repeat("x", wire.MaxMessageBytes+1)}}, nil
}

func openForeign(t *testing.T, f *foreign) driver.Driver {
	s := grpc.NewServer()
	pb.RegisterBackendServiceServer(s, f)
	pb.RegisterIdentityServiceServer(s, f)
	client, err := wire.NewClient(context.Background(), dial(t, s), "acme", driver.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestPlainStatusesOfForeignPlugins(t *testing.T) {
	f := &foreign{}
	client := openForeign(t, f)
	want := map[codes.Code]fault.Code{
		codes.Canceled: fault.Canceled, codes.Unknown: fault.Unknown, codes.InvalidArgument: fault.InvalidArgument,
		codes.DeadlineExceeded: fault.DeadlineExceeded, codes.NotFound: fault.NotFound, codes.AlreadyExists: fault.AlreadyExists,
		codes.PermissionDenied: fault.PermissionDenied, codes.ResourceExhausted: fault.ResourceExhausted,
		codes.FailedPrecondition: fault.FailedPrecondition, codes.Aborted: fault.Aborted, codes.OutOfRange: fault.InvalidArgument,
		codes.Unimplemented: fault.Unsupported, codes.Internal: fault.Internal, codes.Unavailable: fault.Unavailable,
		codes.DataLoss: fault.DataLoss, codes.Unauthenticated: fault.Unauthenticated, codes.Code(99): fault.Unknown,
	}
	for code, expected := range want {
		f.err = status.Error(code, "it said so")
		err := client.DeleteUser(context.Background(), driver.DeleteUserRequest{})
		if fault.CodeOf(err) != expected {
			t.Errorf("%s arrived as %s: %v", code, fault.CodeOf(err), err)
		}
	}
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		if _, tested := want[code]; !tested {
			t.Errorf("%s is not tested", code)
		}
	}
}

func TestForeignPluginsMistakes(t *testing.T) {
	f := &foreign{}
	client := openForeign(t, f)
	detail := func(d *pb.Fault) error {
		s, err := status.New(codes.NotFound, "status").WithDetails(d)
		if err != nil {
			t.Fatal(err)
		}
		return s.Err()
	}
	for _, c := range []struct {
		err  error
		code fault.Code
		says string
	}{
		{detail(&pb.Fault{Code: "FromTheFuture", Message: "later"}), fault.NotFound, "later"},
		{detail(&pb.Fault{}), fault.NotFound, "without saying why"},
		{status.Error(codes.NotFound, ""), fault.NotFound, "acme failed without saying why"},
		{status.Error(codes.NotFound, strings.Repeat("y", 100<<20)), fault.Unavailable, "acme"},
	} {
		f.err = c.err
		err := client.DeleteUser(context.Background(), driver.DeleteUserRequest{})
		if c.code == fault.Unavailable {
			// gRPC drops what is too large in ways of its own: what matters is that it does not get here.
			if err == nil || len(err.Error()) > 10<<10 {
				t.Errorf("an endless error arrived: %.200v", err)
			}
			continue
		}
		if fault.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) {
			t.Errorf("got %v (%s)", err, fault.CodeOf(err))
		}
	}
	if _, err := client.GetUser(context.Background(), driver.GetUserRequest{}); !errors.Is(err, fault.Internal) {
		t.Errorf("an oversized answer gave %v (%s)", err, fault.CodeOf(err))
	}
	if _, err := client.HeadBucket(context.Background(), driver.HeadBucketRequest{}); !errors.Is(err, fault.Unsupported) {
		t.Errorf("a missing service gave %v (%s)", err, fault.CodeOf(err))
	}
	err := client.DeleteUser(context.Background(), driver.DeleteUserRequest{Name: "\xff"})
	if !errors.Is(err, fault.InvalidArgument) {
		t.Errorf("a name that is no text gave %v (%s)", err, fault.CodeOf(err))
	}
}
