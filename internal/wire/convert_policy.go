package wire

import (
	"github.com/s3-credentials/s3-credentials/core/driver"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

func toPrincipal(p driver.Principal) *pb.Principal {
	return &pb.Principal{Type: string(p.Type), Name: p.Name}
}

func fromPrincipal(in *pb.Principal) driver.Principal {
	return driver.Principal{Type: driver.PrincipalType(in.GetType()), Name: in.GetName()}
}

func toPolicyDocument(d driver.PolicyDocument) *pb.PolicyDocument {
	return &pb.PolicyDocument{Principal: toPrincipal(d.Principal), Name: d.Name, Document: d.Document}
}

func fromPolicyDocument(in *pb.PolicyDocument) driver.PolicyDocument {
	return driver.PolicyDocument{Principal: fromPrincipal(in.GetPrincipal()), Name: in.GetName(), Document: in.GetDocument()}
}

func toAttachedPolicy(p driver.AttachedPolicy) *pb.AttachedPolicy {
	return &pb.AttachedPolicy{Name: p.Name, Arn: p.ARN}
}

func fromAttachedPolicy(in *pb.AttachedPolicy) driver.AttachedPolicy {
	return driver.AttachedPolicy{Name: in.GetName(), ARN: in.GetArn()}
}

func toManagedPolicy(p driver.ManagedPolicy) *pb.ManagedPolicy {
	return &pb.ManagedPolicy{
		Name: p.Name, Id: p.ID, Arn: p.ARN, Path: p.Path, Description: p.Description,
		DefaultVersionId: p.DefaultVersionID, AttachmentCount: toInt32(p.AttachmentCount),
		PermissionsBoundaryUsageCount: toOptionalInt32(p.PermissionsBoundaryUsageCount), IsAttachable: p.IsAttachable,
		Created: toTime(p.Created), Updated: toTime(p.Updated), Tags: toTags(p.Tags),
		Version: &pb.PolicyVersion{
			Document: p.Version.Document, VersionId: p.Version.VersionID, IsDefaultVersion: p.Version.IsDefaultVersion,
			Created: toTime(p.Version.Created),
		},
	}
}

func fromManagedPolicy(in *pb.ManagedPolicy) driver.ManagedPolicy {
	version := in.GetVersion()
	return driver.ManagedPolicy{
		Name: in.GetName(), ID: in.GetId(), ARN: in.GetArn(), Path: in.GetPath(), Description: in.GetDescription(),
		DefaultVersionID: in.GetDefaultVersionId(), AttachmentCount: int(in.GetAttachmentCount()),
		PermissionsBoundaryUsageCount: fromOptionalInt32(in.PermissionsBoundaryUsageCount), IsAttachable: in.GetIsAttachable(),
		Created: fromTime(in.GetCreated()), Updated: fromTime(in.GetUpdated()), Tags: fromTags(in.GetTags()),
		Version: driver.PolicyVersion{
			Document: version.GetDocument(), VersionID: version.GetVersionId(),
			IsDefaultVersion: version.GetIsDefaultVersion(), Created: fromTime(version.GetCreated()),
		},
	}
}

func toBucketGrant(g driver.BucketGrant) *pb.BucketGrant {
	return &pb.BucketGrant{Bucket: g.Bucket, Read: g.Read, Write: g.Write, Owner: g.Owner}
}

func fromBucketGrant(in *pb.BucketGrant) driver.BucketGrant {
	return driver.BucketGrant{Bucket: in.GetBucket(), Read: in.GetRead(), Write: in.GetWrite(), Owner: in.GetOwner()}
}

func fromProbe(in *pb.ProbeResponse) driver.ProbeAnswer {
	return driver.ProbeAnswer{Allowed: in.GetAllowed(), Left: in.GetLeft(), Caveat: in.GetCaveat()}
}

func toProbe(a driver.ProbeAnswer) *pb.ProbeResponse {
	return &pb.ProbeResponse{Allowed: a.Allowed, Left: a.Left, Caveat: a.Caveat}
}
