package memory

import (
	"context"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// settings describes each setting.
var settings = map[driver.Setting]struct {
	// action is the permission for the setting without its verb.
	action string
	// read derives the setting from other state; nil for a setting that is stored.
	read func(*bucket) (driver.BucketSetting, bool)
	// check refuses the values that S3 refuses; nil if any value is valid.
	check func(*System, *bucket, driver.BucketSetting) error
}{
	driver.SettingPolicy:            {action: "BucketPolicy", check: (*System).checkBucketPolicy},
	driver.SettingPolicyStatus:      {action: "BucketPolicyStatus", read: policyStatus},
	driver.SettingCORS:              {action: "BucketCORS", check: checkCORS},
	driver.SettingWebsite:           {action: "BucketWebsite", check: checkWebsite},
	driver.SettingACL:               {action: "BucketAcl", read: ownerOnly},
	driver.SettingPublicAccessBlock: {action: "BucketPublicAccessBlock"},
}

// GetBucketSetting reads one setting.
func (b *backend) GetBucketSetting(ctx context.Context, req driver.GetBucketSettingRequest) (driver.BucketSetting, error) {
	k, who, unlock, err := b.withBucket(ctx, "GetBucketSetting", req.Bucket, req.Setting.Capability())
	if err != nil {
		return driver.BucketSetting{}, err
	}
	defer unlock()
	if err := who.may("s3:Get"+settings[req.Setting].action, k.arn(), k, nil); err != nil {
		return driver.BucketSetting{}, err
	}
	value, ok := k.setting(req.Setting)
	if !ok {
		return driver.BucketSetting{}, fault.New(fault.NotFound, "the bucket %q has no %s", req.Bucket, req.Setting)
	}
	return value, nil
}

func (k *bucket) setting(s driver.Setting) (driver.BucketSetting, bool) {
	if read := settings[s].read; read != nil {
		return read(k)
	}
	value, ok := k.settings[s]
	return value, ok
}

// ownerOnly is the access control list of every bucket.
func ownerOnly(*bucket) (driver.BucketSetting, bool) {
	owner := driver.Owner{DisplayName: "root", ID: strings.Repeat("0", 64)}
	return driver.BucketSetting{ACL: &driver.ACL{Owner: owner, Grants: []driver.Grant{{
		GranteeType: "CanonicalUser", GranteeID: owner.ID, GranteeDisplayName: owner.DisplayName, Permission: "FULL_CONTROL",
	}}}}, true
}

func policyStatus(k *bucket) (driver.BucketSetting, bool) {
	if k.policy == nil {
		return driver.BucketSetting{}, false
	}
	return driver.BucketSetting{PolicyStatus: &driver.PolicyStatus{IsPublic: isPublic(*k.policy)}}, true
}

// isPublic reports whether a policy grants everybody something unconditionally.
func isPublic(doc policy.Document) bool {
	return slices.ContainsFunc(doc.Statement, func(s policy.Statement) bool {
		any := s.Principal != nil && (s.Principal.Any || slices.Contains(s.Principal.Of["AWS"], "*"))
		return any && s.Effect == policy.Allow && len(s.Condition) == 0
	})
}

// PutBucketSetting replaces one setting.
func (b *backend) PutBucketSetting(ctx context.Context, req driver.PutBucketSettingRequest) error {
	setting := req.Value.Setting()
	if setting == "" {
		return fault.New(fault.InvalidArgument, "a request sets one setting")
	}
	if !setting.Writable() {
		return fault.New(fault.Unsupported, "the %s of a bucket can only be read", setting)
	}
	k, who, unlock, err := b.withBucket(ctx, "PutBucketSetting", req.Bucket, setting.Capability())
	if err != nil {
		return err
	}
	defer unlock()
	if err := who.may("s3:Put"+settings[setting].action, k.arn(), k, nil); err != nil {
		return err
	}
	if check := settings[setting].check; check != nil {
		if err := check(b.system, k, req.Value); err != nil {
			return err
		}
	}
	k.settings[setting] = req.Value
	if setting == driver.SettingPolicy {
		doc, _ := policy.Parse([]byte(req.Value.Policy.Document))
		k.policy = &doc
	}
	return nil
}

// DeleteBucketSetting removes one setting.
func (b *backend) DeleteBucketSetting(ctx context.Context, req driver.DeleteBucketSettingRequest) error {
	if req.Setting.Capability() != "" && !req.Setting.Writable() {
		return fault.New(fault.Unsupported, "the %s of a bucket can only be read", req.Setting)
	}
	k, who, unlock, err := b.withBucket(ctx, "DeleteBucketSetting", req.Bucket, req.Setting.Capability())
	if err != nil {
		return err
	}
	defer unlock()
	if err := who.may("s3:Delete"+settings[req.Setting].action, k.arn(), k, nil); err != nil {
		return err
	}
	delete(k.settings, req.Setting)
	if req.Setting == driver.SettingPolicy {
		k.policy = nil
	}
	return nil
}

func (s *System) checkBucketPolicy(k *bucket, value driver.BucketSetting) error {
	doc, err := s.parseFor(value.Policy.Document)
	if err != nil {
		return err
	}
	for _, st := range doc.Statement {
		if st.Principal == nil && st.NotPrincipal == nil {
			return fault.New(fault.InvalidArgument, "a statement of a bucket policy names a principal")
		}
		for _, r := range append(st.Resource, st.NotResource...) {
			if r != k.arn() && !strings.HasPrefix(r, k.arn()+"/") {
				return fault.New(fault.InvalidArgument, "the resource %s is not in the bucket %s", r, k.name)
			}
		}
	}
	if block := k.settings[driver.SettingPublicAccessBlock].PublicAccessBlock; block != nil && block.BlockPublicPolicy && isPublic(doc) {
		return fault.New(fault.PermissionDenied, "public policies are blocked for the bucket %q", k.name)
	}
	return nil
}

func checkCORS(_ *System, _ *bucket, value driver.BucketSetting) error {
	rules := value.CORS.Rules
	if len(rules) == 0 {
		return fault.New(fault.InvalidArgument, "CORS needs a rule")
	}
	methods := []string{"GET", "PUT", "HEAD", "POST", "DELETE"}
	for _, rule := range rules {
		unknown := slices.ContainsFunc(rule.AllowedMethods, func(m string) bool { return !slices.Contains(methods, m) })
		if len(rule.AllowedMethods) == 0 || len(rule.AllowedOrigins) == 0 || unknown {
			return fault.New(fault.InvalidArgument, "a CORS rule needs an origin and methods out of %s", strings.Join(methods, ", "))
		}
	}
	return nil
}

func checkWebsite(_ *System, _ *bucket, value driver.BucketSetting) error {
	w := value.Website
	if w.RedirectHost == "" && (w.IndexDocument == "" || strings.Contains(w.IndexDocument, "/")) {
		return fault.New(fault.InvalidArgument, "a website needs an index document, whose name has no slash")
	}
	return nil
}
