package memory

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// grants are the policies of a user or role.
type grants struct {
	inline   map[string]policy.Document
	attached map[string]bool
	buckets  map[string]driver.BucketGrant
}

func newGrants() grants {
	return grants{inline: map[string]policy.Document{}, attached: map[string]bool{}, buckets: map[string]driver.BucketGrant{}}
}

type user struct {
	driver.User
	grants
	keys map[string]*driver.AccessKey
}

// WhoAmI needs no permission.
func (b *backend) WhoAmI(ctx context.Context) (driver.Caller, error) {
	who, unlock, err := b.begin(ctx, "WhoAmI")
	if err != nil {
		return driver.Caller{}, err
	}
	defer unlock()
	return driver.Caller{UserID: who.id, Account: account, ARN: who.arn}, nil
}

// ListUsers yields the users, sorted.
func (b *backend) ListUsers(ctx context.Context) iter.Seq2[driver.User, error] {
	return driver.Listing(func() ([]driver.User, error) {
		who, unlock, err := b.begin(ctx, "ListUsers", driver.CapUsers)
		if err != nil {
			return nil, err
		}
		defer unlock()
		var users []driver.User
		for _, name := range slices.Sorted(maps.Keys(b.system.users)) {
			users = append(users, b.system.users[name].User)
		}
		return users, who.may("iam:ListUsers", iamARN("user", "*"), nil, nil)
	})
}

// lookUp starts a request about an existing user or role.
func lookUp[T any](ctx context.Context, b *backend, method, action, kind, name string, all map[string]T, needs ...driver.Capability) (found T, unlock func(), err error) {
	who, unlock, err := b.begin(ctx, method, needs...)
	if err != nil {
		return found, nil, err
	}
	if err := who.may(action, iamARN(kind, name), nil, nil); err != nil && !b.servesItself(who, action, kind, name) {
		unlock()
		return found, nil, err
	}
	found, ok := all[name]
	if !ok {
		unlock()
		return found, nil, missing(kind, name)
	}
	return found, unlock, nil
}

// servesItself reports whether a user does with its own keys what every user may.
func (b *backend) servesItself(who caller, action, kind, name string) bool {
	return b.system.options.SelfService && kind == "user" && name != "" && name == who.name && (action == "iam:CreateAccessKey" || action == "iam:ListAccessKeys")
}

func (b *backend) withUser(ctx context.Context, method, action, name string, needs ...driver.Capability) (*user, func(), error) {
	return lookUp(ctx, b, method, action, "user", name, b.system.users, needs...)
}

func (b *backend) withRole(ctx context.Context, method, action, name string, needs ...driver.Capability) (*role, func(), error) {
	return lookUp(ctx, b, method, action, "role", name, b.system.roles, needs...)
}

// GetUser returns one user.
func (b *backend) GetUser(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
	u, unlock, err := b.withUser(ctx, "GetUser", "iam:GetUser", req.Name, driver.CapUsers)
	if err != nil {
		return driver.User{}, err
	}
	defer unlock()
	return u.User, nil
}

// ListUserItems yields the user's groups.
func (b *backend) ListUserItems(ctx context.Context, req driver.ListUserItemsRequest) iter.Seq2[driver.UserItem, error] {
	return driver.Listing(func() ([]driver.UserItem, error) {
		u, unlock, err := b.withUser(ctx, "ListUserItems", "iam:GetUser", req.UserName, driver.CapUsers)
		if err != nil {
			return nil, err
		}
		defer unlock()
		var items []driver.UserItem
		for _, g := range b.system.groupsOf(u.Name) {
			items = append(items, driver.UserItem{Kind: driver.ItemGroup, Name: g})
		}
		return items, nil
	})
}

// CreateUser creates a user without policies.
func (b *backend) CreateUser(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
	who, unlock, err := b.begin(ctx, "CreateUser", append(req.Needs(), driver.CapUsers)...)
	if err != nil {
		return driver.CreateUserResponse{}, err
	}
	defer unlock()
	if err := who.may("iam:CreateUser", iamARN("user", req.Name), nil, nil); err != nil {
		return driver.CreateUserResponse{}, err
	}
	if err := nameRules().User.Check("user", req.Name); err != nil {
		return driver.CreateUserResponse{}, err
	}
	for name := range b.system.users {
		if strings.EqualFold(name, req.Name) {
			return driver.CreateUserResponse{}, exists("user", name)
		}
	}
	if _, ok := b.system.managed[req.PermissionsBoundary]; !ok && req.PermissionsBoundary != "" {
		return driver.CreateUserResponse{}, missing("managed policy", req.PermissionsBoundary)
	}
	if err := b.system.checkEnd(req.Expires); !req.Expires.IsZero() && err != nil {
		return driver.CreateUserResponse{}, err
	}
	u := &user{User: driver.User{
		Path: "/", Name: req.Name, ID: newID("AIDA"), ARN: iamARN("user", req.Name), Created: now(),
		PermissionsBoundary: req.PermissionsBoundary, Tags: slices.Clone(req.Tags), Expires: req.Expires.Truncate(time.Second),
	}, grants: newGrants(), keys: map[string]*driver.AccessKey{}}
	b.system.users[req.Name] = u
	response := driver.CreateUserResponse{User: u.User}
	if !b.has(driver.CapAccessKeys) {
		key := newKey(req.Name)
		key.Expires = u.Expires
		u.keys[key.AccessKeyID] = key
		copied := *key
		response.AccessKey = &copied
	}
	return response, nil
}

// DeleteUser deletes a user without keys and policies.
func (b *backend) DeleteUser(ctx context.Context, req driver.DeleteUserRequest) error {
	u, unlock, err := b.withUser(ctx, "DeleteUser", "iam:DeleteUser", req.Name, driver.CapUsers)
	if err != nil {
		return err
	}
	defer unlock()
	if b.has(driver.CapAccessKeys) && len(u.keys) > 0 || len(u.inline) > 0 || len(u.attached) > 0 {
		return fault.New(fault.FailedPrecondition, "the user %q still has keys or policies; delete them first", req.Name)
	}
	for id, s := range b.system.sessions {
		if s.parentUser == u {
			delete(b.system.sessions, id)
		}
	}
	delete(b.system.users, req.Name)
	b.system.leaveGroups(req.Name)
	return nil
}
