package driver

// Capability is one thing that a backend may or may not be able to do. The set is closed: it grows with the protocol.
// WhoAmI and listing, creating, looking up and deleting buckets are not capabilities: every backend has them.
type Capability string

// The capabilities. Each names the methods that it stands for.
const (
	// CapUsers: ListUsers, GetUser, CreateUser, DeleteUser.
	CapUsers Capability = "identity.users"
	// CapAccessKeys: CreateAccessKey, ListAccessKeys, DeleteAccessKey. Without it, a user has exactly one key, which
	// CreateUser returns.
	CapAccessKeys Capability = "identity.access-keys"
	// CapRoles: ListRoles, GetRole, CreateRole, DeleteRole.
	CapRoles Capability = "identity.roles"
	// CapSessions: CreateSession.
	CapSessions Capability = "identity.sessions"
	// CapPolicyInline: PutPolicy, GetPolicy, ListPolicies, DeletePolicy for users (and roles, with CapRoles).
	CapPolicyInline Capability = "policy.inline"
	// CapPolicyManaged: ListAttachedPolicies, AttachPolicy, DetachPolicy, GetManagedPolicy.
	CapPolicyManaged Capability = "policy.managed"
	// CapPolicyBoundary: CreateUser honours PermissionsBoundary.
	CapPolicyBoundary Capability = "policy.boundary"
	// CapPolicyPrincipal: a bucket policy can grant access to a user by naming it, as Description.Principal says.
	CapPolicyPrincipal Capability = "policy.principal"
	// CapBucketRegion: CreateBucket honours Region.
	CapBucketRegion Capability = "bucket.region"
	// CapBucketPolicy: the bucket setting "policy".
	CapBucketPolicy Capability = "bucket.policy"
	// CapBucketPolicyStatus: the bucket setting "policy-status", which can only be read.
	CapBucketPolicyStatus Capability = "bucket.policy-status"
	// CapBucketCORS: the bucket setting "cors".
	CapBucketCORS Capability = "bucket.cors"
	// CapBucketWebsite: the bucket setting "website".
	CapBucketWebsite Capability = "bucket.website"
	// CapBucketACL: the bucket setting "acl", which can only be read.
	CapBucketACL Capability = "bucket.acl"
	// CapBucketPublicAccessBlock: the bucket setting "public-access-block".
	CapBucketPublicAccessBlock Capability = "bucket.public-access-block"
	// CapObjects: ListObjects, HeadObject, GetObject, PutObject, DeleteObjects.
	CapObjects Capability = "object.transfer"
)

// AllCapabilities returns every capability, sorted.
func AllCapabilities() []Capability {
	return []Capability{
		CapBucketACL, CapBucketCORS, CapBucketPolicy, CapBucketPolicyStatus, CapBucketPublicAccessBlock,
		CapBucketRegion, CapBucketWebsite, CapAccessKeys, CapRoles, CapSessions, CapUsers, CapObjects,
		CapPolicyBoundary, CapPolicyInline, CapPolicyManaged, CapPolicyPrincipal,
	}
}
