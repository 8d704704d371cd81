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
	whoAmI := func(d driver.Driver, ctx context.Context, _ any) (driver.Caller, error) { return d.WhoAmI(ctx) }
	return answer(ctx, i.s, whoAmI, nil,
		func(c driver.Caller) *pb.WhoAmIResponse { return &pb.WhoAmIResponse{Caller: toCaller(c)} })
}

func (i *identityServer) ListUsers(_ *pb.ListUsersRequest, stream grpc.ServerStreamingServer[pb.ListUsersResponse]) error {
	return sendListing(i.s, stream, noRequest(driver.Driver.ListUsers), nil, toUser,
		func(page []*pb.User) *pb.ListUsersResponse { return &pb.ListUsersResponse{Users: page} })
}

func (i *identityServer) GetUser(ctx context.Context, in *pb.GetUserRequest) (*pb.GetUserResponse, error) {
	return answer(ctx, i.s, driver.Driver.GetUser, driver.GetUserRequest{Name: in.GetName()},
		func(u driver.User) *pb.GetUserResponse { return &pb.GetUserResponse{User: toUser(u)} })
}

func (i *identityServer) CreateUser(ctx context.Context, in *pb.CreateUserRequest) (*pb.CreateUserResponse, error) {
	req := driver.CreateUserRequest{Name: in.GetName(), PermissionsBoundary: in.GetPermissionsBoundary(), Tags: fromTags(in.GetTags()), Expires: fromTime(in.GetExpires())}
	return answer(ctx, i.s, driver.Driver.CreateUser, req, toCreateUserResponse)
}

func (i *identityServer) DeleteUser(ctx context.Context, in *pb.DeleteUserRequest) (*pb.DeleteUserResponse, error) {
	return done(ctx, i.s, driver.Driver.DeleteUser, driver.DeleteUserRequest{Name: in.GetName()}, &pb.DeleteUserResponse{})
}

func (i *identityServer) ListUserItems(
	in *pb.ListUserItemsRequest, stream grpc.ServerStreamingServer[pb.ListUserItemsResponse],
) error {
	req := driver.ListUserItemsRequest{UserName: in.GetUserName(), Kind: driver.UserItemKind(in.GetKind())}
	return sendListing(i.s, stream, driver.Driver.ListUserItems, req, toUserItem,
		func(page []*pb.UserItem) *pb.ListUserItemsResponse { return &pb.ListUserItemsResponse{Items: page} })
}

func (i *identityServer) CreateAccessKey(ctx context.Context, in *pb.CreateAccessKeyRequest) (*pb.CreateAccessKeyResponse, error) {
	req := driver.CreateAccessKeyRequest{UserName: in.GetUserName(), Expires: fromTime(in.GetExpires()), Tags: fromTags(in.GetTags())}
	return answer(ctx, i.s, driver.Driver.CreateAccessKey, req, func(k driver.AccessKey) *pb.CreateAccessKeyResponse {
		return &pb.CreateAccessKeyResponse{AccessKey: toAccessKey(k)}
	})
}

func (i *identityServer) ListAccessKeys(
	in *pb.ListAccessKeysRequest, stream grpc.ServerStreamingServer[pb.ListAccessKeysResponse],
) error {
	req := driver.ListAccessKeysRequest{UserName: in.GetUserName()}
	return sendListing(i.s, stream, driver.Driver.ListAccessKeys, req, toAccessKey,
		func(page []*pb.AccessKey) *pb.ListAccessKeysResponse {
			return &pb.ListAccessKeysResponse{AccessKeys: page}
		})
}

func (i *identityServer) DeleteAccessKey(ctx context.Context, in *pb.DeleteAccessKeyRequest) (*pb.DeleteAccessKeyResponse, error) {
	req := driver.DeleteAccessKeyRequest{UserName: in.GetUserName(), AccessKeyID: in.GetAccessKeyId()}
	return done(ctx, i.s, driver.Driver.DeleteAccessKey, req, &pb.DeleteAccessKeyResponse{})
}

func (i *identityServer) SetAccessKeyStatus(ctx context.Context, in *pb.SetAccessKeyStatusRequest) (*pb.SetAccessKeyStatusResponse, error) {
	req := driver.SetAccessKeyStatusRequest{UserName: in.GetUserName(), AccessKeyID: in.GetAccessKeyId(), Status: in.GetStatus()}
	return done(ctx, i.s, driver.Driver.SetAccessKeyStatus, req, &pb.SetAccessKeyStatusResponse{})
}

func (i *identityServer) SetAccessKeyExpiry(ctx context.Context, in *pb.SetAccessKeyExpiryRequest) (*pb.SetAccessKeyExpiryResponse, error) {
	req := driver.SetAccessKeyExpiryRequest{UserName: in.GetUserName(), AccessKeyID: in.GetAccessKeyId(), Expires: fromTime(in.GetExpires())}
	return done(ctx, i.s, driver.Driver.SetAccessKeyExpiry, req, &pb.SetAccessKeyExpiryResponse{})
}

func (i *identityServer) GetAccessKeyUse(ctx context.Context, in *pb.GetAccessKeyUseRequest) (*pb.GetAccessKeyUseResponse, error) {
	req := driver.GetAccessKeyUseRequest{UserName: in.GetUserName(), AccessKeyID: in.GetAccessKeyId()}
	return answer(ctx, i.s, driver.Driver.GetAccessKeyUse, req, func(u driver.AccessKeyUse) *pb.GetAccessKeyUseResponse {
		return &pb.GetAccessKeyUseResponse{Use: toAccessKeyUse(u)}
	})
}

func (i *identityServer) ListRoles(_ *pb.ListRolesRequest, stream grpc.ServerStreamingServer[pb.ListRolesResponse]) error {
	return sendListing(i.s, stream, noRequest(driver.Driver.ListRoles), nil, toRole,
		func(page []*pb.Role) *pb.ListRolesResponse { return &pb.ListRolesResponse{Roles: page} })
}

func (i *identityServer) GetRole(ctx context.Context, in *pb.GetRoleRequest) (*pb.GetRoleResponse, error) {
	return answer(ctx, i.s, driver.Driver.GetRole, driver.GetRoleRequest{Name: in.GetName()},
		func(r driver.Role) *pb.GetRoleResponse { return &pb.GetRoleResponse{Role: toRole(r)} })
}

func (i *identityServer) CreateRole(ctx context.Context, in *pb.CreateRoleRequest) (*pb.CreateRoleResponse, error) {
	req := driver.CreateRoleRequest{
		Name: in.GetName(), Description: in.GetDescription(), TrustPolicy: in.GetTrustPolicy(),
		MaxSessionSeconds: int(in.GetMaxSessionSeconds()),
	}
	return answer(ctx, i.s, driver.Driver.CreateRole, req,
		func(r driver.Role) *pb.CreateRoleResponse { return &pb.CreateRoleResponse{Role: toRole(r)} })
}

func (i *identityServer) DeleteRole(ctx context.Context, in *pb.DeleteRoleRequest) (*pb.DeleteRoleResponse, error) {
	return done(ctx, i.s, driver.Driver.DeleteRole, driver.DeleteRoleRequest{Name: in.GetName()}, &pb.DeleteRoleResponse{})
}

func (i *identityServer) CreateSession(ctx context.Context, in *pb.CreateSessionRequest) (*pb.CreateSessionResponse, error) {
	req := driver.CreateSessionRequest{
		RoleARN: in.GetRoleArn(), Name: in.GetName(), Policy: in.GetPolicy(), DurationSeconds: int(in.GetDurationSeconds()),
	}
	return answer(ctx, i.s, driver.Driver.CreateSession, req,
		func(s driver.Session) *pb.CreateSessionResponse {
			return &pb.CreateSessionResponse{Session: toSession(s)}
		})
}
