package driver

import (
	"context"
	"iter"
)

// Declared returns a driver that answers Unsupported, and does not ask d, where d's description lacks the capability. A backend that is
// composed of parts that can do more than its system ends its Opener with it.
func Declared(d Driver, description Description) Driver { return &declared{d, description} }

type declared struct {
	Driver
	description Description
}

// Describe returns the description that decides.
func (d *declared) Describe(context.Context) (Description, error) { return d.description, nil }

// answer calls a method that returns something.
func answer[Q, T any](ctx context.Context, d *declared, call func(context.Context, Q) (T, error), req Q, needs ...Capability) (T, error) {
	if err := d.description.Require(needs...); err != nil {
		return *new(T), err
	}
	return call(ctx, req)
}

// act calls a method that returns nothing.
func act[Q any](ctx context.Context, d *declared, call func(context.Context, Q) error, req Q, needs ...Capability) error {
	if err := d.description.Require(needs...); err != nil {
		return err
	}
	return call(ctx, req)
}

// list calls a method that lists.
func list[Q, T any](ctx context.Context, d *declared, call func(context.Context, Q) iter.Seq2[T, error], req Q, needs ...Capability) iter.Seq2[T, error] {
	if err := d.description.Require(needs...); err != nil {
		return func(yield func(T, error) bool) { yield(*new(T), err) }
	}
	return call(ctx, req)
}

// all is list for a method without a request.
func all[T any](ctx context.Context, d *declared, call func(context.Context) iter.Seq2[T, error], needs Capability) iter.Seq2[T, error] {
	return list(ctx, d, func(ctx context.Context, _ struct{}) iter.Seq2[T, error] { return call(ctx) }, struct{}{}, needs)
}

// policyOf are the capabilities that a policy of the principal needs.
func policyOf(p Principal, users Capability) []Capability {
	switch p.Type {
	case PrincipalGroup:
		return []Capability{CapPolicyGroup}
	case PrincipalRole:
		return []Capability{users, CapRoles}
	}
	return []Capability{users}
}

// The methods of Identity.

func (d *declared) ListUsers(ctx context.Context) iter.Seq2[User, error] {
	return all(ctx, d, d.Driver.ListUsers, CapUsers)
}

func (d *declared) GetUser(ctx context.Context, req GetUserRequest) (User, error) {
	return answer(ctx, d, d.Driver.GetUser, req, CapUsers)
}

func (d *declared) CreateUser(ctx context.Context, req CreateUserRequest) (CreateUserResponse, error) {
	return answer(ctx, d, d.Driver.CreateUser, req, append(req.Needs(), CapUsers)...)
}

func (d *declared) DeleteUser(ctx context.Context, req DeleteUserRequest) error {
	return act(ctx, d, d.Driver.DeleteUser, req, CapUsers)
}

func (d *declared) ListUserItems(ctx context.Context, req ListUserItemsRequest) iter.Seq2[UserItem, error] {
	return list(ctx, d, d.Driver.ListUserItems, req, CapUsers)
}

func (d *declared) CreateAccessKey(ctx context.Context, req CreateAccessKeyRequest) (AccessKey, error) {
	return answer(ctx, d, d.Driver.CreateAccessKey, req, append(req.Needs(), CapAccessKeys)...)
}

func (d *declared) ListAccessKeys(ctx context.Context, req ListAccessKeysRequest) iter.Seq2[AccessKey, error] {
	return list(ctx, d, d.Driver.ListAccessKeys, req, CapAccessKeys)
}

func (d *declared) DeleteAccessKey(ctx context.Context, req DeleteAccessKeyRequest) error {
	return act(ctx, d, d.Driver.DeleteAccessKey, req, CapAccessKeys)
}

func (d *declared) SetAccessKeyStatus(ctx context.Context, req SetAccessKeyStatusRequest) error {
	return act(ctx, d, d.Driver.SetAccessKeyStatus, req, CapKeyStatus)
}

func (d *declared) SetAccessKeyExpiry(ctx context.Context, req SetAccessKeyExpiryRequest) error {
	return act(ctx, d, d.Driver.SetAccessKeyExpiry, req, CapKeyExpiry)
}

func (d *declared) GetAccessKeyUse(ctx context.Context, req GetAccessKeyUseRequest) (AccessKeyUse, error) {
	return answer(ctx, d, d.Driver.GetAccessKeyUse, req, CapKeyUse)
}

func (d *declared) ListRoles(ctx context.Context) iter.Seq2[Role, error] {
	return all(ctx, d, d.Driver.ListRoles, CapRoles)
}

func (d *declared) GetRole(ctx context.Context, req GetRoleRequest) (Role, error) {
	return answer(ctx, d, d.Driver.GetRole, req, CapRoles)
}

func (d *declared) CreateRole(ctx context.Context, req CreateRoleRequest) (Role, error) {
	return answer(ctx, d, d.Driver.CreateRole, req, CapRoles)
}

func (d *declared) DeleteRole(ctx context.Context, req DeleteRoleRequest) error {
	return act(ctx, d, d.Driver.DeleteRole, req, CapRoles)
}

func (d *declared) CreateSession(ctx context.Context, req CreateSessionRequest) (Session, error) {
	return answer(ctx, d, d.Driver.CreateSession, req, CapSessions)
}

// The methods of Policy.

func (d *declared) PutPolicy(ctx context.Context, req PutPolicyRequest) error {
	return act(ctx, d, d.Driver.PutPolicy, req, policyOf(req.Principal, CapPolicyInline)...)
}

func (d *declared) GetPolicy(ctx context.Context, req GetPolicyRequest) (PolicyDocument, error) {
	return answer(ctx, d, d.Driver.GetPolicy, req, policyOf(req.Principal, CapPolicyInline)...)
}

func (d *declared) ListPolicies(ctx context.Context, req ListPoliciesRequest) iter.Seq2[string, error] {
	return list(ctx, d, d.Driver.ListPolicies, req, policyOf(req.Principal, CapPolicyInline)...)
}

func (d *declared) DeletePolicy(ctx context.Context, req DeletePolicyRequest) error {
	return act(ctx, d, d.Driver.DeletePolicy, req, policyOf(req.Principal, CapPolicyInline)...)
}

func (d *declared) ListAttachedPolicies(ctx context.Context, req ListPoliciesRequest) iter.Seq2[AttachedPolicy, error] {
	return list(ctx, d, d.Driver.ListAttachedPolicies, req, policyOf(req.Principal, CapPolicyManaged)...)
}

func (d *declared) AttachPolicy(ctx context.Context, req AttachPolicyRequest) error {
	return act(ctx, d, d.Driver.AttachPolicy, req, policyOf(req.Principal, CapPolicyManaged)...)
}

func (d *declared) DetachPolicy(ctx context.Context, req AttachPolicyRequest) error {
	return act(ctx, d, d.Driver.DetachPolicy, req, policyOf(req.Principal, CapPolicyManaged)...)
}

func (d *declared) GetManagedPolicy(ctx context.Context, req GetManagedPolicyRequest) (ManagedPolicy, error) {
	return answer(ctx, d, d.Driver.GetManagedPolicy, req, CapPolicyManaged)
}

func (d *declared) PutGrant(ctx context.Context, req PutGrantRequest) error {
	return act(ctx, d, d.Driver.PutGrant, req, CapPolicyGrant)
}

func (d *declared) ListGrants(ctx context.Context, req ListGrantsRequest) iter.Seq2[BucketGrant, error] {
	return list(ctx, d, d.Driver.ListGrants, req, CapPolicyGrant)
}

func (d *declared) Probe(ctx context.Context, req ProbeRequest) (ProbeAnswer, error) {
	return answer(ctx, d, d.Driver.Probe, req, CapPolicyProbe)
}

// The methods of Bucket.

func (d *declared) CreateBucket(ctx context.Context, req CreateBucketRequest) error {
	if req.Region != "" {
		return act(ctx, d, d.Driver.CreateBucket, req, CapBucketRegion)
	}
	return d.Driver.CreateBucket(ctx, req)
}

func (d *declared) EmptyBucket(ctx context.Context, req EmptyBucketRequest) iter.Seq2[EmptiedItem, error] {
	return list(ctx, d, d.Driver.EmptyBucket, req, CapBucketEmpty)
}

func (d *declared) GetBucketSetting(ctx context.Context, req GetBucketSettingRequest) (BucketSetting, error) {
	return answer(ctx, d, d.Driver.GetBucketSetting, req, settingNeeds(req.Setting)...)
}

func (d *declared) PutBucketSetting(ctx context.Context, req PutBucketSettingRequest) error {
	return act(ctx, d, d.Driver.PutBucketSetting, req, settingNeeds(req.Value.Setting())...)
}

func (d *declared) DeleteBucketSetting(ctx context.Context, req DeleteBucketSettingRequest) error {
	return act(ctx, d, d.Driver.DeleteBucketSetting, req, settingNeeds(req.Setting)...)
}

// settingNeeds is the capability of a setting; none for what is no setting, which the backend refuses.
func settingNeeds(s Setting) []Capability {
	if c := s.Capability(); c != "" {
		return []Capability{c}
	}
	return nil
}

// The methods of Object.

func (d *declared) ListObjects(ctx context.Context, req ListObjectsRequest) iter.Seq2[ObjectInfo, error] {
	return list(ctx, d, d.Driver.ListObjects, req, CapObjects)
}

func (d *declared) HeadObject(ctx context.Context, req HeadObjectRequest) (ObjectDetail, error) {
	return answer(ctx, d, d.Driver.HeadObject, req, CapObjects)
}

func (d *declared) GetObject(ctx context.Context, req GetObjectRequest) (ObjectDetail, error) {
	return answer(ctx, d, d.Driver.GetObject, req, CapObjects)
}

func (d *declared) PutObject(ctx context.Context, req PutObjectRequest) (ObjectDetail, error) {
	return answer(ctx, d, d.Driver.PutObject, req, append(req.Needs(), CapObjects)...)
}

func (d *declared) DeleteObjects(ctx context.Context, req DeleteObjectsRequest) (DeleteObjectsResponse, error) {
	return answer(ctx, d, d.Driver.DeleteObjects, req, CapObjects)
}
