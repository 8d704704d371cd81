package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// settingText is how the commands show a setting.
type settingText struct {
	setting driver.Setting
	// value returns the setting in the form of S3's own answer. The URL is that of the bucket's website, if it has one.
	value func(v driver.BucketSetting, websiteURL string) orderedjson.Value
	// words returns the setting for a table; nil if it does not show the setting.
	words func(v driver.BucketSetting, websiteURL string) string
	// title and operation are the setting's name and S3's operation in debug-bucket. Both are empty if it does not show
	// the setting.
	title, operation string
	// column is the setting's column in list-buckets; empty if it does not show the setting.
	column string
	// put is what create prints when it puts the setting.
	put stepText
}

// openBlock is the public access block that blocks nothing, as the Python tool prints it.
const openBlock = `{"BlockPublicAcls": false, "IgnorePublicAcls": false, "BlockPublicPolicy": false, "RestrictPublicBuckets": false}`

// settingTexts has the settings in the order in which the commands show them.
var settingTexts = []settingText{
	{
		setting: driver.SettingACL, title: "ACL", operation: "GetBucketAcl", column: "bucket_acl",
		value: func(v driver.BucketSetting, _ string) orderedjson.Value { return aclValue(v.ACL) },
		words: func(v driver.BucketSetting, _ string) string { return aclWords(v.ACL) },
	},
	{
		setting: driver.SettingPolicyStatus, title: "policy status", operation: "GetBucketPolicyStatus",
		value: func(v driver.BucketSetting, _ string) orderedjson.Value {
			return orderedjson.Object{{Name: "PolicyStatus", Value: orderedjson.Object{{Name: "IsPublic", Value: v.PolicyStatus.IsPublic}}}}
		},
	},
	{
		setting: driver.SettingPublicAccessBlock, title: "public access block", operation: "GetPublicAccessBlock", column: "public_access_block",
		value: func(v driver.BucketSetting, _ string) orderedjson.Value {
			return publicAccessBlockValue(v.PublicAccessBlock)
		},
		words: func(v driver.BucketSetting, _ string) string { return publicAccessBlockWords(v.PublicAccessBlock) },
		put: stepText{
			would: "... then add this public access block configuration:\n" +
				openBlock,
			alone:   "Would set this public access block configuration of bucket '{bucket}':\n" + openBlock,
			did:     "Set public access block configuration",
			ignored: "The system has no public access block, so nothing had to be opened",
		},
	},
	{
		setting: driver.SettingWebsite, column: "bucket_website",
		value: func(v driver.BucketSetting, url string) orderedjson.Value { return websiteValue(v.Website, url) },
		words: func(v driver.BucketSetting, url string) string {
			return cmp.Or(url, v.Website.IndexDocument, v.Website.RedirectHost)
		},
		put: stepText{
			would: "... then configure index.html and error.html website settings",
			alone: "Would configure index.html and error.html website settings of bucket '{bucket}'",
			did:   "Configured website: IndexDocument=index.html, ErrorDocument=error.html",
		},
	},
	{
		setting: driver.SettingCORS,
		value:   func(v driver.BucketSetting, _ string) orderedjson.Value { return corsValue(v.CORS) },
	},
	{
		setting: driver.SettingPolicy,
		value:   func(v driver.BucketSetting, _ string) orderedjson.Value { return v.Policy.Document },
	},
}

// settingTextOf returns the text of a setting; nil for an unknown setting.
func settingTextOf(setting driver.Setting) *settingText {
	i := slices.IndexFunc(settingTexts, func(t settingText) bool { return t.setting == setting })
	if i < 0 {
		return nil
	}
	return &settingTexts[i]
}

// settingPlan is the plan to put a setting. What is there is looked up where somebody reads the plan.
func (c *change) settingPlan(ctx context.Context, env *cli.Env, engine *core.Engine, bucket string, value driver.BucketSetting) (*core.Plan, error) {
	return engine.PlanPutBucketSetting(ctx, bucket, value, c.dryRun || connect.Of(env).AuditLog != "")
}

// settingProposal is a plan of one step, with what a dry run says, and what is said on standard error once it is done.
func settingProposal(env *cli.Env, plan *core.Plan, would, did string) proposal {
	return proposal{
		plan: plan,
		show: func(w io.Writer) { fmt.Fprintln(w, would) },
		apply: func(ctx context.Context, e *execution) error {
			_, err := e.apply(ctx, plan, func(core.Step, core.Outcome) {
				if did != "" {
					fmt.Fprintln(env.Stderr, did)
				}
			})
			var failed *core.ApplyError
			if errors.As(err, &failed) {
				return failed.Err // the command was to do this, and no more
			}
			return err
		},
	}
}

func ownerValue(o driver.Owner) orderedjson.Object {
	owner := orderedjson.Object{}
	owner.AddText("DisplayName", o.DisplayName)
	owner.AddText("ID", o.ID)
	return owner
}

func aclValue(acl *driver.ACL) orderedjson.Object {
	grants := []orderedjson.Value{}
	for _, g := range acl.Grants {
		grantee := orderedjson.Object{}
		grantee.AddText("DisplayName", g.GranteeDisplayName)
		grantee.AddText("ID", g.GranteeID)
		grantee.AddText("Type", g.GranteeType)
		grantee.AddText("URI", g.GranteeURI)
		grants = append(grants, orderedjson.Object{{Name: "Grantee", Value: grantee}, {Name: "Permission", Value: g.Permission}})
	}
	return orderedjson.Object{{Name: "Owner", Value: ownerValue(acl.Owner)}, {Name: "Grants", Value: grants}}
}

func publicAccessBlockValue(b *driver.PublicAccessBlock) orderedjson.Object {
	return orderedjson.Object{
		{Name: "BlockPublicAcls", Value: b.BlockPublicACLs},
		{Name: "IgnorePublicAcls", Value: b.IgnorePublicACLs},
		{Name: "BlockPublicPolicy", Value: b.BlockPublicPolicy},
		{Name: "RestrictPublicBuckets", Value: b.RestrictPublicBuckets},
	}
}

func websiteValue(w *driver.Website, url string) orderedjson.Object {
	site := orderedjson.Object{}
	if w.RedirectHost != "" {
		redirect := orderedjson.Object{{Name: "HostName", Value: w.RedirectHost}}
		redirect.AddText("Protocol", w.RedirectProtocol)
		site.Add("RedirectAllRequestsTo", redirect)
	}
	if w.IndexDocument != "" {
		site.Add("IndexDocument", orderedjson.Object{{Name: "Suffix", Value: w.IndexDocument}})
	}
	if w.ErrorDocument != "" {
		site.Add("ErrorDocument", orderedjson.Object{{Name: "Key", Value: w.ErrorDocument}})
	}
	if rules, err := orderedjson.Parse([]byte(w.RoutingRules)); w.RoutingRules != "" && err == nil {
		site.Add("RoutingRules", rules)
	}
	site.AddText("url", url)
	return site
}

func corsValue(c *driver.CORS) orderedjson.Value {
	rules := []orderedjson.Value{}
	for _, r := range c.Rules {
		rule := orderedjson.Object{}
		rule.AddText("ID", r.ID)
		for _, list := range []struct {
			name   string
			values []string
		}{
			{"AllowedHeaders", r.AllowedHeaders}, {"AllowedMethods", r.AllowedMethods},
			{"AllowedOrigins", r.AllowedOrigins}, {"ExposeHeaders", r.ExposeHeaders},
		} {
			if len(list.values) > 0 {
				rule.Add(list.name, list.values)
			}
		}
		if r.MaxAgeSeconds != nil {
			rule.Add("MaxAgeSeconds", *r.MaxAgeSeconds)
		}
		rules = append(rules, rule)
	}
	return rules
}
