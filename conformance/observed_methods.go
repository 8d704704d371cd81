package conformance

import (
	"context"
	"iter"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// answer makes a call and looks at what comes back.
func answer[Q, T any](ctx context.Context, o *observed, method string, call func(context.Context, Q) (T, error), req Q) (T, error) {
	value, err := call(ctx, req)
	o.e.failed(method, err)
	o.e.answered(method, value)
	return value, err
}

// done is answer for a method that returns only an error.
func done[Q any](ctx context.Context, o *observed, method string, call func(context.Context, Q) error, req Q) error {
	err := call(ctx, req)
	o.e.failed(method, err)
	return err
}

// The methods of Identity. Three of them answer with secrets, which nothing else may contain.

func (o *observed) WhoAmI(ctx context.Context) (driver.Caller, error) {
	who, err := o.Driver.WhoAmI(ctx)
	o.e.failed("WhoAmI", err)
	o.e.answered("WhoAmI", who)
	return who, err
}

func (o *observed) ListUsers(ctx context.Context) iter.Seq2[driver.User, error] {
	return listed(o, "ListUsers", o.Driver.ListUsers(ctx), func(u driver.User) string { return u.Name })
}

func (o *observed) GetUser(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
	return answer(ctx, o, "GetUser", o.Driver.GetUser, req)
}

func (o *observed) CreateUser(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
	made, err := o.Driver.CreateUser(ctx, req)
	o.e.failed("CreateUser", err)
	if made.AccessKey != nil {
		o.e.secrets.add(made.AccessKey.SecretAccessKey)
	}
	return made, err
}

func (o *observed) DeleteUser(ctx context.Context, req driver.DeleteUserRequest) error {
	return done(ctx, o, "DeleteUser", o.Driver.DeleteUser, req)
}

func (o *observed) CreateAccessKey(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
	key, err := o.Driver.CreateAccessKey(ctx, req)
	o.e.failed("CreateAccessKey", err)
	o.e.secrets.add(key.SecretAccessKey)
	return key, err
}

func (o *observed) ListUserItems(ctx context.Context, req driver.ListUserItemsRequest) iter.Seq2[driver.UserItem, error] {
	return listed(o, "ListUserItems", o.Driver.ListUserItems(ctx, req), driver.UserItem.String)
}

func (o *observed) ListAccessKeys(ctx context.Context, req driver.ListAccessKeysRequest) iter.Seq2[driver.AccessKey, error] {
	return listed(o, "ListAccessKeys", o.Driver.ListAccessKeys(ctx, req), func(k driver.AccessKey) string { return k.AccessKeyID })
}

func (o *observed) SetAccessKeyStatus(ctx context.Context, req driver.SetAccessKeyStatusRequest) error {
	return done(ctx, o, "SetAccessKeyStatus", o.Driver.SetAccessKeyStatus, req)
}

func (o *observed) SetAccessKeyExpiry(ctx context.Context, req driver.SetAccessKeyExpiryRequest) error {
	return done(ctx, o, "SetAccessKeyExpiry", o.Driver.SetAccessKeyExpiry, req)
}

func (o *observed) GetAccessKeyUse(ctx context.Context, req driver.GetAccessKeyUseRequest) (driver.AccessKeyUse, error) {
	return answer(ctx, o, "GetAccessKeyUse", o.Driver.GetAccessKeyUse, req)
}

func (o *observed) DeleteAccessKey(ctx context.Context, req driver.DeleteAccessKeyRequest) error {
	return done(ctx, o, "DeleteAccessKey", o.Driver.DeleteAccessKey, req)
}

func (o *observed) ListRoles(ctx context.Context) iter.Seq2[driver.Role, error] {
	return listed(o, "ListRoles", o.Driver.ListRoles(ctx), func(r driver.Role) string { return r.Name })
}

func (o *observed) GetRole(ctx context.Context, req driver.GetRoleRequest) (driver.Role, error) {
	return answer(ctx, o, "GetRole", o.Driver.GetRole, req)
}

func (o *observed) CreateRole(ctx context.Context, req driver.CreateRoleRequest) (driver.Role, error) {
	return answer(ctx, o, "CreateRole", o.Driver.CreateRole, req)
}

func (o *observed) DeleteRole(ctx context.Context, req driver.DeleteRoleRequest) error {
	return done(ctx, o, "DeleteRole", o.Driver.DeleteRole, req)
}

func (o *observed) CreateSession(ctx context.Context, req driver.CreateSessionRequest) (driver.Session, error) {
	made, err := o.Driver.CreateSession(ctx, req)
	o.e.failed("CreateSession", err)
	o.e.secrets.add(made.SecretAccessKey, made.SessionToken)
	return made, err
}

// The methods of Policy.

func (o *observed) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	return done(ctx, o, "PutPolicy", o.Driver.PutPolicy, req)
}

func (o *observed) GetPolicy(ctx context.Context, req driver.GetPolicyRequest) (driver.PolicyDocument, error) {
	return answer(ctx, o, "GetPolicy", o.Driver.GetPolicy, req)
}

func (o *observed) ListPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[string, error] {
	return listed(o, "ListPolicies", o.Driver.ListPolicies(ctx, req), func(name string) string { return name })
}

func (o *observed) DeletePolicy(ctx context.Context, req driver.DeletePolicyRequest) error {
	return done(ctx, o, "DeletePolicy", o.Driver.DeletePolicy, req)
}

func (o *observed) CheckPolicy(ctx context.Context, req driver.CheckPolicyRequest) error {
	return done(ctx, o, "CheckPolicy", o.Driver.CheckPolicy, req)
}

func (o *observed) ListAttachedPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[driver.AttachedPolicy, error] {
	return listed(o, "ListAttachedPolicies", o.Driver.ListAttachedPolicies(ctx, req), func(p driver.AttachedPolicy) string { return p.ARN })
}

func (o *observed) AttachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	return done(ctx, o, "AttachPolicy", o.Driver.AttachPolicy, req)
}

func (o *observed) DetachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	return done(ctx, o, "DetachPolicy", o.Driver.DetachPolicy, req)
}

func (o *observed) GetManagedPolicy(ctx context.Context, req driver.GetManagedPolicyRequest) (driver.ManagedPolicy, error) {
	return answer(ctx, o, "GetManagedPolicy", o.Driver.GetManagedPolicy, req)
}

func (o *observed) PutGrant(ctx context.Context, req driver.PutGrantRequest) error {
	return done(ctx, o, "PutGrant", o.Driver.PutGrant, req)
}

func (o *observed) ListGrants(ctx context.Context, req driver.ListGrantsRequest) iter.Seq2[driver.BucketGrant, error] {
	return listed(o, "ListGrants", o.Driver.ListGrants(ctx, req), func(g driver.BucketGrant) string { return g.Bucket })
}

func (o *observed) Probe(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	return answer(ctx, o, "Probe", o.Driver.Probe, req)
}

// The methods of Bucket.

func (o *observed) ListBuckets(ctx context.Context) iter.Seq2[driver.BucketInfo, error] {
	return listed(o, "ListBuckets", o.Driver.ListBuckets(ctx), func(b driver.BucketInfo) string { return b.Name })
}

func (o *observed) HeadBucket(ctx context.Context, req driver.HeadBucketRequest) (driver.BucketDetail, error) {
	return answer(ctx, o, "HeadBucket", o.Driver.HeadBucket, req)
}

func (o *observed) CreateBucket(ctx context.Context, req driver.CreateBucketRequest) error {
	return done(ctx, o, "CreateBucket", o.Driver.CreateBucket, req)
}

func (o *observed) DeleteBucket(ctx context.Context, req driver.DeleteBucketRequest) error {
	return done(ctx, o, "DeleteBucket", o.Driver.DeleteBucket, req)
}

func (o *observed) EmptyBucket(ctx context.Context, req driver.EmptyBucketRequest) iter.Seq2[driver.EmptiedItem, error] {
	return listed(o, "EmptyBucket", o.Driver.EmptyBucket(ctx, req), func(i driver.EmptiedItem) string { return i.Key + "\x00" + i.VersionID + "\x00" + i.UploadID })
}

func (o *observed) GetBucketSetting(ctx context.Context, req driver.GetBucketSettingRequest) (driver.BucketSetting, error) {
	return answer(ctx, o, "GetBucketSetting", o.Driver.GetBucketSetting, req)
}

func (o *observed) PutBucketSetting(ctx context.Context, req driver.PutBucketSettingRequest) error {
	return done(ctx, o, "PutBucketSetting", o.Driver.PutBucketSetting, req)
}

func (o *observed) DeleteBucketSetting(ctx context.Context, req driver.DeleteBucketSettingRequest) error {
	return done(ctx, o, "DeleteBucketSetting", o.Driver.DeleteBucketSetting, req)
}

// The methods of Object.

func (o *observed) ListObjects(ctx context.Context, req driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
	return listed(o, "ListObjects", o.Driver.ListObjects(ctx, req), func(i driver.ObjectInfo) string { return i.Key })
}

func (o *observed) HeadObject(ctx context.Context, req driver.HeadObjectRequest) (driver.ObjectDetail, error) {
	return answer(ctx, o, "HeadObject", o.Driver.HeadObject, req)
}

func (o *observed) GetObject(ctx context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
	return answer(ctx, o, "GetObject", o.Driver.GetObject, req)
}

func (o *observed) PutObject(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	return answer(ctx, o, "PutObject", o.Driver.PutObject, req)
}

func (o *observed) DeleteObjects(ctx context.Context, req driver.DeleteObjectsRequest) (driver.DeleteObjectsResponse, error) {
	return answer(ctx, o, "DeleteObjects", o.Driver.DeleteObjects, req)
}
