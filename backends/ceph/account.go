package ceph

import (
	"context"
	"errors"
	"iter"
	"strings"
	"sync"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// account is the backend of whoever manages the users of an account (Ceph 19 and later, read in its source): all over IAM, which keeps a
// user's policies when its keys change, and says what is wrong.
type account struct {
	*backend
	// self is the caller.
	self driver.User
}

// managed is the backend of whoever calls: that of an account's root, or that of an administrator with caps.
type managed struct {
	*backend
	once struct {
		sync.Mutex
		known driver.Driver
	}
}

// as finds out, when that is first needed, who the caller is. To a gateway before Ceph 19, and for users without an account, IAM has no such
// question; who is in an account and may not manage its users is denied it.
func (m *managed) as(ctx context.Context) (driver.Driver, error) {
	m.once.Lock()
	defer m.once.Unlock()
	if m.once.known != nil {
		return m.once.known, nil
	}
	self, err := m.API.GetUser(ctx, driver.GetUserRequest{})
	switch {
	case err == nil && accountOf(self.ARN) != "":
		m.once.known = &account{m.backend, self}
	case err == nil || errors.Is(err, fault.Unsupported) || errors.Is(err, fault.PermissionDenied):
		m.once.known = m.backend
	default:
		return nil, err
	}
	return m.once.known, nil
}

// accountOf is the account in an ARN of IAM.
func accountOf(arn string) string {
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 {
		return parts[4]
	}
	return ""
}

// WhoAmI names the caller by its id, as the caller alone is named: the ARN of an account's root stands for all who are in the account.
func (a *account) WhoAmI(context.Context) (driver.Caller, error) {
	return driver.Caller{UserID: a.self.ID, Account: accountOf(a.self.ARN), ARN: userARN(a.self.ID)}, nil
}

// ListUsers yields the users of the account; its root is none of them.
func (a *account) ListUsers(ctx context.Context) iter.Seq2[driver.User, error] {
	return a.API.ListUsers(ctx)
}

// GetUser returns one user; the caller with an empty name.
func (a *account) GetUser(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
	if req.Name == "" {
		return a.self, nil
	}
	return a.API.GetUser(ctx, req)
}

// CreateUser creates a user, who may do nothing without a policy.
func (a *account) CreateUser(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
	return a.API.CreateUser(ctx, req)
}

// DeleteUser deletes a user without keys and policies.
func (a *account) DeleteUser(ctx context.Context, req driver.DeleteUserRequest) error {
	return a.API.DeleteUser(ctx, req)
}

// ListUserItems yields the groups of a user, and the managed policies that are attached to it: there are some of AWS's names, and this
// backend cannot say what they permit.
func (a *account) ListUserItems(ctx context.Context, req driver.ListUserItemsRequest) iter.Seq2[driver.UserItem, error] {
	return func(yield func(driver.UserItem, error) bool) {
		for item, err := range a.ListGroupsOf(ctx, req.UserName) {
			if !yield(item, err) {
				return
			}
		}
		for p, err := range a.ListAttachedPolicies(ctx, driver.ListPoliciesRequest{Principal: driver.UserPrincipal(req.UserName)}) {
			if !yield(driver.UserItem{Kind: driver.ItemPolicy, Name: p.ARN, KeepsUser: true}, err) {
				return
			}
		}
	}
}

// CreateAccessKey makes a permanent key for a user.
func (a *account) CreateAccessKey(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
	return a.API.CreateAccessKey(ctx, req)
}

// ListAccessKeys yields the keys of a user.
func (a *account) ListAccessKeys(ctx context.Context, req driver.ListAccessKeysRequest) iter.Seq2[driver.AccessKey, error] {
	return a.API.ListAccessKeys(ctx, req)
}

// DeleteAccessKey deletes a key of a user.
func (a *account) DeleteAccessKey(ctx context.Context, req driver.DeleteAccessKeyRequest) error {
	return a.API.DeleteAccessKey(ctx, req)
}

// GetPolicy returns an inline policy.
func (a *account) GetPolicy(ctx context.Context, req driver.GetPolicyRequest) (driver.PolicyDocument, error) {
	return a.API.GetPolicy(ctx, req)
}

// ListPolicies yields the names of the inline policies.
func (a *account) ListPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[string, error] {
	return a.API.ListPolicies(ctx, req)
}

// PutPolicy creates or replaces an inline policy.
func (a *account) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	return a.put(ctx, req, func(context.Context, driver.Principal) error { return nil })
}

// DeletePolicy deletes an inline policy.
func (a *account) DeletePolicy(ctx context.Context, req driver.DeletePolicyRequest) error {
	return a.API.DeletePolicy(ctx, req)
}

// Probe tries an action, of IAM on a user that does not exist.
func (a *account) Probe(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	if req.Action == "iam:CreateAccessKey" {
		return a.API.Probe(ctx, req)
	}
	return a.backend.Probe(ctx, req)
}
