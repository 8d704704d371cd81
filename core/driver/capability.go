package driver

import "slices"

import "github.com/s3-credentials/s3-credentials/core/fault"

// Capability is one thing that a backend may or may not be able to do. The set is closed: it grows with the protocol.
// WhoAmI and listing, creating, looking up and deleting buckets are not capabilities: every backend has them.
type Capability string

// The capabilities, beside those of the bucket settings. Each names the methods that it stands for.
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
	// CapObjects: ListObjects, HeadObject, GetObject, PutObject, DeleteObjects.
	CapObjects Capability = "object.transfer"
)

// capabilities are all capabilities, sorted. Purpose follows "the X backend cannot"; what to do without the capability is
// either a sentence (instead) or, where it takes an option or another command, a hint.
var capabilities = []struct {
	capability       Capability
	purpose, instead string
	hint             fault.Hint
}{
	{CapBucketACL, "show access control lists", "access is granted by policies there", ""},
	{CapBucketCORS, "set CORS rules for one bucket", "set them for the whole server in its own configuration", ""},
	{CapBucketPolicy, "set bucket policies", "", fault.HintUserPolicies},
	{CapBucketPolicyStatus, "tell whether a bucket is public", "", fault.HintBucketPolicy},
	{CapBucketPublicAccessBlock, "block public access", "a bucket there is public only if its policy says so", fault.HintBucketPolicy},
	{CapBucketRegion, "choose a bucket's region", "", fault.HintNoRegion},
	{CapBucketWebsite, "serve a bucket as a website", "", fault.HintNoWebsite},
	{CapAccessKeys, "make further access keys for a user", "delete the user first", fault.HintOtherUser},
	{CapRoles, "manage roles", "temporary credentials need none there", ""},
	{CapSessions, "make temporary credentials", "", fault.HintPermanent},
	{CapUsers, "manage users", "", fault.HintTemporary},
	{CapObjects, "transfer objects", "use the system's own client", ""},
	{CapPolicyBoundary, "set a permissions boundary", "", fault.HintNoBoundary},
	{CapPolicyInline, "give a user policies of its own", "grant access in the bucket's policy instead", ""},
	{CapPolicyManaged, "manage attached policies", "use policies of the user's own instead", ""},
	{CapPolicyPrincipal, "grant access to a user in a bucket policy", "use policies of the user's own instead", ""},
}

// AllCapabilities returns every capability, sorted.
func AllCapabilities() []Capability {
	all := []Capability{
		CapUsers, CapAccessKeys, CapRoles, CapSessions, CapPolicyInline, CapPolicyManaged, CapPolicyBoundary, CapPolicyPrincipal,
		CapBucketRegion, CapObjects,
	}
	for _, row := range settings {
		all = append(all, row.capability)
	}
	slices.Sort(all)
	return all
}
