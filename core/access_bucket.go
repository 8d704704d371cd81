package core

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// BucketAccess is what the settings of a bucket say of who may reach it.
type BucketAccess struct {
	Bucket string
	// Unknown is what may give or take away access and could not be read, and why.
	Unknown []string

	policy policy.Document
	// status is what everybody may do where buckets have no policies, and the system says that this one is public.
	status policy.Document
	acl    policy.Document
	block  driver.PublicAccessBlock
}

// Add adds a setting, or the error of reading it. It returns the error unless it says that the setting is not there, or may not be read.
func (b *BucketAccess) Add(setting driver.Setting, value driver.BucketSetting, err error) error {
	switch {
	case errors.Is(err, fault.PermissionDenied):
		b.Unknown = append(b.Unknown, fmt.Sprintf("the %s of bucket %s, which may not be read", settingWords[setting], b.Bucket))
	case unanswered(err):
		b.Unknown = append(b.Unknown, fmt.Sprintf("the %s of bucket %s, which the system does not return: %s", settingWords[setting], b.Bucket, err))
	case errors.Is(err, fault.NotFound), errors.Is(err, fault.Unsupported):
	case err != nil:
		return err
	case value.Policy != nil:
		if b.policy, err = policy.Parse([]byte(value.Policy.Document)); err != nil {
			b.Unknown = append(b.Unknown, fmt.Sprintf("the policy of bucket %s, which is not understood: %s", b.Bucket, err))
		}
		for _, name := range b.policy.PrincipalPatterns() {
			b.Unknown = append(b.Unknown, fmt.Sprintf("the policy of bucket %s, where the principal %s is a pattern, which systems decide differently", b.Bucket, name))
		}
	case value.PolicyStatus != nil && value.PolicyStatus.IsPublic:
		b.status = policy.PublicGet(b.Bucket, "*")
	case value.ACL != nil:
		b.addACL(value.ACL)
	case value.PublicAccessBlock != nil:
		b.block = *value.PublicAccessBlock
	}
	return nil
}

// settingWords are what messages call the settings that say who may reach a bucket.
var settingWords = map[driver.Setting]string{
	driver.SettingPolicy: "policy", driver.SettingPolicyStatus: "status", driver.SettingACL: "access control list", driver.SettingPublicAccessBlock: "public access block",
}

// accessSettings are those that are read, in the order in which they are read: whether access is blocked matters where there is some.
var accessSettings = []driver.Setting{driver.SettingPolicy, driver.SettingACL, driver.SettingPublicAccessBlock}

// policyName names the bucket's policy where several buckets' are meant.
func (b *BucketAccess) policyName() string { return "policy of bucket " + b.Bucket }

// everybody reports whether something is for everybody, or for whoever has a key, unless it is blocked.
func (b *BucketAccess) everybody() bool { return b.policy.For("").Allows() || b.acl.Allows() }

// restricted reports whether access by the policy is blocked for everybody but the users of the bucket's account.
// A policy that allows everybody something under conditions only may be public or not, which the system decides by their values.
func (b *BucketAccess) restricted() bool { return b.block.RestrictPublicBuckets && b.policy.Public() }

// policiesFor are what the bucket's settings say of a principal; an empty one is everybody. What everybody may do anyway is left out
// for others.
func (b *BucketAccess) policiesFor(principal string, ofAccount bool) []UserPolicy {
	document, acl := b.policy, b.acl
	switch {
	case principal == "" && b.restricted(), principal != "" && !ofAccount && b.restricted():
		document = policy.Document{}
	case principal != "" && !b.restricted():
		document = document.WithoutPublic(principal)
	}
	switch {
	case b.block.IgnorePublicACLs && (principal == "" || principal == aclAuthenticated):
		acl = policy.Document{}
	case principal != "":
		acl = acl.WithoutPublic(principal)
	}
	found := []UserPolicy{newUserPolicy("bucket policy", document.For(principal)), newUserPolicy("bucket ACL", acl.For(principal))}
	if principal == "" && b.status.Allows() {
		found = append(found, newUserPolicy("bucket status", b.status.For(principal)))
	}
	return found
}

// The groups of S3's access control lists.
const (
	aclEverybody = "http://acs.amazonaws.com/groups/global/AllUsers"
	// aclAuthenticated is whoever has a key, of any account.
	aclAuthenticated = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
	// aclLogDelivery is S3 itself, when it writes access logs.
	aclLogDelivery = "http://acs.amazonaws.com/groups/s3/LogDelivery"
)

// aclActions are what the permissions of a bucket's access control list allow.
var aclActions = map[string][]string{
	"READ": aclListing, "WRITE": {"s3:PutObject"}, "READ_ACP": {"s3:GetBucketAcl"}, "WRITE_ACP": {"s3:PutBucketAcl"},
	"FULL_CONTROL": append(slices.Clip(aclListing), "s3:PutObject", "s3:GetBucketAcl", "s3:PutBucketAcl"),
}

var aclListing = []string{"s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"}

// addACL adds an access control list as a policy, without what it gives the owner.
func (b *BucketAccess) addACL(acl *driver.ACL) {
	b.acl = policy.Document{Version: policy.Version}
	arn := "arn:*:s3:::" + b.Bucket
	for _, g := range acl.Grants {
		principal := granteeOf(g)
		switch {
		case g.GranteeType != "Group" && g.GranteeURI == "" && g.GranteeID == acl.Owner.ID:
		case principal == nil || aclActions[g.Permission] == nil:
			b.Unknown = append(b.Unknown, fmt.Sprintf("the access control list of bucket %s, with a grant to %s that is not understood", b.Bucket, cmp.Or(g.GranteeURI, g.GranteeID, "somebody")))
		default:
			b.acl.Statement = append(b.acl.Statement, policy.Statement{
				Effect: policy.Allow, Principal: principal, Action: aclActions[g.Permission], Resource: []string{arn, arn + "/*"},
			})
		}
	}
}

// granteeOf is whom a grant is for; nil where that is not known.
func granteeOf(g driver.Grant) *policy.Principal {
	switch {
	case g.GranteeURI == aclEverybody:
		return &policy.Principal{Any: true}
	case g.GranteeURI == aclAuthenticated, g.GranteeURI == aclLogDelivery:
		return &policy.Principal{Of: map[string][]string{"Group": {g.GranteeURI}}}
	case g.GranteeURI == "" && g.GranteeID != "":
		return &policy.Principal{Of: map[string][]string{"CanonicalUser": {g.GranteeID}}}
	}
	return nil
}

// The answers to whether everybody may reach a bucket.
const (
	PublicYes     = "yes"
	PublicNo      = "no"
	PublicUnknown = "unknown"
)

// PublicAccess says whether everybody may reach a bucket.
type PublicAccess struct {
	// Is is PublicYes, PublicNo or PublicUnknown.
	Is string
	// Through are what gives everybody access, and under which conditions.
	Through []string
	// Unknown is why it is not known.
	Unknown []string
}

// PublicAccess reads what is not added to b yet, and says whether everybody may reach the bucket.
func (e *Engine) PublicAccess(ctx context.Context, b *BucketAccess) (PublicAccess, error) {
	reader := e.newAccessReader()
	if err := reader.readBucket(ctx, b, []driver.Setting{driver.SettingPolicy}); err != nil {
		return PublicAccess{}, err
	}
	public, explainer := PublicAccess{Is: PublicNo}, newAccessExplainer(e)
	for _, subject := range []*accessSubject{everybody(), {name: aclAuthenticated, principal: aclAuthenticated}} {
		rows, err := explainer.rows(subject, b)
		if err != nil {
			return PublicAccess{}, err
		}
		for _, r := range rows {
			public.add(r, b.block.RestrictPublicBuckets)
		}
	}
	return public, nil
}

// add adds a row of everybody's, or of whoever has a key. Where the public access block restricts policies, a condition decides whether
// it does.
func (p *PublicAccess) add(r AccessRow, restricted bool) {
	through, into := r.Through, &p.Through
	if conditions := r.Conditions(); conditions != "" {
		through += ", " + conditions
	}
	switch {
	case r.Unknown != "":
		through, into = r.Unknown, &p.Unknown
	case r.Access == 0 && len(r.Actions) == 0:
		return
	case restricted && r.When != nil:
		through, into = "it depends on a condition: "+through, &p.Unknown
	default:
		p.Is = PublicYes
	}
	if p.Is != PublicYes {
		p.Is = PublicUnknown
	}
	if !slices.Contains(*into, through) {
		*into = append(*into, through)
	}
}
