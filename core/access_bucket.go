package core

import (
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
	case value.ACL != nil:
		b.acl = aclDocument(b.Bucket, value.ACL)
	case value.PublicAccessBlock != nil:
		b.block = *value.PublicAccessBlock
	}
	return nil
}

// settingWords are what messages call the settings that say who may reach a bucket.
var settingWords = map[driver.Setting]string{
	driver.SettingPolicy: "policy", driver.SettingACL: "access control list", driver.SettingPublicAccessBlock: "public access block",
}

// accessSettings are those settings, in the order in which they are read: whether access is blocked matters where there is some.
var accessSettings = []driver.Setting{driver.SettingPolicy, driver.SettingACL, driver.SettingPublicAccessBlock}

// policyName names the bucket's policy where several buckets' are meant.
func (b *BucketAccess) policyName() string { return "policy of bucket " + b.Bucket }

// everybody reports whether something is for everybody, or for whoever has a key, unless it is blocked.
func (b *BucketAccess) everybody() bool { return b.policy.For("").Allows() || b.acl.Allows() }

// restricted reports whether access by the policy is blocked for everybody but the users of the bucket's account.
func (b *BucketAccess) restricted() bool {
	return b.block.RestrictPublicBuckets && b.policy.For("").Allows()
}

// policiesFor are what the bucket's settings say of a principal; an empty one is everybody. What everybody may do anyway is left out
// for others.
func (b *BucketAccess) policiesFor(principal string, ofAccount bool) []UserPolicy {
	document, acl := b.policy, b.acl
	switch {
	case principal == "" && b.restricted(), principal != "" && !ofAccount && b.restricted():
		document = policy.Document{}
	case principal != "" && !b.restricted():
		document = document.WithoutPublic()
	}
	switch {
	case b.block.IgnorePublicACLs && (principal == "" || principal == aclAuthenticated):
		acl = policy.Document{}
	case principal != "":
		acl = acl.WithoutPublic()
	}
	return []UserPolicy{newUserPolicy("bucket policy", document.For(principal)), newUserPolicy("bucket ACL", acl.For(principal))}
}

// The groups of S3's access control lists.
const (
	aclEverybody = "http://acs.amazonaws.com/groups/global/AllUsers"
	// aclAuthenticated is whoever has a key, of any account.
	aclAuthenticated = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
)

// aclActions are what the permissions of a bucket's access control list allow.
var aclActions = map[string][]string{
	"READ": {"s3:ListBucket"}, "WRITE": {"s3:PutObject"}, "READ_ACP": {"s3:GetBucketAcl"}, "WRITE_ACP": {"s3:PutBucketAcl"},
	"FULL_CONTROL": {"s3:ListBucket", "s3:PutObject", "s3:GetBucketAcl", "s3:PutBucketAcl"},
}

// aclDocument is an access control list as a policy, without what it gives the owner.
func aclDocument(bucket string, acl *driver.ACL) policy.Document {
	document := policy.Document{Version: policy.Version}
	arn := "arn:*:s3:::" + bucket
	for _, g := range acl.Grants {
		principal := &policy.Principal{Of: map[string][]string{"CanonicalUser": {g.GranteeID}}}
		switch {
		case g.GranteeURI == aclEverybody:
			principal = &policy.Principal{Any: true}
		case g.GranteeURI != "":
			principal.Of = map[string][]string{"Group": {g.GranteeURI}}
		case g.GranteeID == "" || g.GranteeID == acl.Owner.ID:
			continue
		}
		document.Statement = append(document.Statement, policy.Statement{
			Effect: policy.Allow, Principal: principal, Action: aclActions[g.Permission], Resource: []string{arn, arn + "/*"},
		})
	}
	return document
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
	public := PublicAccess{Is: PublicNo, Unknown: b.Unknown}
	if len(b.Unknown) > 0 {
		public.Is = PublicUnknown
	}
	rows, err := newAccessExplainer(e).rows(everybody(), b)
	for _, r := range rows {
		if r.Access == 0 && len(r.Actions) == 0 {
			continue
		}
		public.Is = PublicYes
		through := r.Through
		if conditions := r.Conditions(); conditions != "" {
			through += ", " + conditions
		}
		if !slices.Contains(public.Through, through) {
			public.Through = append(public.Through, through)
		}
	}
	return public, err
}
