package wire_test

import (
	"context"
	"iter"
	"os"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// Every method of driver.Driver, recorded.

func (r *recorder) WhoAmI(_ context.Context) (driver.Caller, error) {
	return one[driver.Caller](r, nil)
}

func (r *recorder) ListUsers(_ context.Context) iter.Seq2[driver.User, error] {
	return many[driver.User](r, nil)
}

func (r *recorder) GetUser(_ context.Context, req driver.GetUserRequest) (driver.User, error) {
	return one[driver.User](r, req)
}

func (r *recorder) CreateUser(_ context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
	return one[driver.CreateUserResponse](r, req)
}

func (r *recorder) DeleteUser(_ context.Context, req driver.DeleteUserRequest) error {
	r.request = req
	return nil
}

func (r *recorder) ListUserItems(_ context.Context, req driver.ListUserItemsRequest) iter.Seq2[driver.UserItem, error] {
	return many[driver.UserItem](r, req)
}

func (r *recorder) CreateAccessKey(_ context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
	return one[driver.AccessKey](r, req)
}

func (r *recorder) ListAccessKeys(_ context.Context, req driver.ListAccessKeysRequest) iter.Seq2[driver.AccessKey, error] {
	return many[driver.AccessKey](r, req)
}

func (r *recorder) SetAccessKeyStatus(_ context.Context, req driver.SetAccessKeyStatusRequest) error {
	r.request = req
	return nil
}

func (r *recorder) SetAccessKeyExpiry(_ context.Context, req driver.SetAccessKeyExpiryRequest) error {
	r.request = req
	return nil
}

func (r *recorder) GetAccessKeyUse(_ context.Context, req driver.GetAccessKeyUseRequest) (driver.AccessKeyUse, error) {
	return one[driver.AccessKeyUse](r, req)
}

func (r *recorder) DeleteAccessKey(_ context.Context, req driver.DeleteAccessKeyRequest) error {
	r.request = req
	return nil
}

func (r *recorder) CheckPolicy(_ context.Context, req driver.CheckPolicyRequest) error {
	r.request = req
	return nil
}

func (r *recorder) PutGrant(_ context.Context, req driver.PutGrantRequest) error {
	r.request = req
	return nil
}

func (r *recorder) ListGrants(_ context.Context, req driver.ListGrantsRequest) iter.Seq2[driver.BucketGrant, error] {
	return many[driver.BucketGrant](r, req)
}

func (r *recorder) Probe(_ context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	return one[driver.ProbeAnswer](r, req)
}

func (r *recorder) ListRoles(_ context.Context) iter.Seq2[driver.Role, error] {
	return many[driver.Role](r, nil)
}

func (r *recorder) GetRole(_ context.Context, req driver.GetRoleRequest) (driver.Role, error) {
	return one[driver.Role](r, req)
}

func (r *recorder) CreateRole(_ context.Context, req driver.CreateRoleRequest) (driver.Role, error) {
	return one[driver.Role](r, req)
}

func (r *recorder) DeleteRole(_ context.Context, req driver.DeleteRoleRequest) error {
	r.request = req
	return nil
}

func (r *recorder) CreateSession(_ context.Context, req driver.CreateSessionRequest) (driver.Session, error) {
	return one[driver.Session](r, req)
}

func (r *recorder) PutPolicy(_ context.Context, req driver.PutPolicyRequest) error {
	r.request = req
	return nil
}

func (r *recorder) GetPolicy(_ context.Context, req driver.GetPolicyRequest) (driver.PolicyDocument, error) {
	return one[driver.PolicyDocument](r, req)
}

func (r *recorder) ListPolicies(_ context.Context, req driver.ListPoliciesRequest) iter.Seq2[string, error] {
	return many[string](r, req)
}

func (r *recorder) DeletePolicy(_ context.Context, req driver.DeletePolicyRequest) error {
	r.request = req
	return nil
}

func (r *recorder) ListAttachedPolicies(_ context.Context, req driver.ListPoliciesRequest) iter.Seq2[driver.AttachedPolicy, error] {
	return many[driver.AttachedPolicy](r, req)
}

func (r *recorder) AttachPolicy(_ context.Context, req driver.AttachPolicyRequest) error {
	r.request = req
	return nil
}

func (r *recorder) DetachPolicy(_ context.Context, req driver.AttachPolicyRequest) error {
	r.request = req
	return nil
}

func (r *recorder) GetManagedPolicy(_ context.Context, req driver.GetManagedPolicyRequest) (driver.ManagedPolicy, error) {
	return one[driver.ManagedPolicy](r, req)
}

func (r *recorder) ListBuckets(_ context.Context) iter.Seq2[driver.BucketInfo, error] {
	return many[driver.BucketInfo](r, nil)
}

func (r *recorder) HeadBucket(_ context.Context, req driver.HeadBucketRequest) (driver.BucketDetail, error) {
	return one[driver.BucketDetail](r, req)
}

func (r *recorder) CreateBucket(_ context.Context, req driver.CreateBucketRequest) error {
	r.request = req
	return nil
}

func (r *recorder) DeleteBucket(_ context.Context, req driver.DeleteBucketRequest) error {
	r.request = req
	return nil
}

func (r *recorder) GetBucketSetting(_ context.Context, req driver.GetBucketSettingRequest) (driver.BucketSetting, error) {
	return one[driver.BucketSetting](r, req)
}

func (r *recorder) PutBucketSetting(_ context.Context, req driver.PutBucketSettingRequest) error {
	r.request = req
	return nil
}

func (r *recorder) EmptyBucket(_ context.Context, req driver.EmptyBucketRequest) iter.Seq2[driver.EmptiedItem, error] {
	return many[driver.EmptiedItem](r, req)
}

func (r *recorder) DeleteBucketSetting(_ context.Context, req driver.DeleteBucketSettingRequest) error {
	r.request = req
	return nil
}

func (r *recorder) ListObjects(_ context.Context, req driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
	return many[driver.ObjectInfo](r, req)
}

func (r *recorder) HeadObject(_ context.Context, req driver.HeadObjectRequest) (driver.ObjectDetail, error) {
	return one[driver.ObjectDetail](r, req)
}

func (r *recorder) GetObject(_ context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
	detail, err := one[driver.ObjectDetail](r, req)
	if err == nil {
		err = os.WriteFile(req.Path, make([]byte, detail.Size), 0o600)
	}
	return detail, err
}

func (r *recorder) PutObject(_ context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	return one[driver.ObjectDetail](r, req)
}

func (r *recorder) DeleteObjects(_ context.Context, req driver.DeleteObjectsRequest) (driver.DeleteObjectsResponse, error) {
	return one[driver.DeleteObjectsResponse](r, req)
}
