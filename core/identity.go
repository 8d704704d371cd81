package core

import (
	"context"
	"iter"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// WhoAmI is driver.Identity.WhoAmI.
func (e *Engine) WhoAmI(ctx context.Context) (driver.Caller, error) { return e.driver.WhoAmI(ctx) }

// ListUsers is driver.Identity.ListUsers.
func (e *Engine) ListUsers(ctx context.Context) iter.Seq2[driver.User, error] {
	return listing(ctx, e, driver.CapUsers, func(ctx context.Context, _ struct{}) iter.Seq2[driver.User, error] {
		return e.driver.ListUsers(ctx)
	}, struct{}{})
}

// GetUser is driver.Identity.GetUser.
func (e *Engine) GetUser(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
	return call(ctx, e, driver.CapUsers, e.driver.GetUser, req)
}

// CreateUser is driver.Identity.CreateUser.
func (e *Engine) CreateUser(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
	if err := e.require(req.Needs()...); err != nil {
		return driver.CreateUserResponse{}, err
	}
	return call(ctx, e, driver.CapUsers, e.driver.CreateUser, req)
}

// DeleteUser is driver.Identity.DeleteUser.
func (e *Engine) DeleteUser(ctx context.Context, req driver.DeleteUserRequest) error {
	return do(ctx, e, driver.CapUsers, e.driver.DeleteUser, req)
}

// ListUserItems is driver.Identity.ListUserItems.
func (e *Engine) ListUserItems(ctx context.Context, req driver.ListUserItemsRequest) iter.Seq2[driver.UserItem, error] {
	return listing(ctx, e, driver.CapUsers, e.driver.ListUserItems, req)
}

// CreateAccessKey is driver.Identity.CreateAccessKey.
func (e *Engine) CreateAccessKey(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
	if err := e.require(req.Needs()...); err != nil {
		return driver.AccessKey{}, err
	}
	return call(ctx, e, driver.CapAccessKeys, e.driver.CreateAccessKey, req)
}

// ListAccessKeys is driver.Identity.ListAccessKeys.
func (e *Engine) ListAccessKeys(ctx context.Context, req driver.ListAccessKeysRequest) iter.Seq2[driver.AccessKey, error] {
	return listing(ctx, e, driver.CapAccessKeys, e.driver.ListAccessKeys, req)
}

// DeleteAccessKey is driver.Identity.DeleteAccessKey.
func (e *Engine) DeleteAccessKey(ctx context.Context, req driver.DeleteAccessKeyRequest) error {
	return do(ctx, e, driver.CapAccessKeys, e.driver.DeleteAccessKey, req)
}

// SetAccessKeyStatus is driver.Identity.SetAccessKeyStatus.
func (e *Engine) SetAccessKeyStatus(ctx context.Context, req driver.SetAccessKeyStatusRequest) error {
	return do(ctx, e, driver.CapKeyStatus, e.driver.SetAccessKeyStatus, req)
}

// SetAccessKeyExpiry is driver.Identity.SetAccessKeyExpiry.
func (e *Engine) SetAccessKeyExpiry(ctx context.Context, req driver.SetAccessKeyExpiryRequest) error {
	return do(ctx, e, driver.CapKeyExpiry, e.driver.SetAccessKeyExpiry, req)
}

// GetAccessKeyUse is driver.Identity.GetAccessKeyUse.
func (e *Engine) GetAccessKeyUse(ctx context.Context, req driver.GetAccessKeyUseRequest) (driver.AccessKeyUse, error) {
	return call(ctx, e, driver.CapKeyUse, e.driver.GetAccessKeyUse, req)
}

// ListRoles is driver.Identity.ListRoles.
func (e *Engine) ListRoles(ctx context.Context) iter.Seq2[driver.Role, error] {
	return listing(ctx, e, driver.CapRoles, func(ctx context.Context, _ struct{}) iter.Seq2[driver.Role, error] {
		return e.driver.ListRoles(ctx)
	}, struct{}{})
}

// GetRole is driver.Identity.GetRole.
func (e *Engine) GetRole(ctx context.Context, req driver.GetRoleRequest) (driver.Role, error) {
	return call(ctx, e, driver.CapRoles, e.driver.GetRole, req)
}

// CreateRole is driver.Identity.CreateRole.
func (e *Engine) CreateRole(ctx context.Context, req driver.CreateRoleRequest) (driver.Role, error) {
	return call(ctx, e, driver.CapRoles, e.driver.CreateRole, req)
}

// DeleteRole is driver.Identity.DeleteRole.
func (e *Engine) DeleteRole(ctx context.Context, req driver.DeleteRoleRequest) error {
	return do(ctx, e, driver.CapRoles, e.driver.DeleteRole, req)
}

// CreateSession is driver.Identity.CreateSession.
func (e *Engine) CreateSession(ctx context.Context, req driver.CreateSessionRequest) (driver.Session, error) {
	return call(ctx, e, driver.CapSessions, e.driver.CreateSession, req)
}
