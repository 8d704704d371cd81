package conformance

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// method is one call of a method, with arguments that name nothing that exists.
type method struct {
	name  string
	needs driver.Capability
	call  func(ctx context.Context) error
}

// firstError reads a listing to its end or to its first error.
func firstError[T any](listing iter.Seq2[T, error]) error {
	_, err := collect(listing)
	return err
}

// methods calls every method of the interfaces on things of that name.
func methods(e *Env, name string) []method {
	d := e.Driver
	calls := slicesOf(identityMethods(e, name), policyMethods(d, name), objectMethods(d, name), []method{
		{"WhoAmI", "", func(ctx context.Context) error { _, err := d.WhoAmI(ctx); return err }},
		{"ListBuckets", "", func(ctx context.Context) error { return firstError(d.ListBuckets(ctx)) }},
		{"HeadBucket", "", func(ctx context.Context) error {
			_, err := d.HeadBucket(ctx, driver.HeadBucketRequest{Bucket: name})
			return err
		}},
		{"CreateBucket", "", func(ctx context.Context) error { return d.CreateBucket(ctx, driver.CreateBucketRequest{Bucket: name}) }},
		{"DeleteBucket", "", func(ctx context.Context) error { return d.DeleteBucket(ctx, driver.DeleteBucketRequest{Bucket: name}) }},
		{"CreateBucket with a region", driver.CapBucketRegion, func(ctx context.Context) error {
			return d.CreateBucket(ctx, driver.CreateBucketRequest{Bucket: name, Region: "xx-nowhere-9"})
		}},
	})
	for _, s := range driver.Settings() {
		calls = append(calls, method{"GetBucketSetting(" + string(s) + ")", s.Capability(), func(ctx context.Context) error {
			_, err := d.GetBucketSetting(ctx, driver.GetBucketSettingRequest{Bucket: name, Setting: s})
			return err
		}})
	}
	for _, c := range settingCases() {
		value := c.first(e, name)
		calls = append(calls,
			method{"PutBucketSetting(" + string(c.setting) + ")", c.setting.Capability(), func(ctx context.Context) error {
				return d.PutBucketSetting(ctx, driver.PutBucketSettingRequest{Bucket: name, Value: value})
			}},
			method{"DeleteBucketSetting(" + string(c.setting) + ")", c.setting.Capability(), func(ctx context.Context) error {
				return d.DeleteBucketSetting(ctx, driver.DeleteBucketSettingRequest{Bucket: name, Setting: c.setting})
			}})
	}
	return calls
}

func slicesOf(lists ...[]method) []method {
	var joined []method
	for _, l := range lists {
		joined = append(joined, l...)
	}
	return joined
}

func identityMethods(e *Env, name string) []method {
	d, role := e.Driver, ""
	if e.Description.SessionRole != nil {
		role = "arn:aws:iam::123456789012:role/" + name
	}
	return []method{
		{"ListUsers", driver.CapUsers, func(ctx context.Context) error { return firstError(d.ListUsers(ctx)) }},
		{"GetUser", driver.CapUsers, func(ctx context.Context) error {
			_, err := d.GetUser(ctx, driver.GetUserRequest{Name: name})
			return err
		}},
		{"CreateUser", driver.CapUsers, func(ctx context.Context) error {
			_, err := d.CreateUser(ctx, driver.CreateUserRequest{Name: name})
			return err
		}},
		{"CreateUser with a boundary", driver.CapPolicyBoundary, func(ctx context.Context) error {
			_, err := d.CreateUser(ctx, driver.CreateUserRequest{Name: name, PermissionsBoundary: "arn:aws:iam::aws:policy/" + name})
			return err
		}},
		{"DeleteUser", driver.CapUsers, func(ctx context.Context) error { return d.DeleteUser(ctx, driver.DeleteUserRequest{Name: name}) }},
		{"CreateAccessKey", driver.CapAccessKeys, func(ctx context.Context) error {
			_, err := d.CreateAccessKey(ctx, driver.CreateAccessKeyRequest{UserName: name})
			return err
		}},
		{"ListAccessKeys", driver.CapAccessKeys, func(ctx context.Context) error {
			return firstError(d.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: name}))
		}},
		{"DeleteAccessKey", driver.CapAccessKeys, func(ctx context.Context) error {
			return d.DeleteAccessKey(ctx, driver.DeleteAccessKeyRequest{UserName: name, AccessKeyID: "AKIAIOSFODNN7EXAMPLE"})
		}},
		{"ListRoles", driver.CapRoles, func(ctx context.Context) error { return firstError(d.ListRoles(ctx)) }},
		{"GetRole", driver.CapRoles, func(ctx context.Context) error {
			_, err := d.GetRole(ctx, driver.GetRoleRequest{Name: name})
			return err
		}},
		{"CreateRole", driver.CapRoles, func(ctx context.Context) error {
			_, err := d.CreateRole(ctx, driver.CreateRoleRequest{Name: name, TrustPolicy: anyDocument, MaxSessionSeconds: 3600})
			return err
		}},
		{"DeleteRole", driver.CapRoles, func(ctx context.Context) error { return d.DeleteRole(ctx, driver.DeleteRoleRequest{Name: name}) }},
		{"CreateSession", driver.CapSessions, func(ctx context.Context) error {
			_, err := d.CreateSession(ctx, driver.CreateSessionRequest{
				RoleARN: role, Name: name, Policy: anyDocument, DurationSeconds: 3600,
			})
			return err
		}},
	}
}

// anyDocument is a policy that every system understands.
const anyDocument = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::bucket/*"]}]}`

func policyMethods(d driver.Driver, name string) []method {
	p := driver.UserPrincipal(name)
	attach := driver.AttachPolicyRequest{Principal: p, PolicyARN: "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}
	return []method{
		{"PutPolicy", driver.CapPolicyInline, func(ctx context.Context) error {
			return d.PutPolicy(ctx, driver.PutPolicyRequest{Principal: p, Name: name, Document: anyDocument})
		}},
		{"GetPolicy", driver.CapPolicyInline, func(ctx context.Context) error {
			_, err := d.GetPolicy(ctx, driver.GetPolicyRequest{Principal: p, Name: name})
			return err
		}},
		{"ListPolicies", driver.CapPolicyInline, func(ctx context.Context) error {
			return firstError(d.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: p}))
		}},
		{"DeletePolicy", driver.CapPolicyInline, func(ctx context.Context) error {
			return d.DeletePolicy(ctx, driver.DeletePolicyRequest{Principal: p, Name: name})
		}},
		{"ListAttachedPolicies", driver.CapPolicyManaged, func(ctx context.Context) error {
			return firstError(d.ListAttachedPolicies(ctx, driver.ListPoliciesRequest{Principal: p}))
		}},
		{"AttachPolicy", driver.CapPolicyManaged, func(ctx context.Context) error { return d.AttachPolicy(ctx, attach) }},
		{"DetachPolicy", driver.CapPolicyManaged, func(ctx context.Context) error { return d.DetachPolicy(ctx, attach) }},
		{"GetManagedPolicy", driver.CapPolicyManaged, func(ctx context.Context) error {
			_, err := d.GetManagedPolicy(ctx, driver.GetManagedPolicyRequest{ARN: attach.PolicyARN})
			return err
		}},
	}
}

func objectMethods(d driver.Driver, name string) []method {
	return []method{
		{"ListObjects", driver.CapObjects, func(ctx context.Context) error {
			return firstError(d.ListObjects(ctx, driver.ListObjectsRequest{Bucket: name}))
		}},
		{"HeadObject", driver.CapObjects, func(ctx context.Context) error {
			_, err := d.HeadObject(ctx, driver.HeadObjectRequest{Bucket: name, Key: "key"})
			return err
		}},
		{"GetObject", driver.CapObjects, func(ctx context.Context) error {
			_, err := d.GetObject(ctx, driver.GetObjectRequest{Bucket: name, Key: "key", Body: io.Discard})
			return err
		}},
		{"PutObject", driver.CapObjects, func(ctx context.Context) error {
			_, err := d.PutObject(ctx, driver.PutObjectRequest{Bucket: name, Key: "key", Body: strings.NewReader("x")})
			return err
		}},
		{"DeleteObjects", driver.CapObjects, func(ctx context.Context) error {
			_, err := d.DeleteObjects(ctx, driver.DeleteObjectsRequest{Bucket: name, Keys: []string{"key"}})
			return err
		}},
	}
}

// undeclaredChecks has one check for each capability: if it is not declared, its methods must say so.
func undeclaredChecks() []Check {
	var checks []Check
	for _, c := range driver.AllCapabilities() {
		checks = append(checks, Check{Name: fmt.Sprintf("%s is declared or unsupported", c), Run: func(e *Env) {
			if e.Description.Has(c) {
				return
			}
			e.mustBeUnsupported(c)
			e.Unsupported("%s is not declared", c)
		}})
	}
	return checks
}

// mustBeUnsupported fails the check unless the methods of an undeclared capability answer Unsupported, without asking
// the system: they must do so although no server is there.
func (e *Env) mustBeUnsupported(c driver.Capability) {
	e.Helper()
	alone := *e
	alone.Driver = e.open(driver.Config{EndpointURL: nobody, Region: e.Harness.Config.Region, Credentials: e.Harness.Config.Credentials})
	for _, m := range methods(&alone, e.name("x")) {
		if m.needs != c {
			continue
		}
		if err := m.call(e.ctx); !isUnsupported(err) {
			e.Lied("%s is not declared, but %s answers %s: %v", c, m.name, fault.CodeOf(err), err)
		}
	}
}
