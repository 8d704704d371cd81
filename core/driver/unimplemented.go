package driver

import (
	"context"
	"iter"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Unimplemented returns Unsupported from every method of the four interfaces. Backends embed it, so that a method added to an
// interface does not break them.
type Unimplemented struct{}

// The methods of Identity.
func (Unimplemented) WhoAmI(context.Context) (Caller, error) { return Caller{}, unsupported("WhoAmI") }
func (Unimplemented) ListUsers(context.Context) iter.Seq2[User, error] {
	return unsupportedSeq[User]("ListUsers")
}
func (Unimplemented) GetUser(context.Context, GetUserRequest) (User, error) {
	return User{}, unsupported("GetUser")
}
func (Unimplemented) CreateUser(context.Context, CreateUserRequest) (CreateUserResponse, error) {
	return CreateUserResponse{}, unsupported("CreateUser")
}
func (Unimplemented) DeleteUser(context.Context, DeleteUserRequest) error {
	return unsupported("DeleteUser")
}
func (Unimplemented) ListUserItems(context.Context, ListUserItemsRequest) iter.Seq2[UserItem, error] {
	return unsupportedSeq[UserItem]("ListUserItems")
}
func (Unimplemented) CreateAccessKey(context.Context, CreateAccessKeyRequest) (AccessKey, error) {
	return AccessKey{}, unsupported("CreateAccessKey")
}
func (Unimplemented) ListAccessKeys(context.Context, ListAccessKeysRequest) iter.Seq2[AccessKey, error] {
	return unsupportedSeq[AccessKey]("ListAccessKeys")
}
func (Unimplemented) DeleteAccessKey(context.Context, DeleteAccessKeyRequest) error {
	return unsupported("DeleteAccessKey")
}
func (Unimplemented) SetAccessKeyStatus(context.Context, SetAccessKeyStatusRequest) error {
	return unsupported("SetAccessKeyStatus")
}
func (Unimplemented) SetAccessKeyExpiry(context.Context, SetAccessKeyExpiryRequest) error {
	return unsupported("SetAccessKeyExpiry")
}
func (Unimplemented) GetAccessKeyUse(context.Context, GetAccessKeyUseRequest) (AccessKeyUse, error) {
	return AccessKeyUse{}, unsupported("GetAccessKeyUse")
}
func (Unimplemented) ListRoles(context.Context) iter.Seq2[Role, error] {
	return unsupportedSeq[Role]("ListRoles")
}
func (Unimplemented) GetRole(context.Context, GetRoleRequest) (Role, error) {
	return Role{}, unsupported("GetRole")
}
func (Unimplemented) CreateRole(context.Context, CreateRoleRequest) (Role, error) {
	return Role{}, unsupported("CreateRole")
}
func (Unimplemented) DeleteRole(context.Context, DeleteRoleRequest) error {
	return unsupported("DeleteRole")
}
func (Unimplemented) CreateSession(context.Context, CreateSessionRequest) (Session, error) {
	return Session{}, unsupported("CreateSession")
}

// The methods of Policy.
func (Unimplemented) PutPolicy(context.Context, PutPolicyRequest) error {
	return unsupported("PutPolicy")
}
func (Unimplemented) GetPolicy(context.Context, GetPolicyRequest) (PolicyDocument, error) {
	return PolicyDocument{}, unsupported("GetPolicy")
}
func (Unimplemented) ListPolicies(context.Context, ListPoliciesRequest) iter.Seq2[string, error] {
	return unsupportedSeq[string]("ListPolicies")
}
func (Unimplemented) DeletePolicy(context.Context, DeletePolicyRequest) error {
	return unsupported("DeletePolicy")
}
func (Unimplemented) CheckPolicy(context.Context, CheckPolicyRequest) error {
	return unsupported("CheckPolicy")
}
func (Unimplemented) ListAttachedPolicies(context.Context, ListPoliciesRequest) iter.Seq2[AttachedPolicy, error] {
	return unsupportedSeq[AttachedPolicy]("ListAttachedPolicies")
}
func (Unimplemented) AttachPolicy(context.Context, AttachPolicyRequest) error {
	return unsupported("AttachPolicy")
}
func (Unimplemented) DetachPolicy(context.Context, AttachPolicyRequest) error {
	return unsupported("DetachPolicy")
}
func (Unimplemented) GetManagedPolicy(context.Context, GetManagedPolicyRequest) (ManagedPolicy, error) {
	return ManagedPolicy{}, unsupported("GetManagedPolicy")
}
func (Unimplemented) PutGrant(context.Context, PutGrantRequest) error {
	return unsupported("PutGrant")
}
func (Unimplemented) ListGrants(context.Context, ListGrantsRequest) iter.Seq2[BucketGrant, error] {
	return unsupportedSeq[BucketGrant]("ListGrants")
}
func (Unimplemented) Probe(context.Context, ProbeRequest) (ProbeAnswer, error) {
	return ProbeAnswer{}, unsupported("Probe")
}

// The methods of Bucket.
func (Unimplemented) ListBuckets(context.Context) iter.Seq2[BucketInfo, error] {
	return unsupportedSeq[BucketInfo]("ListBuckets")
}
func (Unimplemented) HeadBucket(context.Context, HeadBucketRequest) (BucketDetail, error) {
	return BucketDetail{}, unsupported("HeadBucket")
}
func (Unimplemented) CreateBucket(context.Context, CreateBucketRequest) error {
	return unsupported("CreateBucket")
}
func (Unimplemented) DeleteBucket(context.Context, DeleteBucketRequest) error {
	return unsupported("DeleteBucket")
}
func (Unimplemented) EmptyBucket(context.Context, EmptyBucketRequest) iter.Seq2[EmptiedItem, error] {
	return unsupportedSeq[EmptiedItem]("EmptyBucket")
}
func (Unimplemented) GetBucketSetting(context.Context, GetBucketSettingRequest) (BucketSetting, error) {
	return BucketSetting{}, unsupported("GetBucketSetting")
}
func (Unimplemented) PutBucketSetting(context.Context, PutBucketSettingRequest) error {
	return unsupported("PutBucketSetting")
}
func (Unimplemented) DeleteBucketSetting(context.Context, DeleteBucketSettingRequest) error {
	return unsupported("DeleteBucketSetting")
}

// The methods of Object.
func (Unimplemented) ListObjects(context.Context, ListObjectsRequest) iter.Seq2[ObjectInfo, error] {
	return unsupportedSeq[ObjectInfo]("ListObjects")
}
func (Unimplemented) HeadObject(context.Context, HeadObjectRequest) (ObjectDetail, error) {
	return ObjectDetail{}, unsupported("HeadObject")
}
func (Unimplemented) GetObject(context.Context, GetObjectRequest) (ObjectDetail, error) {
	return ObjectDetail{}, unsupported("GetObject")
}
func (Unimplemented) PutObject(context.Context, PutObjectRequest) (ObjectDetail, error) {
	return ObjectDetail{}, unsupported("PutObject")
}
func (Unimplemented) DeleteObjects(context.Context, DeleteObjectsRequest) (DeleteObjectsResponse, error) {
	return DeleteObjectsResponse{}, unsupported("DeleteObjects")
}

func unsupported(method string) error {
	return fault.New(fault.Unsupported, "this backend does not implement %s", method)
}

func unsupportedSeq[T any](method string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		yield(zero, unsupported(method))
	}
}
