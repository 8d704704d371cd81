package driver

import (
	"context"
	"iter"
	"time"
)

// Bucket is buckets and their settings.
type Bucket interface {
	// ListBuckets yields the buckets that the credentials may see, each once, sorted by name.
	ListBuckets(ctx context.Context) iter.Seq2[BucketInfo, error]
	// HeadBucket looks a bucket up. NotFound only if there is none; PermissionDenied if the credentials may not see
	// it, which says nothing about whether it exists.
	HeadBucket(ctx context.Context, req HeadBucketRequest) (BucketDetail, error)
	// CreateBucket creates an empty, private bucket. AlreadyExists if there is one of that name, also when it belongs to the
	// caller already; InvalidArgument for a name that the system does not accept, or an unknown region; Unsupported for a
	// region without CapBucketRegion.
	CreateBucket(ctx context.Context, req CreateBucketRequest) error
	// DeleteBucket deletes an empty bucket. NotFound if there is none; FailedPrecondition, and nothing deleted, if it
	// is not empty.
	DeleteBucket(ctx context.Context, req DeleteBucketRequest) error

	// GetBucketSetting reads one setting. NotFound if there is no such bucket or the setting is not set.
	GetBucketSetting(ctx context.Context, req GetBucketSettingRequest) (BucketSetting, error)
	// PutBucketSetting replaces one setting as a whole. NotFound if there is no such bucket; InvalidArgument for a
	// value that the system does not accept, after which the former one is still in force; Unsupported for ACL and
	// policy status, which can only be read.
	PutBucketSetting(ctx context.Context, req PutBucketSettingRequest) error
	// DeleteBucketSetting removes one setting. Removing what is not set is no error. NotFound if there is no such bucket.
	// It never deletes the bucket itself.
	DeleteBucketSetting(ctx context.Context, req DeleteBucketSettingRequest) error
}

// BucketInfo is a bucket in a listing.
type BucketInfo struct {
	Name    string
	Created time.Time
	// Region is empty where the listing does not tell.
	Region string
	// ARN is empty where the listing does not tell.
	ARN string
}

// HeadBucketRequest is for Bucket.HeadBucket.
type HeadBucketRequest struct{ Bucket string }

// BucketDetail is what a look-up tells.
type BucketDetail struct {
	// Region is where the bucket is; empty where the system has no regions.
	Region string
}

// CreateBucketRequest is for Bucket.CreateBucket.
type CreateBucketRequest struct {
	Bucket string
	// Region is where to create it; empty for the driver's own region.
	Region string
}

// DeleteBucketRequest is for Bucket.DeleteBucket.
type DeleteBucketRequest struct{ Bucket string }

// Setting names a setting of a bucket.
type Setting string

// The settings. Each has a capability of its own.
const (
	SettingPolicy            Setting = "policy"
	SettingPolicyStatus      Setting = "policy-status"
	SettingCORS              Setting = "cors"
	SettingWebsite           Setting = "website"
	SettingACL               Setting = "acl"
	SettingPublicAccessBlock Setting = "public-access-block"
)

// Settings returns every setting.
func Settings() []Setting {
	return []Setting{SettingPolicy, SettingPolicyStatus, SettingCORS, SettingWebsite, SettingACL, SettingPublicAccessBlock}
}

// Capability returns the capability that a backend must declare for the setting; "" for an unknown setting.
func (s Setting) Capability() Capability {
	switch s {
	case SettingPolicy:
		return CapBucketPolicy
	case SettingPolicyStatus:
		return CapBucketPolicyStatus
	case SettingCORS:
		return CapBucketCORS
	case SettingWebsite:
		return CapBucketWebsite
	case SettingACL:
		return CapBucketACL
	case SettingPublicAccessBlock:
		return CapBucketPublicAccessBlock
	}
	return ""
}

// Writable reports whether the setting can be put and deleted.
func (s Setting) Writable() bool { return s != SettingACL && s != SettingPolicyStatus }

// GetBucketSettingRequest is for Bucket.GetBucketSetting.
type GetBucketSettingRequest struct {
	Bucket  string
	Setting Setting
}

// PutBucketSettingRequest is for Bucket.PutBucketSetting.
type PutBucketSettingRequest struct {
	Bucket string
	// Value holds exactly one setting.
	Value BucketSetting
}

// DeleteBucketSettingRequest is for Bucket.DeleteBucketSetting.
type DeleteBucketSettingRequest struct {
	Bucket  string
	Setting Setting
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
	var found []Setting
	for _, c := range []struct {
		set     bool
		setting Setting
	}{
		{v.Policy != nil, SettingPolicy},
		{v.PolicyStatus != nil, SettingPolicyStatus},
		{v.CORS != nil, SettingCORS},
		{v.Website != nil, SettingWebsite},
		{v.ACL != nil, SettingACL},
		{v.PublicAccessBlock != nil, SettingPublicAccessBlock},
	} {
		if c.set {
			found = append(found, c.setting)
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

// BucketPolicy is a bucket's policy document, as JSON.
type BucketPolicy struct{ Document string }

// PolicyStatus says whether a bucket's policy makes it public.
type PolicyStatus struct{ IsPublic bool }

// CORS is a bucket's cross-origin rules.
type CORS struct{ Rules []CORSRule }

// CORSRule is one cross-origin rule.
type CORSRule struct {
	ID                                                            string
	AllowedHeaders, AllowedMethods, AllowedOrigins, ExposeHeaders []string
	// MaxAgeSeconds is nil where it is not set; 0 is a value.
	MaxAgeSeconds *int
}

// Website is how a bucket is served as a website.
type Website struct {
	IndexDocument, ErrorDocument string
	// RedirectHost and RedirectProtocol send every request elsewhere; empty where not set.
	RedirectHost, RedirectProtocol string
	// RoutingRules are kept as the system's own JSON; empty where there are none.
	RoutingRules string
}

// ACL is who owns a bucket and whom its access control list grants what.
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

// PublicAccessBlock is what a bucket refuses of public access.
type PublicAccessBlock struct {
	BlockPublicACLs, IgnorePublicACLs, BlockPublicPolicy, RestrictPublicBuckets bool
}
