package driver

import (
	"context"
	"iter"
	"time"
)

// Identity is who there is: the caller, users, their access keys, roles and sessions.
type Identity interface {
	// WhoAmI says whose credentials the driver works with. It must need no permission beyond valid credentials.
	WhoAmI(ctx context.Context) (Caller, error)

	// ListUsers yields every user once. A user that this tool made without having been able to finish is among them.
	ListUsers(ctx context.Context) iter.Seq2[User, error]
	// GetUser returns one user. NotFound if there is none of that name.
	GetUser(ctx context.Context, req GetUserRequest) (User, error)
	// CreateUser creates a user who may do nothing. AlreadyExists if there is one of that name, whose access,
	// keys and secrets are then unchanged; InvalidArgument for a name outside Names.User; NotFound for a
	// permissions boundary that does not exist; Unsupported for a permissions boundary without CapPolicyBoundary.
	CreateUser(ctx context.Context, req CreateUserRequest) (CreateUserResponse, error)
	// DeleteUser deletes a user. What the system keeps for the user alone (its sessions) ends with it. NotFound if there is none of
	// that name; FailedPrecondition, and nothing changed, while it still has keys or policies and the system, or this
	// interface's capabilities, let them be deleted first. A user of the same name created later has nothing of it.
	DeleteUser(ctx context.Context, req DeleteUserRequest) error

	// CreateAccessKey makes a permanent key for a user; it works at once, or as soon as the system lets it.
	// NotFound if there is no such user; ResourceExhausted, with the number in the message, at the system's limit of keys.
	CreateAccessKey(ctx context.Context, req CreateAccessKeyRequest) (AccessKey, error)
	// ListAccessKeys yields the keys of a user, without secrets. NotFound if there is no such user.
	ListAccessKeys(ctx context.Context, req ListAccessKeysRequest) iter.Seq2[AccessKey, error]
	// DeleteAccessKey deletes a key of a user; it stops working. NotFound if the user has no such key, also when
	// another user has.
	DeleteAccessKey(ctx context.Context, req DeleteAccessKeyRequest) error

	// ListRoles yields every role once.
	ListRoles(ctx context.Context) iter.Seq2[Role, error]
	// GetRole returns one role with its trust policy. NotFound if there is none of that name.
	GetRole(ctx context.Context, req GetRoleRequest) (Role, error)
	// CreateRole creates a role without policies. AlreadyExists if there is one of that name.
	CreateRole(ctx context.Context, req CreateRoleRequest) (Role, error)
	// DeleteRole deletes a role. NotFound if there is none; FailedPrecondition while it still has policies.
	DeleteRole(ctx context.Context, req DeleteRoleRequest) error

	// CreateSession opens a session: credentials that end by themselves and can do no more than the policy allows,
	// and no more than who opened it. A request without a policy is InvalidArgument: this tool hands out no session
	// with all of its parent's rights. InvalidArgument for a duration outside the limits; NotFound for a role that does
	// not exist. A role that was made moments ago, and that the system does not know everywhere yet, is waited for.
	CreateSession(ctx context.Context, req CreateSessionRequest) (Session, error)
}

// Caller is whose credentials are in use. Empty fields are not known to the system.
type Caller struct {
	UserID, Account, ARN string
}

// User is one user.
type User struct {
	Path, Name, ID, ARN string
	// Created is zero where the system does not tell.
	Created time.Time
	// PasswordLastUsed is zero where there is none.
	PasswordLastUsed time.Time
	// PermissionsBoundary is the ARN of the boundary, empty where there is none.
	PermissionsBoundary string
	Tags                []Tag
}

// Tag is a label.
type Tag struct{ Key, Value string }

// GetUserRequest is for Identity.GetUser.
type GetUserRequest struct{ Name string }

// CreateUserRequest is for Identity.CreateUser.
type CreateUserRequest struct {
	Name string
	// PermissionsBoundary is the ARN of the managed policy that bounds the user; empty for none.
	PermissionsBoundary string
}

// CreateUserResponse is the user that was made.
type CreateUserResponse struct {
	User User
	// AccessKey is the user's only key, with its secret, on systems without CapAccessKeys. Nil with it.
	AccessKey *AccessKey
}

// DeleteUserRequest is for Identity.DeleteUser.
type DeleteUserRequest struct{ Name string }

// AccessKey is a permanent key of a user.
type AccessKey struct {
	UserName    string
	AccessKeyID string
	// SecretAccessKey is set only by the call that makes the key.
	SecretAccessKey string
	// Status is "Active" or "Inactive".
	Status string
	// Created is zero where the system does not tell.
	Created time.Time
}

// String keeps the secret out of whatever prints the value.
func (k AccessKey) String() string { return "access key " + k.AccessKeyID + " of " + k.UserName }

// GoString keeps the secret out of %#v.
func (k AccessKey) GoString() string { return k.String() }

// CreateAccessKeyRequest is for Identity.CreateAccessKey.
type CreateAccessKeyRequest struct{ UserName string }

// ListAccessKeysRequest is for Identity.ListAccessKeys.
type ListAccessKeysRequest struct{ UserName string }

// DeleteAccessKeyRequest is for Identity.DeleteAccessKey.
type DeleteAccessKeyRequest struct{ UserName, AccessKeyID string }

// Role is one role.
type Role struct {
	Path, Name, ID, ARN string
	Created             time.Time
	// TrustPolicy is the document that says who may assume the role, as JSON.
	TrustPolicy         string
	Description         string
	MaxSessionSeconds   int
	PermissionsBoundary string
	Tags                []Tag
	// LastUsed is nil where the system does not tell.
	LastUsed *RoleLastUsed
}

// RoleLastUsed is when and where a role was last used; both are empty where it never was.
type RoleLastUsed struct {
	Date   time.Time
	Region string
}

// GetRoleRequest is for Identity.GetRole.
type GetRoleRequest struct{ Name string }

// CreateRoleRequest is for Identity.CreateRole.
type CreateRoleRequest struct {
	Name, Description string
	// TrustPolicy is the document that says who may assume the role, as JSON.
	TrustPolicy       string
	MaxSessionSeconds int
}

// DeleteRoleRequest is for Identity.DeleteRole.
type DeleteRoleRequest struct{ Name string }

// CreateSessionRequest is for Identity.CreateSession.
type CreateSessionRequest struct {
	// RoleARN is the role to assume; empty where Description.SessionRole is nil.
	RoleARN string
	// Name is the session's name, for the system's logs.
	Name string
	// Policy is the document that bounds the session, as JSON.
	Policy string
	// DurationSeconds is how long the session lasts.
	DurationSeconds int
}

// Session is a set of temporary credentials.
type Session struct {
	AccessKeyID, SecretAccessKey, SessionToken string
	Expiration                                 time.Time
}

// String keeps the secret out of whatever prints the value.
func (s Session) String() string { return "session " + s.AccessKeyID }

// GoString keeps the secret out of %#v.
func (s Session) GoString() string { return s.String() }
