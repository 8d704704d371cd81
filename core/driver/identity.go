package driver

import (
	"context"
	"iter"
	"time"
)

// Identity manages users, their access keys, roles and sessions, and identifies the caller.
type Identity interface {
	// WhoAmI returns whose credentials the driver works with. Valid credentials suffice; it needs no permission.
	WhoAmI(ctx context.Context) (Caller, error)

	// ListUsers yields every user once, including one that a failed CreateUser has left behind.
	ListUsers(ctx context.Context) iter.Seq2[User, error]
	// GetUser returns one user. NotFound if no user has the name.
	GetUser(ctx context.Context, req GetUserRequest) (User, error)
	// CreateUser creates a user without any permissions. AlreadyExists if a user has the name; its access, keys and secrets
	// are then unchanged. InvalidArgument for a name that Description.Names.User does not permit; NotFound for a permissions
	// boundary that does not exist; Unsupported for a permissions boundary without CapPolicyBoundary, for tags without
	// CapUserTags, and for an end without CapKeyExpiry.
	CreateUser(ctx context.Context, req CreateUserRequest) (CreateUserResponse, error)
	// DeleteUser deletes a user, and ends its sessions and whatever else the system keeps for this user alone. A user that is
	// created later with the same name has none of its permissions, keys or sessions. NotFound if no user has the name;
	// FailedPrecondition while the user has keys or policies that the system, or the capabilities of this interface, let the
	// caller delete first, and nothing is changed then: another run may have made a key for the user meanwhile, and hand it
	// out.
	DeleteUser(ctx context.Context, req DeleteUserRequest) error
	// ListUserItems yields what a user has besides access keys and policies, and what gives it access or keeps it from being
	// deleted: each group that it is in, a password or secret of its own that somebody may know, and what else the system
	// wants gone before it deletes the user. A user that this driver has made a moment ago has none. NotFound if no user has the name.
	// Optional: a backend whose users never have any leaves it to Unimplemented, and the Unsupported of that is no error.
	ListUserItems(ctx context.Context, req ListUserItemsRequest) iter.Seq2[UserItem, error]

	// CreateAccessKey creates a permanent key for a user. It works as soon as the system permits. NotFound if no user has the
	// name; ResourceExhausted, with the number in the message, at the system's limit of keys; InvalidArgument for an end outside of
	// Limits, and Unsupported for one without CapKeyExpiry, and for tags without CapKeyTags.
	CreateAccessKey(ctx context.Context, req CreateAccessKeyRequest) (AccessKey, error)
	// ListAccessKeys yields the keys of a user, without secrets. NotFound if no user has the name.
	ListAccessKeys(ctx context.Context, req ListAccessKeysRequest) iter.Seq2[AccessKey, error]
	// DeleteAccessKey deletes a key of a user, which stops working. NotFound if the user has no such key, even if another
	// user has.
	DeleteAccessKey(ctx context.Context, req DeleteAccessKeyRequest) error
	// SetAccessKeyStatus makes a key of a user work, or stop working until it is made to work again. It succeeds if the key has the
	// status already. NotFound if the user has no such key, even if another user has; InvalidArgument for a status that is none.
	SetAccessKeyStatus(ctx context.Context, req SetAccessKeyStatusRequest) error
	// SetAccessKeyExpiry gives a key of a user an end, in place of the one that it has. InvalidArgument for an end outside of Limits;
	// NotFound if the user has no such key, even if another user has.
	SetAccessKeyExpiry(ctx context.Context, req SetAccessKeyExpiryRequest) error
	// GetAccessKeyUse returns when a key was last used; a system may need hours to know. NotFound if the user has no such key, even
	// if another user has.
	GetAccessKeyUse(ctx context.Context, req GetAccessKeyUseRequest) (AccessKeyUse, error)

	// ListRoles yields every role once.
	ListRoles(ctx context.Context) iter.Seq2[Role, error]
	// GetRole returns one role with its trust policy. NotFound if no role has the name.
	GetRole(ctx context.Context, req GetRoleRequest) (Role, error)
	// CreateRole creates a role without policies. AlreadyExists if a role has the name.
	CreateRole(ctx context.Context, req CreateRoleRequest) (Role, error)
	// DeleteRole deletes a role. NotFound if no role has the name; FailedPrecondition while it has policies.
	DeleteRole(ctx context.Context, req DeleteRoleRequest) error

	// CreateSession creates temporary credentials. They can do no more than the policy allows, and no more than whoever
	// creates them. InvalidArgument for a request without a policy, because no session may have all permissions of its
	// parent, and for a duration outside the limits; NotFound for a role that does not exist. It waits for a role that was
	// created moments ago and is not in force everywhere yet.
	CreateSession(ctx context.Context, req CreateSessionRequest) (Session, error)
}

// Caller is the identity behind credentials. A field is empty where the system does not have it.
type Caller struct {
	UserID, Account, ARN string
}

// User is a user. Fields are empty where the system does not have them.
type User struct {
	Path, Name, ID, ARN string
	// Created is zero where the system does not report it.
	Created time.Time
	// PasswordLastUsed is zero for a user without a password, or one that was never used.
	PasswordLastUsed time.Time
	// PermissionsBoundary is the ARN of the managed policy that bounds the user; empty for none.
	PermissionsBoundary string
	Tags                []Tag
	// Expires is when the only key of a user ends that is its key (see CapAccessKeys); zero for one that does not.
	Expires time.Time
	// Disabled says that no key of the user may do anything until somebody enables the user again, which no method here does. A listing may
	// do without it.
	Disabled bool
}

// Tag is a label of a user, role or policy.
type Tag struct{ Key, Value string }

// GetUserRequest is the request of Identity.GetUser.
type GetUserRequest struct{ Name string }

// CreateUserRequest is the request of Identity.CreateUser.
type CreateUserRequest struct {
	Name string
	// PermissionsBoundary is the ARN of the managed policy that bounds the user; empty for none.
	PermissionsBoundary string
	// Tags are returned by GetUser; a listing may do without them. They need CapUserTags.
	Tags []Tag
	// Expires is when the user's only key ends, as in CreateAccessKeyRequest. It is set only where CapAccessKeys is not declared.
	Expires time.Time
}

// Needs are the capabilities that the request needs besides CapUsers.
func (r CreateUserRequest) Needs() []Capability {
	return needed(map[Capability]bool{
		CapPolicyBoundary: r.PermissionsBoundary != "", CapUserTags: len(r.Tags) > 0, CapKeyExpiry: !r.Expires.IsZero(),
	})
}

// CreateUserResponse is the response of Identity.CreateUser.
type CreateUserResponse struct {
	User User
	// AccessKey is the user's only key, with its secret, where CapAccessKeys is not declared; otherwise nil.
	AccessKey *AccessKey
}

// DeleteUserRequest is the request of Identity.DeleteUser.
type DeleteUserRequest struct{ Name string }

// AccessKey is a permanent key of a user.
type AccessKey struct {
	UserName    string
	AccessKeyID string
	// SecretAccessKey is set only in the response that creates the key.
	SecretAccessKey string
	// Status is KeyActive or KeyInactive.
	Status string
	// Created is zero where the system does not report it.
	Created time.Time
	// Expires is when the key ends by itself; zero for one that does not.
	Expires time.Time
	// Restricted says that the key has a policy of its own, and may do only what that allows too, of what the user may. CreateAccessKey
	// makes no such key.
	Restricted bool
	// Tags are those that the key was created with, in any order; none where the system does not keep any, or has others' text in
	// their place.
	Tags []Tag
	// Caveat says that the system, which the backend has asked, lets the key make further keys for its user whatever the policies say, and
	// how to prevent that: one sentence without a full stop; empty where the key may not. It is set only in the response that creates the
	// key, and, for the key in use, in that of a probe.
	Caveat string
}

// The status of an access key, in IAM's words.
const (
	KeyActive   = "Active"
	KeyInactive = "Inactive"
)

// String returns the access key id without the secrets, for whatever prints the value.
func (k AccessKey) String() string { return "access key " + k.AccessKeyID + " of " + k.UserName }

// GoString is String for %#v.
func (k AccessKey) GoString() string { return k.String() }

// CreateAccessKeyRequest is the request of Identity.CreateAccessKey.
type CreateAccessKeyRequest struct {
	UserName string
	// Expires is when the key ends by itself; zero for one that does not. An end needs CapKeyExpiry. The system may cut off
	// fractions of a second.
	Expires time.Time
	// Tags are returned by ListAccessKeys. They need CapKeyTags.
	Tags []Tag
}

// Needs are the capabilities that the request needs besides CapAccessKeys.
func (r CreateAccessKeyRequest) Needs() []Capability {
	return needed(map[Capability]bool{CapKeyExpiry: !r.Expires.IsZero(), CapKeyTags: len(r.Tags) > 0})
}

// ListAccessKeysRequest is the request of Identity.ListAccessKeys.
type ListAccessKeysRequest struct{ UserName string }

// DeleteAccessKeyRequest is the request of Identity.DeleteAccessKey.
type DeleteAccessKeyRequest struct{ UserName, AccessKeyID string }

// SetAccessKeyStatusRequest is the request of Identity.SetAccessKeyStatus.
type SetAccessKeyStatusRequest struct {
	UserName, AccessKeyID string
	// Status is KeyActive or KeyInactive.
	Status string
}

// SetAccessKeyExpiryRequest is the request of Identity.SetAccessKeyExpiry.
type SetAccessKeyExpiryRequest struct {
	UserName, AccessKeyID string
	// Expires is as in CreateAccessKeyRequest, and not zero.
	Expires time.Time
}

// GetAccessKeyUseRequest is the request of Identity.GetAccessKeyUse.
type GetAccessKeyUseRequest struct{ UserName, AccessKeyID string }

// AccessKeyUse is when a key was last used, and for what; zero for a key that never was.
type AccessKeyUse struct {
	Date time.Time
	// Service and Region are as the system names them: "s3", "eu-west-1".
	Service, Region string
}

// Role is a role. Fields are empty where the system does not have them.
type Role struct {
	Path, Name, ID, ARN string
	Created             time.Time
	// TrustPolicy is the policy document, as JSON, that says who may assume the role.
	TrustPolicy         string
	Description         string
	MaxSessionSeconds   int
	PermissionsBoundary string
	Tags                []Tag
	// LastUsed is nil where the system does not report it.
	LastUsed *RoleLastUsed
}

// RoleLastUsed is when and in which region a role was last used; both are zero for a role that never was.
type RoleLastUsed struct {
	Date   time.Time
	Region string
}

// GetRoleRequest is the request of Identity.GetRole.
type GetRoleRequest struct{ Name string }

// CreateRoleRequest is the request of Identity.CreateRole.
type CreateRoleRequest struct {
	Name, Description string
	// TrustPolicy is the policy document, as JSON, that says who may assume the role.
	TrustPolicy       string
	MaxSessionSeconds int
}

// DeleteRoleRequest is the request of Identity.DeleteRole.
type DeleteRoleRequest struct{ Name string }

// CreateSessionRequest is the request of Identity.CreateSession.
type CreateSessionRequest struct {
	// RoleARN is the role to assume; empty where Description.SessionRole is nil.
	RoleARN string
	// Name is the session's name, which appears in the system's logs.
	Name string
	// Policy is the policy document, as JSON, that bounds the session.
	Policy string
	// DurationSeconds is the lifetime of the session.
	DurationSeconds int
}

// Session is temporary credentials, which end at Expiration.
type Session struct {
	AccessKeyID, SecretAccessKey, SessionToken string
	Expiration                                 time.Time
}

// String returns the access key id without the secrets, for whatever prints the value.
func (s Session) String() string { return "session " + s.AccessKeyID }

// GoString is String for %#v.
func (s Session) GoString() string { return s.String() }
