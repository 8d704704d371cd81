package wire

import (
	"context"
	"iter"

	"github.com/s3-credentials/s3-credentials/core/driver"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

func (c *client) WhoAmI(ctx context.Context) (driver.Caller, error) {
	return call(ctx, c, c.identity.WhoAmI, &pb.WhoAmIRequest{}, (*pb.WhoAmIResponse).GetCaller, fromCaller)
}

func (c *client) ListUsers(ctx context.Context) iter.Seq2[driver.User, error] {
	return receiveListing(ctx, c, c.identity.ListUsers, &pb.ListUsersRequest{}, (*pb.ListUsersResponse).GetUsers, fromUser)
}

func (c *client) GetUser(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
	user, err := call(ctx, c, c.identity.GetUser, &pb.GetUserRequest{Name: req.Name}, (*pb.GetUserResponse).GetUser, fromUser)
	return verifyName(c, user, err, "user", req.Name, user.Name)
}

func (c *client) CreateUser(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
	if err := c.description.Require(req.Needs()...); err != nil {
		return driver.CreateUserResponse{}, err
	}
	request := &pb.CreateUserRequest{Name: req.Name, PermissionsBoundary: req.PermissionsBoundary, Tags: toTags(req.Tags), Expires: toTime(req.Expires)}
	created, err := call(ctx, c, c.identity.CreateUser, request, identity, fromCreateUserResponse)
	if err == nil && created.AccessKey != nil {
		err = c.verifyKeyOwner(req.Name, *created.AccessKey)
	}
	return verifyName(c, created, err, "user", req.Name, created.User.Name)
}

func (c *client) DeleteUser(ctx context.Context, req driver.DeleteUserRequest) error {
	return unary(ctx, c, c.identity.DeleteUser, &pb.DeleteUserRequest{Name: req.Name})
}

func (c *client) ListUserItems(ctx context.Context, req driver.ListUserItemsRequest) iter.Seq2[driver.UserItem, error] {
	request := &pb.ListUserItemsRequest{UserName: req.UserName, Kind: string(req.Kind)}
	return receiveListing(ctx, c, c.identity.ListUserItems, request, (*pb.ListUserItemsResponse).GetItems, fromUserItem)
}

func (c *client) CreateAccessKey(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
	if err := c.description.Require(req.Needs()...); err != nil {
		return driver.AccessKey{}, err
	}
	request := &pb.CreateAccessKeyRequest{UserName: req.UserName, Expires: toTime(req.Expires), Tags: toTags(req.Tags)}
	key, err := call(ctx, c, c.identity.CreateAccessKey, request, (*pb.CreateAccessKeyResponse).GetAccessKey, fromAccessKey)
	return verifyName(c, key, err, keyOwner, req.UserName, key.UserName)
}

func (c *client) ListAccessKeys(ctx context.Context, req driver.ListAccessKeysRequest) iter.Seq2[driver.AccessKey, error] {
	request := &pb.ListAccessKeysRequest{UserName: req.UserName}
	keys := receiveListing(ctx, c, c.identity.ListAccessKeys, request, (*pb.ListAccessKeysResponse).GetAccessKeys, fromAccessKey)
	return verifyEach(keys, func(key driver.AccessKey) error { return c.verifyKeyOwner(req.UserName, key) })
}

func (c *client) DeleteAccessKey(ctx context.Context, req driver.DeleteAccessKeyRequest) error {
	return unary(ctx, c, c.identity.DeleteAccessKey,
		&pb.DeleteAccessKeyRequest{UserName: req.UserName, AccessKeyId: req.AccessKeyID})
}

func (c *client) SetAccessKeyStatus(ctx context.Context, req driver.SetAccessKeyStatusRequest) error {
	return unary(ctx, c, c.identity.SetAccessKeyStatus,
		&pb.SetAccessKeyStatusRequest{UserName: req.UserName, AccessKeyId: req.AccessKeyID, Status: req.Status})
}

func (c *client) SetAccessKeyExpiry(ctx context.Context, req driver.SetAccessKeyExpiryRequest) error {
	return unary(ctx, c, c.identity.SetAccessKeyExpiry,
		&pb.SetAccessKeyExpiryRequest{UserName: req.UserName, AccessKeyId: req.AccessKeyID, Expires: toTime(req.Expires)})
}

func (c *client) GetAccessKeyUse(ctx context.Context, req driver.GetAccessKeyUseRequest) (driver.AccessKeyUse, error) {
	request := &pb.GetAccessKeyUseRequest{UserName: req.UserName, AccessKeyId: req.AccessKeyID}
	return call(ctx, c, c.identity.GetAccessKeyUse, request, (*pb.GetAccessKeyUseResponse).GetUse, fromAccessKeyUse)
}

func (c *client) ListRoles(ctx context.Context) iter.Seq2[driver.Role, error] {
	return receiveListing(ctx, c, c.identity.ListRoles, &pb.ListRolesRequest{}, (*pb.ListRolesResponse).GetRoles, fromRole)
}

func (c *client) GetRole(ctx context.Context, req driver.GetRoleRequest) (driver.Role, error) {
	role, err := call(ctx, c, c.identity.GetRole, &pb.GetRoleRequest{Name: req.Name}, (*pb.GetRoleResponse).GetRole, fromRole)
	return verifyName(c, role, err, "role", req.Name, role.Name)
}

func (c *client) CreateRole(ctx context.Context, req driver.CreateRoleRequest) (driver.Role, error) {
	request := &pb.CreateRoleRequest{
		Name: req.Name, Description: req.Description, TrustPolicy: req.TrustPolicy,
		MaxSessionSeconds: toInt32(req.MaxSessionSeconds),
	}
	role, err := call(ctx, c, c.identity.CreateRole, request, (*pb.CreateRoleResponse).GetRole, fromRole)
	return verifyName(c, role, err, "role", req.Name, role.Name)
}

func (c *client) DeleteRole(ctx context.Context, req driver.DeleteRoleRequest) error {
	return unary(ctx, c, c.identity.DeleteRole, &pb.DeleteRoleRequest{Name: req.Name})
}

func (c *client) CreateSession(ctx context.Context, req driver.CreateSessionRequest) (driver.Session, error) {
	request := &pb.CreateSessionRequest{
		RoleArn: req.RoleARN, Name: req.Name, Policy: req.Policy, DurationSeconds: toInt32(req.DurationSeconds),
	}
	return call(ctx, c, c.identity.CreateSession, request, (*pb.CreateSessionResponse).GetSession, fromSession)
}
