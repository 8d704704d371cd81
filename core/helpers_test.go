package core_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// kinds are the ways in which systems grant access, one system each.
var kinds = map[string]memory.Options{
	"with policies of users": {},
	"with bucket policies":   {Without: []driver.Capability{driver.CapPolicyInline, driver.CapPolicyManaged, driver.CapPolicyBoundary, driver.CapRoles}},
	"with one key a user": {Without: []driver.Capability{
		driver.CapPolicyInline, driver.CapPolicyManaged, driver.CapPolicyBoundary, driver.CapRoles, driver.CapAccessKeys, driver.CapSessions,
	}},
	"with rights in buckets": {Without: []driver.Capability{
		driver.CapPolicyInline, driver.CapPolicyManaged, driver.CapPolicyBoundary, driver.CapPolicyPrincipal, driver.CapRoles, driver.CapSessions,
	}},
	"with rights in buckets and one key a user": {Without: []driver.Capability{
		driver.CapPolicyInline, driver.CapPolicyManaged, driver.CapPolicyBoundary, driver.CapPolicyPrincipal, driver.CapRoles, driver.CapAccessKeys,
		driver.CapSessions,
	}},
}

func open(t *testing.T, options memory.Options) driver.Driver {
	t.Helper()
	system := memory.New(options)
	root := system.Root()
	d, err := system.Open(t.Context(), driver.Config{Credentials: &root})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// engine does not really wait.
func engine(t *testing.T, d driver.Driver) *core.Engine {
	t.Helper()
	e, err := core.New(t.Context(), d, core.WithSleep(func(ctx context.Context, _ time.Duration) error { return ctx.Err() }))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// create plans and applies.
func create(t *testing.T, e *core.Engine, options core.CreateOptions) (*core.Plan, core.Result) {
	t.Helper()
	plan, err := e.PlanCreate(t.Context(), options)
	must(t, err)
	applied, err := e.Apply(t.Context(), plan, nil)
	must(t, err)
	return plan, applied.Result()
}

// remove plans and applies the deletion of a user.
func remove(t *testing.T, e *core.Engine, user string) {
	t.Helper()
	plan, err := e.PlanDeleteUser(t.Context(), user)
	must(t, err)
	_, err = e.Apply(t.Context(), plan, nil)
	must(t, err)
}

// snapshot is all that is on a system, as lines: what a failed run must leave as it was.
func snapshot(t *testing.T, d driver.Driver) []string {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	description, err := d.Describe(ctx)
	if err != nil {
		t.Fatal(err)
	}
	things := map[string]string{}
	for b, err := range d.ListBuckets(ctx) {
		must(t, err)
		things["bucket "+b.Name] = ""
		for _, s := range driver.Settings() {
			value, err := d.GetBucketSetting(ctx, driver.GetBucketSettingRequest{Bucket: b.Name, Setting: s})
			if err == nil && s.Writable() {
				things[fmt.Sprintf("%s of bucket %s", s, b.Name)] = settingText(value)
			}
		}
	}
	for u, err := range d.ListUsers(ctx) {
		must(t, err)
		things[fmt.Sprintf("user '%s'", u.Name)] = u.PermissionsBoundary
		if description.Has(driver.CapPolicyInline) {
			for name, err := range d.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: driver.UserPrincipal(u.Name)}) {
				must(t, err)
				document, err := d.GetPolicy(ctx, driver.GetPolicyRequest{Principal: driver.UserPrincipal(u.Name), Name: name})
				must(t, err)
				things[fmt.Sprintf("policy '%s' of user '%s'", name, u.Name)] = document.Document
			}
		}
		if description.Has(driver.CapPolicyGrant) {
			for g, err := range d.ListGrants(ctx, driver.ListGrantsRequest{UserName: u.Name}) {
				must(t, err)
				things[fmt.Sprintf("rights of user '%s' in bucket %s", u.Name, g.Bucket)] = g.AccessName()
			}
		}
		if description.Has(driver.CapAccessKeys) {
			for key, err := range d.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: u.Name}) {
				must(t, err)
				things[fmt.Sprintf("access key of user '%s' %s", u.Name, key.AccessKeyID)] = ""
			}
		}
	}
	if description.Has(driver.CapRoles) {
		for r, err := range d.ListRoles(ctx) {
			must(t, err)
			things["role "+r.Name] = r.TrustPolicy
		}
	}
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(things)) {
		lines = append(lines, name+" = "+things[name])
	}
	return lines
}

func settingText(v driver.BucketSetting) string {
	switch {
	case v.Policy != nil:
		return v.Policy.Document
	case v.Website != nil:
		return v.Website.IndexDocument
	case v.PublicAccessBlock != nil:
		return fmt.Sprint(*v.PublicAccessBlock)
	case v.CORS != nil:
		return fmt.Sprint(v.CORS.Rules)
	}
	return ""
}

func putBucketPolicy(t *testing.T, e *core.Engine, bucket, document string) {
	t.Helper()
	value := driver.BucketSetting{Policy: &driver.BucketPolicy{Document: document}}
	must(t, e.PutBucketSetting(t.Context(), driver.PutBucketSettingRequest{Bucket: bucket, Value: value}))
}

// wantBucketPolicy fails the test unless the bucket has this policy; empty for none.
func wantBucketPolicy(t *testing.T, e *core.Engine, bucket, want string) {
	t.Helper()
	found, err := e.GetBucketSetting(t.Context(), driver.GetBucketSettingRequest{Bucket: bucket, Setting: driver.SettingPolicy})
	if want == "" {
		wantCode(t, err, fault.NotFound)
		return
	}
	must(t, err)
	expected, err := policy.Parse([]byte(want))
	must(t, err)
	is, err := policy.Parse([]byte(found.Policy.Document))
	must(t, err)
	if !policy.Equal(expected, is) {
		t.Errorf("the policy of bucket %s is %s", bucket, found.Policy.Document)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, code fault.Code) {
	t.Helper()
	if fault.CodeOf(err) != code {
		t.Fatalf("the error is %v (%s), want %s", err, fault.CodeOf(err), code)
	}
}
