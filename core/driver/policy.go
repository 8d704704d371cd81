package driver

import (
	"context"
	"iter"
	"time"
)

// Policy is what users and roles may do.
type Policy interface {
	// PutPolicy gives a user or role an inline policy: one that belongs to it alone and ends with it. A policy of the
	// same name is replaced as a whole, in one step that never leaves the principal with both or with more. NotFound
	// if there is no such principal; InvalidArgument for a document that the system does not understand, or a name
	// outside Names.Policy; ResourceExhausted for one over its size limits. After an error the former policy is still in force.
	PutPolicy(ctx context.Context, req PutPolicyRequest) error
	// GetPolicy returns an inline policy, equal as JSON to the document that was put. NotFound if there is no such principal or policy.
	GetPolicy(ctx context.Context, req GetPolicyRequest) (PolicyDocument, error)
	// ListPolicies yields the names of the inline policies, sorted. NotFound if there is no such principal.
	ListPolicies(ctx context.Context, req ListPoliciesRequest) iter.Seq2[string, error]
	// DeletePolicy deletes an inline policy; what it allowed is denied afterwards. NotFound if there is no such principal or policy.
	DeletePolicy(ctx context.Context, req DeletePolicyRequest) error

	// ListAttachedPolicies yields the managed policies attached to a user or role. NotFound if there is no such principal.
	ListAttachedPolicies(ctx context.Context, req ListPoliciesRequest) iter.Seq2[AttachedPolicy, error]
	// AttachPolicy attaches a managed policy. Attaching one that is attached already is no error. NotFound if there is
	// no such principal or policy.
	AttachPolicy(ctx context.Context, req AttachPolicyRequest) error
	// DetachPolicy detaches a managed policy. NotFound if it is not attached, or there is no such principal.
	DetachPolicy(ctx context.Context, req AttachPolicyRequest) error
	// GetManagedPolicy returns a managed policy with the document of its default version. NotFound if there is none.
	GetManagedPolicy(ctx context.Context, req GetManagedPolicyRequest) (ManagedPolicy, error)
}

// PrincipalType is the kind of a principal.
type PrincipalType string

// The kinds of principals.
const (
	PrincipalUser PrincipalType = "user"
	PrincipalRole PrincipalType = "role"
)

// Principal is a user or a role.
type Principal struct {
	Type PrincipalType
	Name string
}

// UserPrincipal returns the user of that name as a principal.
func UserPrincipal(name string) Principal { return Principal{Type: PrincipalUser, Name: name} }

// RolePrincipal returns the role of that name as a principal.
func RolePrincipal(name string) Principal { return Principal{Type: PrincipalRole, Name: name} }

// PutPolicyRequest is for Policy.PutPolicy.
type PutPolicyRequest struct {
	Principal Principal
	Name      string
	// Document is the policy as JSON.
	Document string
}

// GetPolicyRequest is for Policy.GetPolicy.
type GetPolicyRequest struct {
	Principal Principal
	Name      string
}

// DeletePolicyRequest is for Policy.DeletePolicy.
type DeletePolicyRequest struct {
	Principal Principal
	Name      string
}

// ListPoliciesRequest is for Policy.ListPolicies and Policy.ListAttachedPolicies.
type ListPoliciesRequest struct{ Principal Principal }

// PolicyDocument is an inline policy.
type PolicyDocument struct {
	Principal Principal
	Name      string
	// Document is the policy as JSON.
	Document string
}

// AttachedPolicy names a managed policy.
type AttachedPolicy struct{ Name, ARN string }

// AttachPolicyRequest is for Policy.AttachPolicy and Policy.DetachPolicy.
type AttachPolicyRequest struct {
	Principal Principal
	PolicyARN string
}

// GetManagedPolicyRequest is for Policy.GetManagedPolicy.
type GetManagedPolicyRequest struct{ ARN string }

// ManagedPolicy is a policy that stands by itself and can be attached.
type ManagedPolicy struct {
	Name, ID, ARN, Path, Description string
	DefaultVersionID                 string
	AttachmentCount                  int
	// PermissionsBoundaryUsageCount is nil where the system does not tell.
	PermissionsBoundaryUsageCount *int
	IsAttachable                  bool
	Created, Updated              time.Time
	Tags                          []Tag
	// Version is the default version.
	Version PolicyVersion
}

// PolicyVersion is one version of a managed policy.
type PolicyVersion struct {
	// Document is the policy as JSON.
	Document         string
	VersionID        string
	IsDefaultVersion bool
	Created          time.Time
}
