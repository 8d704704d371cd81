package core

import (
	"context"
	"iter"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// WhoAmI is driver.Identity.WhoAmI.
func (e *Engine) WhoAmI(ctx context.Context) (driver.Caller, error) {
	return e.driver.WhoAmI(ctx)
}

// ListUsers is driver.Identity.ListUsers, after a check of the capabilities it needs.
func (e *Engine) ListUsers(ctx context.Context) iter.Seq2[driver.User, error] {
	return guarded(e.require(driver.CapUsers), func() iter.Seq2[driver.User, error] {
		return e.driver.ListUsers(ctx)
	})
}

// GetUser is driver.Identity.GetUser, after a check of the capabilities it needs.
func (e *Engine) GetUser(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
	if err := e.require(driver.CapUsers); err != nil {
		return driver.User{}, err
	}
	return e.driver.GetUser(ctx, req)
}

// CreateUser is driver.Identity.CreateUser, after a check of the capabilities it needs.
func (e *Engine) CreateUser(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
	if err := e.requireForCreateUser(req); err != nil {
		return driver.CreateUserResponse{}, err
	}
	return e.driver.CreateUser(ctx, req)
}

// DeleteUser is driver.Identity.DeleteUser, after a check of the capabilities it needs.
func (e *Engine) DeleteUser(ctx context.Context, req driver.DeleteUserRequest) error {
	if err := e.require(driver.CapUsers); err != nil {
		return err
	}
	return e.driver.DeleteUser(ctx, req)
}

// CreateAccessKey is driver.Identity.CreateAccessKey, after a check of the capabilities it needs.
func (e *Engine) CreateAccessKey(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
	if err := e.require(driver.CapAccessKeys); err != nil {
		return driver.AccessKey{}, err
	}
	return e.driver.CreateAccessKey(ctx, req)
}

// ListAccessKeys is driver.Identity.ListAccessKeys, after a check of the capabilities it needs.
func (e *Engine) ListAccessKeys(ctx context.Context, req driver.ListAccessKeysRequest) iter.Seq2[driver.AccessKey, error] {
	return guarded(e.require(driver.CapAccessKeys), func() iter.Seq2[driver.AccessKey, error] {
		return e.driver.ListAccessKeys(ctx, req)
	})
}

// DeleteAccessKey is driver.Identity.DeleteAccessKey, after a check of the capabilities it needs.
func (e *Engine) DeleteAccessKey(ctx context.Context, req driver.DeleteAccessKeyRequest) error {
	if err := e.require(driver.CapAccessKeys); err != nil {
		return err
	}
	return e.driver.DeleteAccessKey(ctx, req)
}

// ListRoles is driver.Identity.ListRoles, after a check of the capabilities it needs.
func (e *Engine) ListRoles(ctx context.Context) iter.Seq2[driver.Role, error] {
	return guarded(e.require(driver.CapRoles), func() iter.Seq2[driver.Role, error] {
		return e.driver.ListRoles(ctx)
	})
}

// GetRole is driver.Identity.GetRole, after a check of the capabilities it needs.
func (e *Engine) GetRole(ctx context.Context, req driver.GetRoleRequest) (driver.Role, error) {
	if err := e.require(driver.CapRoles); err != nil {
		return driver.Role{}, err
	}
	return e.driver.GetRole(ctx, req)
}

// CreateRole is driver.Identity.CreateRole, after a check of the capabilities it needs.
func (e *Engine) CreateRole(ctx context.Context, req driver.CreateRoleRequest) (driver.Role, error) {
	if err := e.require(driver.CapRoles); err != nil {
		return driver.Role{}, err
	}
	return e.driver.CreateRole(ctx, req)
}

// DeleteRole is driver.Identity.DeleteRole, after a check of the capabilities it needs.
func (e *Engine) DeleteRole(ctx context.Context, req driver.DeleteRoleRequest) error {
	if err := e.require(driver.CapRoles); err != nil {
		return err
	}
	return e.driver.DeleteRole(ctx, req)
}

// CreateSession is driver.Identity.CreateSession, after a check of the capabilities it needs.
func (e *Engine) CreateSession(ctx context.Context, req driver.CreateSessionRequest) (driver.Session, error) {
	if err := e.require(driver.CapSessions); err != nil {
		return driver.Session{}, err
	}
	return e.driver.CreateSession(ctx, req)
}

func (e *Engine) requireForCreateUser(req driver.CreateUserRequest) error {
	if req.PermissionsBoundary != "" {
		return e.require(driver.CapUsers, driver.CapPolicyBoundary)
	}
	return e.require(driver.CapUsers)
}
