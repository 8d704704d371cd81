package ceph

import (
	"context"
	"iter"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
)

// answer calls a method of whoever calls.
func answer[Q, T any](ctx context.Context, m *managed, call func(driver.Driver, context.Context, Q) (T, error), req Q) (T, error) {
	as, err := m.as(ctx)
	if err != nil {
		return *new(T), err
	}
	return call(as, ctx, req)
}

// act is answer for a method that returns nothing.
func act[Q any](ctx context.Context, m *managed, call func(driver.Driver, context.Context, Q) error, req Q) error {
	as, err := m.as(ctx)
	if err != nil {
		return err
	}
	return call(as, ctx, req)
}

// list is answer for a method that lists.
func list[Q, T any](ctx context.Context, m *managed, call func(driver.Driver, context.Context, Q) iter.Seq2[T, error], req Q) iter.Seq2[T, error] {
	as, err := m.as(ctx)
	if err != nil {
		return sdk.Failed[T](err)
	}
	return call(as, ctx, req)
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
	return as.ListUsers(ctx)
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

func (m *managed) Probe(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	return answer(ctx, m, driver.Driver.Probe, req)
}
