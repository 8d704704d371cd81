package wire

import (
	"context"
	"iter"

	"google.golang.org/grpc"

	"github.com/s3-credentials/s3-credentials/core/driver"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

// WhoAmI implements driver.Identity.
func (c *Client) WhoAmI(ctx context.Context) (driver.Caller, error) {
	return call(ctx, c.name, c.identity.WhoAmI, &pb.WhoAmIRequest{}, func(a *pb.WhoAmIResponse) driver.Caller {
		return driver.Caller{UserID: a.GetCaller().GetUserId(), Account: a.GetCaller().GetAccount(), ARN: a.GetCaller().GetArn()}
	})
}

// ListUsers implements driver.Identity.
func (c *Client) ListUsers(ctx context.Context) iter.Seq2[driver.User, error] {
	open := func(ctx context.Context) (grpc.ServerStreamingClient[pb.ListUsersResponse], error) {
		return c.identity.ListUsers(ctx, &pb.ListUsersRequest{})
	}
	return receiveListing(ctx, c.name, open, (*pb.ListUsersResponse).GetUsers, fromUser)
}

// GetUser implements driver.Identity.
func (c *Client) GetUser(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
	user, err := call(ctx, c.name, c.identity.GetUser, &pb.GetUserRequest{Name: req.Name},
		func(a *pb.GetUserResponse) driver.User { return fromUser(a.GetUser()) })
	return answersFor(c, user, err, "user", req.Name, user.Name)
}

// CreateUser implements driver.Identity.
func (c *Client) CreateUser(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
	request := &pb.CreateUserRequest{Name: req.Name, PermissionsBoundary: req.PermissionsBoundary}
	made, err := call(ctx, c.name, c.identity.CreateUser, request, func(a *pb.CreateUserResponse) driver.CreateUserResponse {
		made := driver.CreateUserResponse{User: fromUser(a.GetUser())}
		if a.GetAccessKey() != nil {
			key := fromAccessKey(a.GetAccessKey())
			made.AccessKey = &key
		}
		return made
	})
	if err == nil {
		err = c.verifyNewUser(req.Name, made)
	}
	if err != nil {
		return driver.CreateUserResponse{}, err
	}
	return made, nil
}

// DeleteUser implements driver.Identity.
func (c *Client) DeleteUser(ctx context.Context, req driver.DeleteUserRequest) error {
	return do(ctx, c.name, c.identity.DeleteUser, &pb.DeleteUserRequest{Name: req.Name})
}

// CreateAccessKey implements driver.Identity.
func (c *Client) CreateAccessKey(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
	key, err := call(ctx, c.name, c.identity.CreateAccessKey, &pb.CreateAccessKeyRequest{UserName: req.UserName},
		func(a *pb.CreateAccessKeyResponse) driver.AccessKey { return fromAccessKey(a.GetAccessKey()) })
	return answersFor(c, key, err, "access key of the user", req.UserName, key.UserName)
}

// ListAccessKeys implements driver.Identity.
func (c *Client) ListAccessKeys(ctx context.Context, req driver.ListAccessKeysRequest) iter.Seq2[driver.AccessKey, error] {
	open := func(ctx context.Context) (grpc.ServerStreamingClient[pb.ListAccessKeysResponse], error) {
		return c.identity.ListAccessKeys(ctx, &pb.ListAccessKeysRequest{UserName: req.UserName})
	}
	keys := receiveListing(ctx, c.name, open, (*pb.ListAccessKeysResponse).GetAccessKeys, fromAccessKey)
	return verifyEach(keys, func(key driver.AccessKey) error { return c.verifyKeyOwner(req.UserName, key) })
}

// DeleteAccessKey implements driver.Identity.
func (c *Client) DeleteAccessKey(ctx context.Context, req driver.DeleteAccessKeyRequest) error {
	return do(ctx, c.name, c.identity.DeleteAccessKey,
		&pb.DeleteAccessKeyRequest{UserName: req.UserName, AccessKeyId: req.AccessKeyID})
}

// ListRoles implements driver.Identity.
func (c *Client) ListRoles(ctx context.Context) iter.Seq2[driver.Role, error] {
	open := func(ctx context.Context) (grpc.ServerStreamingClient[pb.ListRolesResponse], error) {
		return c.identity.ListRoles(ctx, &pb.ListRolesRequest{})
	}
	return receiveListing(ctx, c.name, open, (*pb.ListRolesResponse).GetRoles, fromRole)
}

// GetRole implements driver.Identity.
func (c *Client) GetRole(ctx context.Context, req driver.GetRoleRequest) (driver.Role, error) {
	role, err := call(ctx, c.name, c.identity.GetRole, &pb.GetRoleRequest{Name: req.Name},
		func(a *pb.GetRoleResponse) driver.Role { return fromRole(a.GetRole()) })
	return answersFor(c, role, err, "role", req.Name, role.Name)
}

// CreateRole implements driver.Identity.
func (c *Client) CreateRole(ctx context.Context, req driver.CreateRoleRequest) (driver.Role, error) {
	request := &pb.CreateRoleRequest{
		Name: req.Name, Description: req.Description, TrustPolicy: req.TrustPolicy,
		MaxSessionSeconds: toInt32(req.MaxSessionSeconds),
	}
	role, err := call(ctx, c.name, c.identity.CreateRole, request,
		func(a *pb.CreateRoleResponse) driver.Role { return fromRole(a.GetRole()) })
	return answersFor(c, role, err, "role", req.Name, role.Name)
}

// DeleteRole implements driver.Identity.
func (c *Client) DeleteRole(ctx context.Context, req driver.DeleteRoleRequest) error {
	return do(ctx, c.name, c.identity.DeleteRole, &pb.DeleteRoleRequest{Name: req.Name})
}

// CreateSession implements driver.Identity.
func (c *Client) CreateSession(ctx context.Context, req driver.CreateSessionRequest) (driver.Session, error) {
	request := &pb.CreateSessionRequest{
		RoleArn: req.RoleARN, Name: req.Name, Policy: req.Policy, DurationSeconds: toInt32(req.DurationSeconds),
	}
	return call(ctx, c.name, c.identity.CreateSession, request,
		func(a *pb.CreateSessionResponse) driver.Session { return fromSession(a.GetSession()) })
}
