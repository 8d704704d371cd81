package main

import (
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/output"
)

// settingValue returns a bucket's setting as S3's own answer has it. The URL is where its website is, if it has one.
func settingValue(v driver.BucketSetting, websiteURL string) output.Value {
	switch {
	case v.ACL != nil:
		return aclValue(v.ACL)
	case v.PublicAccessBlock != nil:
		return publicAccessBlockValue(v.PublicAccessBlock)
	case v.Website != nil:
		return websiteValue(v.Website, websiteURL)
	case v.CORS != nil:
		return corsValue(v.CORS)
	case v.PolicyStatus != nil:
		return output.Object{{Name: "PolicyStatus", Value: output.Object{{Name: "IsPublic", Value: v.PolicyStatus.IsPublic}}}}
	}
	return nil
}

func ownerValue(o driver.Owner) output.Object {
	owner := output.Object{}
	owner.AddText("DisplayName", o.DisplayName)
	owner.AddText("ID", o.ID)
	return owner
}

func aclValue(acl *driver.ACL) output.Object {
	grants := []output.Value{}
	for _, g := range acl.Grants {
		grantee := output.Object{}
		grantee.AddText("DisplayName", g.GranteeDisplayName)
		grantee.AddText("ID", g.GranteeID)
		grantee.AddText("Type", g.GranteeType)
		grantee.AddText("URI", g.GranteeURI)
		grants = append(grants, output.Object{{Name: "Grantee", Value: grantee}, {Name: "Permission", Value: g.Permission}})
	}
	return output.Object{{Name: "Owner", Value: ownerValue(acl.Owner)}, {Name: "Grants", Value: grants}}
}

func publicAccessBlockValue(b *driver.PublicAccessBlock) output.Object {
	return output.Object{
		{Name: "BlockPublicAcls", Value: b.BlockPublicACLs},
		{Name: "IgnorePublicAcls", Value: b.IgnorePublicACLs},
		{Name: "BlockPublicPolicy", Value: b.BlockPublicPolicy},
		{Name: "RestrictPublicBuckets", Value: b.RestrictPublicBuckets},
	}
}

func websiteValue(w *driver.Website, url string) output.Object {
	site := output.Object{}
	if w.RedirectHost != "" {
		redirect := output.Object{{Name: "HostName", Value: w.RedirectHost}}
		redirect.AddText("Protocol", w.RedirectProtocol)
		site.Add("RedirectAllRequestsTo", redirect)
	}
	if w.IndexDocument != "" {
		site.Add("IndexDocument", output.Object{{Name: "Suffix", Value: w.IndexDocument}})
	}
	if w.ErrorDocument != "" {
		site.Add("ErrorDocument", output.Object{{Name: "Key", Value: w.ErrorDocument}})
	}
	if rules, err := output.ParseJSON([]byte(w.RoutingRules)); w.RoutingRules != "" && err == nil {
		site.Add("RoutingRules", rules)
	}
	site.AddText("url", url)
	return site
}

func corsValue(c *driver.CORS) output.Value {
	rules := []output.Value{}
	for _, r := range c.Rules {
		rule := output.Object{}
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
