package wire

import (
	"github.com/s3-credentials/s3-credentials/core/driver"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

func toBucket(b driver.BucketInfo) *pb.Bucket {
	return &pb.Bucket{Name: b.Name, Created: toTime(b.Created), Region: b.Region, Arn: b.ARN}
}

func fromBucket(in *pb.Bucket) driver.BucketInfo {
	return driver.BucketInfo{Name: in.GetName(), Created: fromTime(in.GetCreated()), Region: in.GetRegion(), ARN: in.GetArn()}
}

// toSetting converts the one field that is set; with none or several it returns nil, which the other side refuses.
func toSetting(v driver.BucketSetting) *pb.BucketSetting {
	switch v.Setting() {
	case driver.SettingPolicy:
		return &pb.BucketSetting{Value: &pb.BucketSetting_Policy{Policy: &pb.BucketPolicy{Document: v.Policy.Document}}}
	case driver.SettingPolicyStatus:
		return &pb.BucketSetting{Value: &pb.BucketSetting_PolicyStatus{PolicyStatus: &pb.PolicyStatus{IsPublic: v.PolicyStatus.IsPublic}}}
	case driver.SettingCORS:
		return &pb.BucketSetting{Value: &pb.BucketSetting_Cors{Cors: &pb.Cors{Rules: mapSlice(v.CORS.Rules, toCORSRule)}}}
	case driver.SettingWebsite:
		return &pb.BucketSetting{Value: &pb.BucketSetting_Website{Website: toWebsite(v.Website)}}
	case driver.SettingACL:
		return &pb.BucketSetting{Value: &pb.BucketSetting_Acl{Acl: toACL(v.ACL)}}
	case driver.SettingPublicAccessBlock:
		return &pb.BucketSetting{Value: &pb.BucketSetting_PublicAccessBlock{PublicAccessBlock: toBlock(v.PublicAccessBlock)}}
	}
	return nil
}

func fromSetting(in *pb.BucketSetting) driver.BucketSetting {
	switch v := in.GetValue().(type) {
	case *pb.BucketSetting_Policy:
		return driver.BucketSetting{Policy: &driver.BucketPolicy{Document: v.Policy.GetDocument()}}
	case *pb.BucketSetting_PolicyStatus:
		return driver.BucketSetting{PolicyStatus: &driver.PolicyStatus{IsPublic: v.PolicyStatus.GetIsPublic()}}
	case *pb.BucketSetting_Cors:
		return driver.BucketSetting{CORS: &driver.CORS{Rules: mapSlice(v.Cors.GetRules(), fromCORSRule)}}
	case *pb.BucketSetting_Website:
		return driver.BucketSetting{Website: fromWebsite(v.Website)}
	case *pb.BucketSetting_Acl:
		return driver.BucketSetting{ACL: fromACL(v.Acl)}
	case *pb.BucketSetting_PublicAccessBlock:
		return driver.BucketSetting{PublicAccessBlock: fromBlock(v.PublicAccessBlock)}
	}
	return driver.BucketSetting{}
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
