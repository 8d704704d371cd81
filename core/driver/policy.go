package driver

import (
	"context"
	"iter"
	"time"
)

// Policy manages what users and roles may do: their inline policies, and the managed policies attached to them. With CapPolicyGroup,
// GetPolicy, ListPolicies and ListAttachedPolicies read those of groups too; the other methods answer Unsupported for a group.
type Policy interface {
	// PutPolicy creates or replaces an inline policy of a user or role, which belongs to this principal alone and is deleted
	// with it. It replaces a policy of the same name as a whole, in one step: the principal never has both, nor more
	// access than one of them gives. After an error the former policy is still in force. NotFound if the principal does not exist;
	// InvalidArgument for a document that the system does not understand, or a name that Description.Names.Policy does not
	// permit; ResourceExhausted for a document over the system's limits.
	PutPolicy(ctx context.Context, req PutPolicyRequest) error
	// GetPolicy returns an inline policy. Its document is equal as JSON to the one of PutPolicy. NotFound if the principal or
	// the policy does not exist.
	GetPolicy(ctx context.Context, req GetPolicyRequest) (PolicyDocument, error)
	// ListPolicies yields the names of a principal's inline policies, sorted. NotFound if the principal does not exist.
	ListPolicies(ctx context.Context, req ListPoliciesRequest) iter.Seq2[string, error]
	// DeletePolicy deletes an inline policy. What it alone allowed is denied afterwards. NotFound if the principal or the
	// policy does not exist.
	DeletePolicy(ctx context.Context, req DeletePolicyRequest) error

	// ListAttachedPolicies yields the managed policies that are attached to a user or role. NotFound if the principal does
	// not exist.
	ListAttachedPolicies(ctx context.Context, req ListPoliciesRequest) iter.Seq2[AttachedPolicy, error]
	// AttachPolicy attaches a managed policy. It succeeds if the policy is attached already. NotFound if the principal or
	// the policy does not exist.
	AttachPolicy(ctx context.Context, req AttachPolicyRequest) error
	// DetachPolicy detaches a managed policy. NotFound if the policy is not attached, or the principal does not exist.
	DetachPolicy(ctx context.Context, req AttachPolicyRequest) error
	// GetManagedPolicy returns a managed policy with the document of its default version. NotFound if it does not exist.
	GetManagedPolicy(ctx context.Context, req GetManagedPolicyRequest) (ManagedPolicy, error)

	// CheckPolicy refuses what PutPolicy or CreateSession would refuse of a document whatever else is so, above all one that the system would
	// take for more access than it reads, so that nothing is made for it. It asks the system nothing. InvalidArgument, with what to write
	// instead; ResourceExhausted for a document over the system's limits. It is optional: Unsupported is no objection.
	CheckPolicy(ctx context.Context, req CheckPolicyRequest) error

	// PutGrant gives a user exactly these rights in a bucket, in place of those that it has there: none of them takes all away. The
	// user never has more than one of the two gives. NotFound if the user or the bucket does not exist.
	PutGrant(ctx context.Context, req PutGrantRequest) error
	// ListGrants yields what a user may in buckets, sorted by bucket: one grant for each in which it may anything. NotFound if the
	// user does not exist. Deleting a user, or a bucket, ends the grants.
	ListGrants(ctx context.Context, req ListGrantsRequest) iter.Seq2[BucketGrant, error]

	// Probe tries whether the credentials may do an action, and changes nothing even if they may: it names what does not exist, or
	// sends what the system refuses only after it has looked at permissions, such as a wrong checksum. Where a system leaves no
	// such way, Probe removes what it made, or names it in its answer. A system may say of an object that does not exist that
	// it may not be read: that is "not allowed", too. Unsupported for an action that cannot be tried; other errors mean that nothing
	// was found out. See [Probed].
	Probe(ctx context.Context, req ProbeRequest) (ProbeAnswer, error)
}

// PrincipalType is the type of a principal.
type PrincipalType string

// The types of principals.
const (
	PrincipalUser PrincipalType = "user"
	PrincipalRole PrincipalType = "role"
	// PrincipalGroup is a group of users, whose policies are only read.
	PrincipalGroup PrincipalType = "group"
)

// Principal is a user, a role or a group.
type Principal struct {
	Type PrincipalType
	Name string
}

// UserPrincipal returns the principal for a user.
func UserPrincipal(name string) Principal { return Principal{Type: PrincipalUser, Name: name} }

// RolePrincipal returns the principal for a role.
func RolePrincipal(name string) Principal { return Principal{Type: PrincipalRole, Name: name} }

// GroupPrincipal returns the principal for a group.
func GroupPrincipal(name string) Principal { return Principal{Type: PrincipalGroup, Name: name} }

// PutPolicyRequest is the request of Policy.PutPolicy.
type PutPolicyRequest struct {
	Principal Principal
	Name      string
	// Document is the policy document as JSON.
	Document string
}

// GetPolicyRequest is the request of Policy.GetPolicy.
type GetPolicyRequest struct {
	Principal Principal
	Name      string
}

// CheckPolicyRequest is the request of Policy.CheckPolicy.
type CheckPolicyRequest struct {
	// Document is a policy document.
	Document string
	// Session says that it is to be the policy of a session, which may have what that of a user may not.
	Session bool
}

// DeletePolicyRequest is the request of Policy.DeletePolicy.
type DeletePolicyRequest struct {
	Principal Principal
	Name      string
}

// ListPoliciesRequest is the request of Policy.ListPolicies and Policy.ListAttachedPolicies.
type ListPoliciesRequest struct{ Principal Principal }

// PolicyDocument is an inline policy of a principal.
type PolicyDocument struct {
	Principal Principal
	Name      string
	// Document is the policy document as JSON.
	Document string
}

// AttachedPolicy names a managed policy that is attached to a principal.
type AttachedPolicy struct{ Name, ARN string }

// AttachPolicyRequest is the request of Policy.AttachPolicy and Policy.DetachPolicy.
type AttachPolicyRequest struct {
	Principal Principal
	PolicyARN string
}

// GetManagedPolicyRequest is the request of Policy.GetManagedPolicy.
type GetManagedPolicyRequest struct{ ARN string }

// ManagedPolicy is a policy that exists by itself and can be attached to principals. Fields are empty where the system does
// not have them.
type ManagedPolicy struct {
	Name, ID, ARN, Path, Description string
	DefaultVersionID                 string
	AttachmentCount                  int
	// PermissionsBoundaryUsageCount is nil where the system does not report it.
	PermissionsBoundaryUsageCount *int
	IsAttachable                  bool
	Created, Updated              time.Time
	Tags                          []Tag
	// Version is the default version.
	Version PolicyVersion
}

// PolicyVersion is one version of a managed policy.
type PolicyVersion struct {
	// Document is the policy document as JSON.
	Document         string
	VersionID        string
	IsDefaultVersion bool
	Created          time.Time
}
