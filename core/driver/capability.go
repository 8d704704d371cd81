package driver

import (
	"maps"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Capability is a feature that a backend may or may not have. The set is closed; it grows with the plugin protocol. WhoAmI,
// and listing, creating, looking up and deleting buckets are no capabilities, because every backend has them.
type Capability string

// The capabilities, besides those of the bucket settings. Each comment lists the methods that need it.
const (
	// CapUsers: ListUsers, GetUser, CreateUser, DeleteUser.
	CapUsers Capability = "identity.users"
	// CapAccessKeys: CreateAccessKey, ListAccessKeys, DeleteAccessKey. Without it, a user has exactly one key, which
	// CreateUser returns.
	CapAccessKeys Capability = "identity.access-keys"
	// CapKeyStatus: SetAccessKeyStatus.
	CapKeyStatus Capability = "identity.key-status"
	// CapKeyUse: GetAccessKeyUse.
	CapKeyUse Capability = "identity.key-use"
	// CapKeyExpiry: CreateAccessKey with Expires, SetAccessKeyExpiry. Where a user is its key, CreateUser with Expires.
	CapKeyExpiry Capability = "identity.key-expiry"
	// CapKeyTags: CreateAccessKey with Tags.
	CapKeyTags Capability = "identity.key-tags"
	// CapUserTags: CreateUser with Tags.
	CapUserTags Capability = "identity.user-tags"
	// CapRoles: ListRoles, GetRole, CreateRole, DeleteRole.
	CapRoles Capability = "identity.roles"
	// CapSessions: CreateSession.
	CapSessions Capability = "identity.sessions"
	// CapPolicyInline: PutPolicy, GetPolicy, ListPolicies, DeletePolicy for users (and roles, with CapRoles).
	CapPolicyInline Capability = "policy.inline"
	// CapPolicyManaged: ListAttachedPolicies, AttachPolicy, DetachPolicy, GetManagedPolicy.
	CapPolicyManaged Capability = "policy.managed"
	// CapPolicyBoundary: CreateUser with a PermissionsBoundary.
	CapPolicyBoundary Capability = "policy.boundary"
	// CapPolicyPrincipal: a bucket policy can grant access to a user whom it names as in Description.Principal.
	CapPolicyPrincipal Capability = "policy.principal"
	// CapPolicyGrant: PutGrant, ListGrants. A user may read, write or own whole buckets, and nothing else can be said of its access.
	CapPolicyGrant Capability = "policy.grant"
	// CapPolicyTime: the system enforces conditions on aws:CurrentTime in the policies of users.
	CapPolicyTime Capability = "policy.time"
	// CapPolicyGroup: GetPolicy, ListPolicies, ListAttachedPolicies for groups.
	CapPolicyGroup Capability = "policy.group"
	// CapPolicyProbe: Probe.
	CapPolicyProbe Capability = "policy.probe"
	// CapBucketEmpty: EmptyBucket.
	CapBucketEmpty Capability = "bucket.empty"
	// CapBucketRegion: CreateBucket with a Region.
	CapBucketRegion Capability = "bucket.region"
	// CapObjects: ListObjects, HeadObject, GetObject, PutObject, DeleteObjects.
	CapObjects Capability = "object.transfer"
	// CapObjectMetadata: PutObject with CacheControl or Metadata.
	CapObjectMetadata Capability = "object.metadata"
	// CapObjectACL: PutObject with an ACL.
	CapObjectACL Capability = "object.acl"
	// CapObjectStorageClass: PutObject with a StorageClass.
	CapObjectStorageClass Capability = "object.storage-class"
)

// capability is a capability with its words. The purpose follows "the X backend cannot"; what to do without the capability is
// either a sentence (instead) or, where it takes an option or another command, a hint.
type capability struct {
	Capability
	purpose, instead string
	hint             fault.Hint
}

// capabilities are all capabilities, sorted.
var capabilities = func() []capability {
	all := []capability{
		{CapBucketEmpty, "delete all that is in a bucket", "empty it with the system's own client", ""},
		{CapBucketRegion, "choose a bucket's region", "", fault.HintNoRegion},
		{CapAccessKeys, "keep several access keys for a user", "a user is its key there: make another in its place, and delete the old one", ""},
		{CapKeyStatus, "switch access keys off and on", "delete the key instead", ""},
		{CapKeyUse, "tell when an access key was used", "switch the key off to see who needs it", ""},
		{CapKeyExpiry, "let an access key end by itself", "", fault.HintTemporary},
		{CapKeyTags, "keep tags with an access key", "", ""},
		{CapUserTags, "keep tags with a user", "", fault.HintByName},
		{CapRoles, "manage roles", "temporary credentials need none there", ""},
		{CapSessions, "make temporary credentials", "", fault.HintPermanent},
		{CapUsers, "manage users", "", fault.HintTemporary},
		{CapObjects, "transfer objects", "use the system's own client", ""},
		{CapObjectMetadata, "keep metadata with an object", "", ""},
		{CapObjectACL, "give an object an ACL", "grant access in the bucket's policy instead", ""},
		{CapObjectStorageClass, "choose an object's storage class", "", ""},
		{CapPolicyBoundary, "set a permissions boundary", "", fault.HintNoBoundary},
		{CapPolicyInline, "give a user policies of its own", "grant access in the bucket's policy instead", ""},
		{CapPolicyManaged, "manage attached policies", "use policies of the user's own instead", ""},
		{CapPolicyPrincipal, "grant access to a user in a bucket policy", "use policies of the user's own instead", ""},
		{CapPolicyGrant, "give a user rights in whole buckets", "use policies of the user's own instead", ""},
		{CapPolicyTime, "let a policy end by itself", "", fault.HintTemporary},
		{CapPolicyGroup, "read the policies of groups", "", ""},
		{CapPolicyProbe, "try what a key may do", "", ""},
	}
	for _, row := range settings {
		all = append(all, row.capability)
	}
	slices.SortFunc(all, func(a, b capability) int { return strings.Compare(string(a.Capability), string(b.Capability)) })
	return all
}()

// AllCapabilities returns every capability, sorted.
func AllCapabilities() []Capability {
	all := make([]Capability, len(capabilities))
	for i, row := range capabilities {
		all[i] = row.Capability
	}
	return all
}

// Purpose returns what the capability is for, in words that follow "the backend cannot".
func (c Capability) Purpose() string {
	for _, row := range capabilities {
		if row.Capability == c {
			return row.purpose
		}
	}
	return "do this (" + string(c) + ")"
}

// hintNeeds are the capabilities that the way out of a hint needs.
var hintNeeds = map[fault.Hint]Capability{
	fault.HintTemporary: CapSessions, fault.HintPermanent: CapUsers, fault.HintBucketPolicy: CapBucketPolicy, fault.HintUserPolicies: CapPolicyInline,
}

// needed are the capabilities that are true, sorted.
func needed(all map[Capability]bool) []Capability {
	maps.DeleteFunc(all, func(_ Capability, needs bool) bool { return !needs })
	return slices.Sorted(maps.Keys(all))
}

// Require fails with Unsupported if the backend lacks one of the capabilities.
func (d Description) Require(capabilities ...Capability) error {
	for _, c := range capabilities {
		if !d.Has(c) {
			return d.Missing(c)
		}
	}
	return nil
}

// Missing returns the Unsupported fault for a backend without the capability, with a hint if the backend has a way out.
func (d Description) Missing(c Capability) *fault.Error {
	missing := fault.New(fault.Unsupported, "the %s backend cannot %s", d.Name, c.Purpose())
	for _, row := range capabilities {
		if row.Capability != c {
			continue
		}
		if row.instead != "" {
			missing.Message += "; " + row.instead
		}
		if needs := hintNeeds[row.hint]; needs == "" || d.Has(needs) {
			missing.Hint = row.hint
		}
	}
	return missing
}
