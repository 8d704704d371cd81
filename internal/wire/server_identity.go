package wire

import (
	"context"

	"google.golang.org/grpc"

	"github.com/s3-credentials/s3-credentials/core/driver"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

type identityServer struct {
	pb.UnimplementedIdentityServiceServer
	s *Server
}

func (i *identityServer) WhoAmI(ctx context.Context, _ *pb.WhoAmIRequest) (*pb.WhoAmIResponse, error) {
	return answer(ctx, i.s, func(d driver.Driver) (driver.Caller, error) { return d.WhoAmI(ctx) },
		func(c driver.Caller) *pb.WhoAmIResponse {
			return &pb.WhoAmIResponse{Caller: &pb.Caller{UserId: c.UserID, Account: c.Account, Arn: c.ARN}}
		})
}

func (i *identityServer) ListUsers(_ *pb.ListUsersRequest, stream grpc.ServerStreamingServer[pb.ListUsersResponse]) error {
	d, err := i.s.driver()
	if err != nil {
		return err
	}
	return sendListing(stream.Context(), d.ListUsers(stream.Context()), toUser, func(page []*pb.User) error {
		return stream.Send(&pb.ListUsersResponse{Users: page})
	})
}

func (i *identityServer) GetUser(ctx context.Context, in *pb.GetUserRequest) (*pb.GetUserResponse, error) {
	return answer(ctx, i.s,
		func(d driver.Driver) (driver.User, error) {
			return d.GetUser(ctx, driver.GetUserRequest{Name: in.GetName()})
		},
		func(u driver.User) *pb.GetUserResponse { return &pb.GetUserResponse{User: toUser(u)} })
}

func (i *identityServer) CreateUser(ctx context.Context, in *pb.CreateUserRequest) (*pb.CreateUserResponse, error) {
	req := driver.CreateUserRequest{Name: in.GetName(), PermissionsBoundary: in.GetPermissionsBoundary()}
	return answer(ctx, i.s,
		func(d driver.Driver) (driver.CreateUserResponse, error) { return d.CreateUser(ctx, req) },
		func(made driver.CreateUserResponse) *pb.CreateUserResponse {
			out := &pb.CreateUserResponse{User: toUser(made.User)}
			if made.AccessKey != nil {
				out.AccessKey = toAccessKey(*made.AccessKey)
			}
			return out
		})
}

func (i *identityServer) DeleteUser(ctx context.Context, in *pb.DeleteUserRequest) (*pb.DeleteUserResponse, error) {
	return done(ctx, i.s,
		func(d driver.Driver) error { return d.DeleteUser(ctx, driver.DeleteUserRequest{Name: in.GetName()}) },
		&pb.DeleteUserResponse{})
}

func (i *identityServer) CreateAccessKey(ctx context.Context, in *pb.CreateAccessKeyRequest) (*pb.CreateAccessKeyResponse, error) {
	return answer(ctx, i.s,
		func(d driver.Driver) (driver.AccessKey, error) {
			return d.CreateAccessKey(ctx, driver.CreateAccessKeyRequest{UserName: in.GetUserName()})
		},
		func(k driver.AccessKey) *pb.CreateAccessKeyResponse {
			return &pb.CreateAccessKeyResponse{AccessKey: toAccessKey(k)}
		})
}

func (i *identityServer) ListAccessKeys(
	in *pb.ListAccessKeysRequest, stream grpc.ServerStreamingServer[pb.ListAccessKeysResponse],
) error {
	d, err := i.s.driver()
	if err != nil {
		return err
	}
	keys := d.ListAccessKeys(stream.Context(), driver.ListAccessKeysRequest{UserName: in.GetUserName()})
	return sendListing(stream.Context(), keys, toAccessKey, func(page []*pb.AccessKey) error {
		return stream.Send(&pb.ListAccessKeysResponse{AccessKeys: page})
	})
}

func (i *identityServer) DeleteAccessKey(ctx context.Context, in *pb.DeleteAccessKeyRequest) (*pb.DeleteAccessKeyResponse, error) {
	req := driver.DeleteAccessKeyRequest{UserName: in.GetUserName(), AccessKeyID: in.GetAccessKeyId()}
	return done(ctx, i.s, func(d driver.Driver) error { return d.DeleteAccessKey(ctx, req) }, &pb.DeleteAccessKeyResponse{})
}

func (i *identityServer) ListRoles(_ *pb.ListRolesRequest, stream grpc.ServerStreamingServer[pb.ListRolesResponse]) error {
	d, err := i.s.driver()
	if err != nil {
		return err
	}
	return sendListing(stream.Context(), d.ListRoles(stream.Context()), toRole, func(page []*pb.Role) error {
		return stream.Send(&pb.ListRolesResponse{Roles: page})
	})
}

func (i *identityServer) GetRole(ctx context.Context, in *pb.GetRoleRequest) (*pb.GetRoleResponse, error) {
	return answer(ctx, i.s,
		func(d driver.Driver) (driver.Role, error) {
			return d.GetRole(ctx, driver.GetRoleRequest{Name: in.GetName()})
		},
		func(r driver.Role) *pb.GetRoleResponse { return &pb.GetRoleResponse{Role: toRole(r)} })
}

func (i *identityServer) CreateRole(ctx context.Context, in *pb.CreateRoleRequest) (*pb.CreateRoleResponse, error) {
	req := driver.CreateRoleRequest{
		Name: in.GetName(), Description: in.GetDescription(), TrustPolicy: in.GetTrustPolicy(),
		MaxSessionSeconds: int(in.GetMaxSessionSeconds()),
	}
	return answer(ctx, i.s,
		func(d driver.Driver) (driver.Role, error) { return d.CreateRole(ctx, req) },
		func(r driver.Role) *pb.CreateRoleResponse { return &pb.CreateRoleResponse{Role: toRole(r)} })
}

func (i *identityServer) DeleteRole(ctx context.Context, in *pb.DeleteRoleRequest) (*pb.DeleteRoleResponse, error) {
	return done(ctx, i.s,
		func(d driver.Driver) error { return d.DeleteRole(ctx, driver.DeleteRoleRequest{Name: in.GetName()}) },
		&pb.DeleteRoleResponse{})
}

func (i *identityServer) CreateSession(ctx context.Context, in *pb.CreateSessionRequest) (*pb.CreateSessionResponse, error) {
	req := driver.CreateSessionRequest{
		RoleARN: in.GetRoleArn(), Name: in.GetName(), Policy: in.GetPolicy(), DurationSeconds: int(in.GetDurationSeconds()),
	}
	return answer(ctx, i.s,
		func(d driver.Driver) (driver.Session, error) { return d.CreateSession(ctx, req) },
		func(s driver.Session) *pb.CreateSessionResponse {
			return &pb.CreateSessionResponse{Session: toSession(s)}
		})
}
