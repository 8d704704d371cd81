package wire

import (
	"github.com/s3-credentials/s3-credentials/core/driver"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

// settings converts each setting: to is for a value of that setting, and from fills in the value if the message is one of it.
var settings = map[driver.Setting]struct {
	to   func(driver.BucketSetting) *pb.BucketSetting
	from func(*pb.BucketSetting, *driver.BucketSetting)
}{
	driver.SettingPolicy: {func(v driver.BucketSetting) *pb.BucketSetting {
		return &pb.BucketSetting{Value: &pb.BucketSetting_Policy{Policy: &pb.BucketPolicy{Document: v.Policy.Document}}}
	}, func(in *pb.BucketSetting, v *driver.BucketSetting) {
		if p := in.GetPolicy(); p != nil {
			v.Policy = &driver.BucketPolicy{Document: p.GetDocument()}
		}
	}},
	driver.SettingPolicyStatus: {func(v driver.BucketSetting) *pb.BucketSetting {
		return &pb.BucketSetting{Value: &pb.BucketSetting_PolicyStatus{PolicyStatus: &pb.PolicyStatus{IsPublic: v.PolicyStatus.IsPublic}}}
	}, func(in *pb.BucketSetting, v *driver.BucketSetting) {
		if p := in.GetPolicyStatus(); p != nil {
			v.PolicyStatus = &driver.PolicyStatus{IsPublic: p.GetIsPublic()}
		}
	}},
	driver.SettingCORS: {func(v driver.BucketSetting) *pb.BucketSetting {
		return &pb.BucketSetting{Value: &pb.BucketSetting_Cors{Cors: &pb.Cors{Rules: mapSlice(v.CORS.Rules, toCORSRule)}}}
	}, func(in *pb.BucketSetting, v *driver.BucketSetting) {
		if c := in.GetCors(); c != nil {
			v.CORS = &driver.CORS{Rules: mapSlice(c.GetRules(), fromCORSRule)}
		}
	}},
	driver.SettingWebsite: {func(v driver.BucketSetting) *pb.BucketSetting {
		return &pb.BucketSetting{Value: &pb.BucketSetting_Website{Website: toWebsite(v.Website)}}
	}, func(in *pb.BucketSetting, v *driver.BucketSetting) {
		if w := in.GetWebsite(); w != nil {
			v.Website = fromWebsite(w)
		}
	}},
	driver.SettingACL: {func(v driver.BucketSetting) *pb.BucketSetting {
		return &pb.BucketSetting{Value: &pb.BucketSetting_Acl{Acl: toACL(v.ACL)}}
	}, func(in *pb.BucketSetting, v *driver.BucketSetting) {
		if a := in.GetAcl(); a != nil {
			v.ACL = fromACL(a)
		}
	}},
	driver.SettingPublicAccessBlock: {func(v driver.BucketSetting) *pb.BucketSetting {
		return &pb.BucketSetting{Value: &pb.BucketSetting_PublicAccessBlock{PublicAccessBlock: toBlock(v.PublicAccessBlock)}}
	}, func(in *pb.BucketSetting, v *driver.BucketSetting) {
		if b := in.GetPublicAccessBlock(); b != nil {
			v.PublicAccessBlock = fromBlock(b)
		}
	}},
}

// toSetting converts the one field that is set; with none or several it returns nil, which the other side refuses.
func toSetting(v driver.BucketSetting) *pb.BucketSetting {
	row, ok := settings[v.Setting()]
	if !ok {
		return nil
	}
	return row.to(v)
}

func fromSetting(in *pb.BucketSetting) driver.BucketSetting {
	var v driver.BucketSetting
	for _, row := range settings {
		row.from(in, &v)
	}
	return v
}

func toCORSRule(r driver.CORSRule) *pb.CorsRule {
	return &pb.CorsRule{
		Id: r.ID, AllowedHeaders: r.AllowedHeaders, AllowedMethods: r.AllowedMethods, AllowedOrigins: r.AllowedOrigins,
		ExposeHeaders: r.ExposeHeaders, MaxAgeSeconds: toOptionalInt32(r.MaxAgeSeconds),
	}
}

func fromCORSRule(in *pb.CorsRule) driver.CORSRule {
	return driver.CORSRule{
		ID: in.GetId(), AllowedHeaders: in.GetAllowedHeaders(), AllowedMethods: in.GetAllowedMethods(),
		AllowedOrigins: in.GetAllowedOrigins(), ExposeHeaders: in.GetExposeHeaders(),
		MaxAgeSeconds: fromOptionalInt32(in.MaxAgeSeconds),
	}
}

func toWebsite(w *driver.Website) *pb.Website {
	return &pb.Website{
		IndexDocument: w.IndexDocument, ErrorDocument: w.ErrorDocument, RedirectHost: w.RedirectHost,
		RedirectProtocol: w.RedirectProtocol, RoutingRules: w.RoutingRules,
	}
}

func fromWebsite(in *pb.Website) *driver.Website {
	return &driver.Website{
		IndexDocument: in.GetIndexDocument(), ErrorDocument: in.GetErrorDocument(), RedirectHost: in.GetRedirectHost(),
		RedirectProtocol: in.GetRedirectProtocol(), RoutingRules: in.GetRoutingRules(),
	}
}

func toACL(a *driver.ACL) *pb.Acl {
	return &pb.Acl{Owner: toOwner(&a.Owner), Grants: mapSlice(a.Grants, func(g driver.Grant) *pb.Grant {
		return &pb.Grant{
			GranteeType: g.GranteeType, GranteeId: g.GranteeID, GranteeDisplayName: g.GranteeDisplayName,
			GranteeUri: g.GranteeURI, Permission: g.Permission,
		}
	})}
}

func fromACL(in *pb.Acl) *driver.ACL {
	acl := &driver.ACL{Grants: mapSlice(in.GetGrants(), func(g *pb.Grant) driver.Grant {
		return driver.Grant{
			GranteeType: g.GetGranteeType(), GranteeID: g.GetGranteeId(), GranteeDisplayName: g.GetGranteeDisplayName(),
			GranteeURI: g.GetGranteeUri(), Permission: g.GetPermission(),
		}
	})}
	if owner := fromOwner(in.GetOwner()); owner != nil {
		acl.Owner = *owner
	}
	return acl
}

func toOwner(o *driver.Owner) *pb.Owner {
	if o == nil {
		return nil
	}
	return &pb.Owner{DisplayName: o.DisplayName, Id: o.ID}
}

func fromOwner(in *pb.Owner) *driver.Owner {
	if in == nil {
		return nil
	}
	return &driver.Owner{DisplayName: in.GetDisplayName(), ID: in.GetId()}
}

func toBlock(b *driver.PublicAccessBlock) *pb.PublicAccessBlock {
	return &pb.PublicAccessBlock{
		BlockPublicAcls: b.BlockPublicACLs, IgnorePublicAcls: b.IgnorePublicACLs, BlockPublicPolicy: b.BlockPublicPolicy,
		RestrictPublicBuckets: b.RestrictPublicBuckets,
	}
}

func fromBlock(in *pb.PublicAccessBlock) *driver.PublicAccessBlock {
	return &driver.PublicAccessBlock{
		BlockPublicACLs: in.GetBlockPublicAcls(), IgnorePublicACLs: in.GetIgnorePublicAcls(),
		BlockPublicPolicy: in.GetBlockPublicPolicy(), RestrictPublicBuckets: in.GetRestrictPublicBuckets(),
	}
}
