package ceph

import (
	"context"
	"errors"
	"iter"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// needsCaps completes the error of what an administrator without the caps may not do, whom the gateway tells nothing else.
func needsCaps(as driver.Driver, err error) error {
	var f *fault.Error
	if _, is := as.(*backend); !is || !errors.As(err, &f) || f.Code != fault.PermissionDenied {
		return err
	}
	lacking := *f
	lacking.Message += "; it takes the caps \"" + caps + "\", which radosgw-admin caps add gives"
	return &lacking
}

// caps are those that managing users takes; that for buckets shows which are a user's own.
const caps = "users=*;user-policy=*;roles=*;buckets=read"

// answer calls a method of whoever calls.
func answer[Q, T any](ctx context.Context, m *managed, call func(driver.Driver, context.Context, Q) (T, error), req Q) (T, error) {
	as, err := m.as(ctx)
	if err != nil {
		return *new(T), err
	}
	answer, err := call(as, ctx, req)
	return answer, needsCaps(as, err)
}

// act is answer for a method that returns nothing.
func act[Q any](ctx context.Context, m *managed, call func(driver.Driver, context.Context, Q) error, req Q) error {
	as, err := m.as(ctx)
	if err != nil {
		return err
	}
	return needsCaps(as, call(as, ctx, req))
}

// list is answer for a method that lists.
func list[Q, T any](ctx context.Context, m *managed, call func(driver.Driver, context.Context, Q) iter.Seq2[T, error], req Q) iter.Seq2[T, error] {
	as, err := m.as(ctx)
	if err != nil {
		return sdk.Failed[T](err)
	}
	return listed(as, call(as, ctx, req))
}

func listed[T any](as driver.Driver, listing iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for item, err := range listing {
			if !yield(item, needsCaps(as, err)) {
				return
			}
		}
	}
}

// The methods that differ.

func (m *managed) WhoAmI(ctx context.Context) (driver.Caller, error) {
	as, err := m.as(ctx)
	if err != nil {
		return driver.Caller{}, err
	}
	return as.WhoAmI(ctx)
}

func (m *managed) ListUsers(ctx context.Context) iter.Seq2[driver.User, error] {
	as, err := m.as(ctx)
	if err != nil {
		return sdk.Failed[driver.User](err)
	}
	return listed(as, as.ListUsers(ctx))
}

func (m *managed) GetUser(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
	return answer(ctx, m, driver.Driver.GetUser, req)
}

func (m *managed) CreateUser(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
	return answer(ctx, m, driver.Driver.CreateUser, req)
}

func (m *managed) DeleteUser(ctx context.Context, req driver.DeleteUserRequest) error {
	return act(ctx, m, driver.Driver.DeleteUser, req)
}

func (m *managed) ListUserItems(ctx context.Context, req driver.ListUserItemsRequest) iter.Seq2[driver.UserItem, error] {
	return list(ctx, m, driver.Driver.ListUserItems, req)
}

func (m *managed) CreateAccessKey(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
	return answer(ctx, m, driver.Driver.CreateAccessKey, req)
}

func (m *managed) ListAccessKeys(ctx context.Context, req driver.ListAccessKeysRequest) iter.Seq2[driver.AccessKey, error] {
	return list(ctx, m, driver.Driver.ListAccessKeys, req)
}

func (m *managed) DeleteAccessKey(ctx context.Context, req driver.DeleteAccessKeyRequest) error {
	return act(ctx, m, driver.Driver.DeleteAccessKey, req)
}

func (m *managed) GetPolicy(ctx context.Context, req driver.GetPolicyRequest) (driver.PolicyDocument, error) {
	return answer(ctx, m, driver.Driver.GetPolicy, req)
}

func (m *managed) ListPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[string, error] {
	return list(ctx, m, driver.Driver.ListPolicies, req)
}

func (m *managed) ListRoles(ctx context.Context) iter.Seq2[driver.Role, error] {
	as, err := m.as(ctx)
	if err != nil {
		return sdk.Failed[driver.Role](err)
	}
	return listed(as, as.ListRoles(ctx))
}

func (m *managed) GetRole(ctx context.Context, req driver.GetRoleRequest) (driver.Role, error) {
	return answer(ctx, m, driver.Driver.GetRole, req)
}

func (m *managed) CreateRole(ctx context.Context, req driver.CreateRoleRequest) (driver.Role, error) {
	return answer(ctx, m, driver.Driver.CreateRole, req)
}

func (m *managed) DeleteRole(ctx context.Context, req driver.DeleteRoleRequest) error {
	return act(ctx, m, driver.Driver.DeleteRole, req)
}

func (m *managed) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	return act(ctx, m, driver.Driver.PutPolicy, req)
}

func (m *managed) DeletePolicy(ctx context.Context, req driver.DeletePolicyRequest) error {
	return act(ctx, m, driver.Driver.DeletePolicy, req)
}

func (m *managed) Probe(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	return answer(ctx, m, driver.Driver.Probe, req)
}
