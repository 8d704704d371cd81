package driver

import "github.com/s3-credentials/s3-credentials/core/fault"

// Setting is the name of a bucket setting. The set is closed; it grows with the plugin protocol.
type Setting string

// The settings.
const (
	SettingPolicy            Setting = "policy"
	SettingPolicyStatus      Setting = "policy-status"
	SettingCORS              Setting = "cors"
	SettingWebsite           Setting = "website"
	SettingACL               Setting = "acl"
	SettingPublicAccessBlock Setting = "public-access-block"
)

// Each setting is a capability: "bucket." and its name.
const (
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
)

// settings is the table of settings: whether one can be written, whether a value is one of it, and its capability.
var settings = []struct {
	setting    Setting
	writable   bool
	isSet      func(BucketSetting) bool
	capability capability
}{
	{SettingPolicy, true, func(v BucketSetting) bool { return v.Policy != nil },
		capability{CapBucketPolicy, "set bucket policies", "", fault.HintUserPolicies}},
	{SettingPolicyStatus, false, func(v BucketSetting) bool { return v.PolicyStatus != nil },
		capability{CapBucketPolicyStatus, "tell whether a bucket is public", "", fault.HintBucketPolicy}},
	{SettingCORS, true, func(v BucketSetting) bool { return v.CORS != nil },
		capability{CapBucketCORS, "set CORS rules for one bucket", "set them for the whole server in its own configuration", ""}},
	{SettingWebsite, true, func(v BucketSetting) bool { return v.Website != nil },
		capability{CapBucketWebsite, "serve a bucket as a website", "", fault.HintNoWebsite}},
	{SettingACL, false, func(v BucketSetting) bool { return v.ACL != nil },
		capability{CapBucketACL, "show access control lists", "access is granted by policies there", ""}},
	{SettingPublicAccessBlock, true, func(v BucketSetting) bool { return v.PublicAccessBlock != nil },
		capability{CapBucketPublicAccessBlock, "block public access", "a bucket there is public only if its policy says so", fault.HintBucketPolicy}},
}

// Settings returns every setting.
func Settings() []Setting {
	var all []Setting
	for _, row := range settings {
		all = append(all, row.setting)
	}
	return all
}

// Capability returns the capability that a backend must declare for the setting; "" for an unknown setting.
func (s Setting) Capability() Capability {
	for _, row := range settings {
		if row.setting == s {
			return row.capability.Capability
		}
	}
	return ""
}

// Writable reports whether the setting can be put and deleted; false for an unknown setting.
func (s Setting) Writable() bool {
	for _, row := range settings {
		if row.setting == s {
			return row.writable
		}
	}
	return false
}

// BucketSetting is the value of one setting: exactly one field is not nil.
type BucketSetting struct {
	Policy            *BucketPolicy
	PolicyStatus      *PolicyStatus
	CORS              *CORS
	Website           *Website
	ACL               *ACL
	PublicAccessBlock *PublicAccessBlock
}

// Setting returns which setting the value is for; "" if no field is set, or more than one.
func (v BucketSetting) Setting() Setting {
	var found Setting
	for _, row := range settings {
		if !row.isSet(v) {
			continue
		}
		if found != "" {
			return ""
		}
		found = row.setting
	}
	return found
}

// BucketPolicy is the policy document of a bucket, as JSON.
type BucketPolicy struct{ Document string }

// PolicyStatus says whether a bucket is public: its policy makes it that, or, on a system where buckets have none, everybody may read its
// objects.
type PolicyStatus struct{ IsPublic bool }

// CORS is a bucket's cross-origin rules.
type CORS struct{ Rules []CORSRule }

// CORSRule is one cross-origin rule.
type CORSRule struct {
	ID                                                            string
	AllowedHeaders, AllowedMethods, AllowedOrigins, ExposeHeaders []string
	// MaxAgeSeconds is nil if it is not set; 0 is a value.
	MaxAgeSeconds *int
}

// Website is the configuration of a bucket as a website.
type Website struct {
	IndexDocument, ErrorDocument string
	// RedirectHost and RedirectProtocol (http or https) redirect every request; empty for no redirection.
	RedirectHost, RedirectProtocol string
	// RoutingRules are the routing rules as the system's own JSON; empty for none.
	RoutingRules string
}

// ACL is the owner and the access control list of a bucket.
type ACL struct {
	Owner  Owner
	Grants []Grant
}

// Owner is the owner of a bucket or an object.
type Owner struct{ DisplayName, ID string }

// Grant is one entry of an access control list.
type Grant struct {
	// GranteeType is CanonicalUser, Group or AmazonCustomerByEmail.
	GranteeType                               string
	GranteeID, GranteeDisplayName, GranteeURI string
	Permission                                string
}

// PublicAccessBlock is which public access a bucket blocks, as S3 names it.
type PublicAccessBlock struct {
	BlockPublicACLs, IgnorePublicACLs, BlockPublicPolicy, RestrictPublicBuckets bool
}
