package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// method is one call of a method of the driver.
type method struct {
	name  string
	needs driver.Capability
	call  func(ctx context.Context) error
}

// returning, acting and listing bind a method to a request, and return a call of which only the error matters.
func returning[Q, T any](call func(context.Context, Q) (T, error), req Q) func(context.Context) error {
	return func(ctx context.Context) error { _, err := call(ctx, req); return err }
}

func acting[Q any](call func(context.Context, Q) error, req Q) func(context.Context) error {
	return func(ctx context.Context) error { return call(ctx, req) }
}

func listing[Q, T any](call func(context.Context, Q) iter.Seq2[T, error], req Q) func(context.Context) error {
	return func(ctx context.Context) error { _, err := collect(call(ctx, req)); return err }
}

// listingAll is listing for a method without a request.
func listingAll[T any](call func(context.Context) iter.Seq2[T, error]) func(context.Context) error {
	return func(ctx context.Context) error { _, err := collect(call(ctx)); return err }
}

// methods returns a call of every method of the driver. Everything in the requests has the name, which nothing has.
func methods(e *env, name string) []method {
	d := e.Driver
	calls := slices.Concat(identityMethods(e, name), policyMethods(d, name), objectMethods(d, name), []method{
		{"WhoAmI", "", func(ctx context.Context) error { _, err := d.WhoAmI(ctx); return err }},
		{"ListBuckets", "", listingAll(d.ListBuckets)},
		{"HeadBucket", "", returning(d.HeadBucket, driver.HeadBucketRequest{Bucket: name})},
		{"CreateBucket", "", acting(d.CreateBucket, driver.CreateBucketRequest{Bucket: name})},
		{"DeleteBucket", "", acting(d.DeleteBucket, driver.DeleteBucketRequest{Bucket: name})},
		{"EmptyBucket", driver.CapBucketEmpty, listing(d.EmptyBucket, driver.EmptyBucketRequest{Bucket: name})},
		{"CreateBucket with a region", driver.CapBucketRegion, acting(d.CreateBucket, driver.CreateBucketRequest{Bucket: name, Region: "xx-nowhere-9"})},
	})
	for _, s := range driver.Settings() {
		calls = append(calls, method{"GetBucketSetting(" + string(s) + ")", s.Capability(), returning(d.GetBucketSetting, driver.GetBucketSettingRequest{Bucket: name, Setting: s})})
	}
	for _, c := range settingCases() {
		value := c.first(e, name)
		calls = append(calls,
			method{"PutBucketSetting(" + string(c.setting) + ")", c.setting.Capability(), acting(d.PutBucketSetting, driver.PutBucketSettingRequest{Bucket: name, Value: value})},
			method{"DeleteBucketSetting(" + string(c.setting) + ")", c.setting.Capability(), acting(d.DeleteBucketSetting, driver.DeleteBucketSettingRequest{Bucket: name, Setting: c.setting})})
	}
	return calls
}

func identityMethods(e *env, name string) []method {
	d, role := e.Driver, ""
	if e.Description.SessionRole != nil {
		role = "arn:aws:iam::123456789012:role/" + name
	}
	identity := []method{
		{"ListUsers", driver.CapUsers, listingAll(d.ListUsers)},
		{"GetUser", driver.CapUsers, returning(d.GetUser, driver.GetUserRequest{Name: name})},
		{"CreateUser", driver.CapUsers, returning(d.CreateUser, driver.CreateUserRequest{Name: name})},
		{"CreateUser with a boundary", driver.CapPolicyBoundary, returning(d.CreateUser, driver.CreateUserRequest{Name: name, PermissionsBoundary: "arn:aws:iam::aws:policy/" + name})},
		{"DeleteUser", driver.CapUsers, acting(d.DeleteUser, driver.DeleteUserRequest{Name: name})},
		{"CreateUser with tags", driver.CapUserTags, returning(d.CreateUser, driver.CreateUserRequest{Name: name, Tags: []driver.Tag{{Key: "a", Value: "b"}}})},
		{"CreateAccessKey with tags", driver.CapKeyTags, returning(d.CreateAccessKey, driver.CreateAccessKeyRequest{UserName: name, Tags: []driver.Tag{{Key: "a", Value: "b"}}})},
		{"SetAccessKeyExpiry", driver.CapKeyExpiry, acting(d.SetAccessKeyExpiry, driver.SetAccessKeyExpiryRequest{UserName: name, AccessKeyID: name, Expires: time.Now().Add(time.Hour)})},
		{"SetAccessKeyStatus", driver.CapKeyStatus, acting(d.SetAccessKeyStatus, driver.SetAccessKeyStatusRequest{UserName: name, AccessKeyID: name, Status: driver.KeyInactive})},
		{"GetAccessKeyUse", driver.CapKeyUse, returning(d.GetAccessKeyUse, driver.GetAccessKeyUseRequest{UserName: name, AccessKeyID: name})},
		{"CreateAccessKey", driver.CapAccessKeys, returning(d.CreateAccessKey, driver.CreateAccessKeyRequest{UserName: name})},
		{"ListAccessKeys", driver.CapAccessKeys, listing(d.ListAccessKeys, driver.ListAccessKeysRequest{UserName: name})},
		{"DeleteAccessKey", driver.CapAccessKeys, acting(d.DeleteAccessKey, driver.DeleteAccessKeyRequest{UserName: name, AccessKeyID: "AKIAIOSFODNN7EXAMPLE"})},
		{"ListRoles", driver.CapRoles, listingAll(d.ListRoles)},
		{"GetRole", driver.CapRoles, returning(d.GetRole, driver.GetRoleRequest{Name: name})},
		{"CreateRole", driver.CapRoles, returning(d.CreateRole, driver.CreateRoleRequest{Name: name, TrustPolicy: anyDocument, MaxSessionSeconds: 3600})},
		{"DeleteRole", driver.CapRoles, acting(d.DeleteRole, driver.DeleteRoleRequest{Name: name})},
		{"CreateSession", driver.CapSessions, returning(d.CreateSession,
			driver.CreateSessionRequest{RoleARN: role, Name: name, Policy: anyDocument, DurationSeconds: 3600})},
	}
	if end := time.Now().Add(time.Hour); e.Description.Has(driver.CapAccessKeys) {
		identity = append(identity, method{"CreateAccessKey with an end", driver.CapKeyExpiry, returning(d.CreateAccessKey, driver.CreateAccessKeyRequest{UserName: name, Expires: end})})
	} else {
		identity = append(identity, method{"CreateUser with an end", driver.CapKeyExpiry, returning(d.CreateUser, driver.CreateUserRequest{Name: name, Expires: end})})
	}
	items := driver.ListUserItemsRequest{UserName: name}
	if _, err := collect(d.ListUserItems(e.ctx, items)); !errors.Is(err, fault.Unsupported) { // it is optional
		identity = append(identity, method{"ListUserItems", driver.CapUsers, listing(d.ListUserItems, items)})
	}
	return identity
}

// anyDocument is a policy that every system understands.
const anyDocument = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::bucket/*"]}]}`

func policyMethods(d driver.Driver, name string) []method {
	p, group := driver.UserPrincipal(name), driver.GroupPrincipal(name)
	attach := driver.AttachPolicyRequest{Principal: p, PolicyARN: "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}
	return []method{
		{"PutPolicy", driver.CapPolicyInline, acting(d.PutPolicy, driver.PutPolicyRequest{Principal: p, Name: name, Document: anyDocument})},
		{"GetPolicy", driver.CapPolicyInline, returning(d.GetPolicy, driver.GetPolicyRequest{Principal: p, Name: name})},
		{"ListPolicies", driver.CapPolicyInline, listing(d.ListPolicies, driver.ListPoliciesRequest{Principal: p})},
		{"DeletePolicy", driver.CapPolicyInline, acting(d.DeletePolicy, driver.DeletePolicyRequest{Principal: p, Name: name})},
		{"ListAttachedPolicies", driver.CapPolicyManaged, listing(d.ListAttachedPolicies, driver.ListPoliciesRequest{Principal: p})},
		{"AttachPolicy", driver.CapPolicyManaged, acting(d.AttachPolicy, attach)},
		{"DetachPolicy", driver.CapPolicyManaged, acting(d.DetachPolicy, attach)},
		{"GetManagedPolicy", driver.CapPolicyManaged, returning(d.GetManagedPolicy, driver.GetManagedPolicyRequest{ARN: attach.PolicyARN})},
		{"ListPolicies of a group", driver.CapPolicyGroup, listing(d.ListPolicies, driver.ListPoliciesRequest{Principal: group})},
		{"GetPolicy of a group", driver.CapPolicyGroup, returning(d.GetPolicy, driver.GetPolicyRequest{Principal: group, Name: name})},
		{"ListAttachedPolicies of a group", driver.CapPolicyGroup, listing(d.ListAttachedPolicies, driver.ListPoliciesRequest{Principal: group})},
		{"PutGrant", driver.CapPolicyGrant, acting(d.PutGrant, driver.PutGrantRequest{UserName: name, Grant: driver.BucketGrant{Bucket: name, Read: true}})},
		{"ListGrants", driver.CapPolicyGrant, listing(d.ListGrants, driver.ListGrantsRequest{UserName: name})},
		{"Probe", driver.CapPolicyProbe, returning(d.Probe, driver.ProbeRequest{Action: "s3:GetObject", Bucket: name, Key: name})},
	}
}

func objectMethods(d driver.Driver, name string) []method {
	putting := func(what string, needs driver.Capability, options driver.ObjectOptions) method {
		return method{"PutObject with " + what, needs, func(ctx context.Context) error {
			_, err := d.PutObject(ctx, driver.PutObjectRequest{Bucket: name, Key: "key", Body: strings.NewReader("x"), ObjectOptions: options})
			return err
		}}
	}
	return []method{
		{"ListObjects", driver.CapObjects, listing(d.ListObjects, driver.ListObjectsRequest{Bucket: name})},
		{"HeadObject", driver.CapObjects, returning(d.HeadObject, driver.HeadObjectRequest{Bucket: name, Key: "key"})},
		{"GetObject", driver.CapObjects, returning(d.GetObject, driver.GetObjectRequest{Bucket: name, Key: "key", Body: io.Discard})},
		{"PutObject", driver.CapObjects, returning(d.PutObject, driver.PutObjectRequest{Bucket: name, Key: "key", Body: strings.NewReader("x")})},
		putting("a cache control", driver.CapObjectMetadata, driver.ObjectOptions{CacheControl: "no-store"}),
		putting("metadata", driver.CapObjectMetadata, driver.ObjectOptions{Metadata: map[string]string{"a": "b"}}),
		putting("an ACL", driver.CapObjectACL, driver.ObjectOptions{ACL: "private"}),
		putting("a storage class", driver.CapObjectStorageClass, driver.ObjectOptions{StorageClass: "STANDARD"}),
		{"DeleteObjects", driver.CapObjects, returning(d.DeleteObjects, driver.DeleteObjectsRequest{Bucket: name, Keys: []string{"key"}})},
	}
}

// undeclaredChecks has a check for each capability: if it is not declared, its methods must answer Unsupported.
func undeclaredChecks() []Check {
	var checks []Check
	for _, c := range driver.AllCapabilities() {
		checks = append(checks, Check{Name: fmt.Sprintf("%s is declared or unsupported", c), run: func(e *env) {
			if e.Description.Has(c) {
				return
			}
			e.mustBeUnsupported(c)
			e.Unsupported("%s is not declared", c)
		}})
	}
	return checks
}

// mustBeUnsupported fails the check unless the methods of an undeclared capability answer Unsupported without a request to
// the system: it calls them on an endpoint where no server listens.
func (e *env) mustBeUnsupported(c driver.Capability) {
	e.Helper()
	alone := *e
	alone.Driver = e.open(driver.Config{EndpointURL: nobody, Region: e.Harness.Config.Region, Credentials: e.Harness.Config.Credentials})
	for _, m := range methods(&alone, e.name("x")) {
		if m.needs != c {
			continue
		}
		if err := m.call(e.ctx); !isUnsupported(err) {
			e.Mismatch("%s is not declared, but %s answers %s: %v", c, m.name, fault.CodeOf(err), err)
		}
	}
}
