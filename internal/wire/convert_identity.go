package wire

import (
	"github.com/s3-credentials/s3-credentials/core/driver"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

func toCaller(c driver.Caller) *pb.Caller {
	return &pb.Caller{UserId: c.UserID, Account: c.Account, Arn: c.ARN}
}

func fromCaller(in *pb.Caller) driver.Caller {
	return driver.Caller{UserID: in.GetUserId(), Account: in.GetAccount(), ARN: in.GetArn()}
}

func toCreateUserResponse(r driver.CreateUserResponse) *pb.CreateUserResponse {
	out := &pb.CreateUserResponse{User: toUser(r.User)}
	if r.AccessKey != nil {
		out.AccessKey = toAccessKey(*r.AccessKey)
	}
	return out
}

func fromCreateUserResponse(in *pb.CreateUserResponse) driver.CreateUserResponse {
	r := driver.CreateUserResponse{User: fromUser(in.GetUser())}
	if in.GetAccessKey() != nil {
		key := fromAccessKey(in.GetAccessKey())
		r.AccessKey = &key
	}
	return r
}

func toUser(u driver.User) *pb.User {
	return &pb.User{
		Path: u.Path, Name: u.Name, Id: u.ID, Arn: u.ARN, Created: toTime(u.Created),
		PasswordLastUsed: toTime(u.PasswordLastUsed), PermissionsBoundary: u.PermissionsBoundary, Tags: toTags(u.Tags),
		Expires: toTime(u.Expires), Disabled: u.Disabled,
	}
}

func fromUser(in *pb.User) driver.User {
	return driver.User{
		Path: in.GetPath(), Name: in.GetName(), ID: in.GetId(), ARN: in.GetArn(), Created: fromTime(in.GetCreated()),
		PasswordLastUsed: fromTime(in.GetPasswordLastUsed()), PermissionsBoundary: in.GetPermissionsBoundary(),
		Tags: fromTags(in.GetTags()), Expires: fromTime(in.GetExpires()), Disabled: in.GetDisabled(),
	}
}

func toTags(tags []driver.Tag) []*pb.Tag {
	return mapSlice(tags, func(t driver.Tag) *pb.Tag { return &pb.Tag{Key: t.Key, Value: t.Value} })
}

func fromTags(in []*pb.Tag) []driver.Tag {
	return mapSlice(in, func(t *pb.Tag) driver.Tag { return driver.Tag{Key: t.GetKey(), Value: t.GetValue()} })
}

func toUserItem(i driver.UserItem) *pb.UserItem {
	return &pb.UserItem{Kind: string(i.Kind), Name: i.Name, KeepsUser: i.KeepsUser}
}

func fromUserItem(in *pb.UserItem) driver.UserItem {
	return driver.UserItem{Kind: driver.UserItemKind(in.GetKind()), Name: in.GetName(), KeepsUser: in.GetKeepsUser()}
}

func toAccessKey(k driver.AccessKey) *pb.AccessKey {
	return &pb.AccessKey{
		UserName: k.UserName, AccessKeyId: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey, Status: k.Status,
		Created: toTime(k.Created), Expires: toTime(k.Expires), Tags: toTags(k.Tags), Restricted: k.Restricted,
		Caveat: k.Caveat,
	}
}

func fromAccessKey(in *pb.AccessKey) driver.AccessKey {
	return driver.AccessKey{
		UserName: in.GetUserName(), AccessKeyID: in.GetAccessKeyId(), SecretAccessKey: in.GetSecretAccessKey(),
		Status: in.GetStatus(), Created: fromTime(in.GetCreated()), Expires: fromTime(in.GetExpires()), Tags: fromTags(in.GetTags()),
		Restricted: in.GetRestricted(), Caveat: in.GetCaveat(),
	}
}

func toAccessKeyUse(u driver.AccessKeyUse) *pb.AccessKeyUse {
	return &pb.AccessKeyUse{Date: toTime(u.Date), Service: u.Service, Region: u.Region}
}

func fromAccessKeyUse(in *pb.AccessKeyUse) driver.AccessKeyUse {
	return driver.AccessKeyUse{Date: fromTime(in.GetDate()), Service: in.GetService(), Region: in.GetRegion()}
}

func toRole(r driver.Role) *pb.Role {
	out := &pb.Role{
		Path: r.Path, Name: r.Name, Id: r.ID, Arn: r.ARN, Created: toTime(r.Created), TrustPolicy: r.TrustPolicy,
		Description: r.Description, MaxSessionSeconds: toInt32(r.MaxSessionSeconds),
		PermissionsBoundary: r.PermissionsBoundary, Tags: toTags(r.Tags),
	}
	if r.LastUsed != nil {
		out.LastUsed = &pb.RoleLastUsed{Date: toTime(r.LastUsed.Date), Region: r.LastUsed.Region}
	}
	return out
}

func fromRole(in *pb.Role) driver.Role {
	r := driver.Role{
		Path: in.GetPath(), Name: in.GetName(), ID: in.GetId(), ARN: in.GetArn(), Created: fromTime(in.GetCreated()),
		TrustPolicy: in.GetTrustPolicy(), Description: in.GetDescription(),
		MaxSessionSeconds: int(in.GetMaxSessionSeconds()), PermissionsBoundary: in.GetPermissionsBoundary(),
		Tags: fromTags(in.GetTags()),
	}
	if used := in.GetLastUsed(); used != nil {
		r.LastUsed = &driver.RoleLastUsed{Date: fromTime(used.GetDate()), Region: used.GetRegion()}
	}
	return r
}

func toSession(s driver.Session) *pb.Session {
	return &pb.Session{
		AccessKeyId: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey, SessionToken: s.SessionToken,
		Expiration: toTime(s.Expiration),
	}
}

func fromSession(in *pb.Session) driver.Session {
	return driver.Session{
		AccessKeyID: in.GetAccessKeyId(), SecretAccessKey: in.GetSecretAccessKey(), SessionToken: in.GetSessionToken(),
		Expiration: fromTime(in.GetExpiration()),
	}
}
