package core_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

func tagging(t *testing.T, d driver.Driver) *core.Engine {
	t.Helper()
	e, err := core.New(t.Context(), d, core.WithVersion("1.2"))
	must(t, err)
	return e
}

// TestWhatAnEngineMakesSaysSo makes a user where users have tags, where only keys do, and where nothing has any.
func TestWhatAnEngineMakesSaysSo(t *testing.T) {
	for name, without := range map[string][]driver.Capability{
		"users": {driver.CapKeyTags}, "keys": {driver.CapUserTags}, "both": nil,
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, memory.Options{Without: without})
			e := tagging(t, d)
			end := time.Now().Add(time.Hour).Truncate(time.Second)
			create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann", Expires: end})
			origin, ours, err := e.UserOrigin(t.Context(), "ann")
			must(t, err)
			if !ours || !strings.HasSuffix(origin.By, ":root") || origin.Version != "1.2" || time.Since(origin.At) > time.Minute || !origin.Until.Equal(end) {
				t.Errorf("the user's origin is %+v, %t", origin, ours)
			}
			_, err = d.CreateUser(t.Context(), driver.CreateUserRequest{Name: "bob"})
			must(t, err)
			create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "bob"})
			if origin, ours, err := e.UserOrigin(t.Context(), "bob"); err != nil || ours {
				t.Errorf("a user that somebody else made is ours: %+v, %v", origin, err)
			}
		})
	}
	e := tagging(t, open(t, memory.Options{Without: []driver.Capability{driver.CapUserTags, driver.CapKeyTags, driver.CapPolicyInline}}))
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann"})
	_, _, err := e.UserOrigin(t.Context(), "ann")
	wantCode(t, err, fault.Unsupported)
}

func TestAnEngineWithoutVersionTagsNothing(t *testing.T) {
	d := open(t, memory.Options{})
	e := engine(t, d)
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann"})
	user, err := d.GetUser(t.Context(), driver.GetUserRequest{Name: "ann"})
	if err != nil || len(user.Tags) > 0 {
		t.Errorf("the user has the tags %v, %v", user.Tags, err)
	}
}

// untagging is a system that lets its caller make users, and not tag them.
type untagging struct{ driver.Driver }

func (u untagging) CreateUser(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
	if len(req.Tags) > 0 {
		return driver.CreateUserResponse{}, fault.New(fault.PermissionDenied, "not authorized to perform: iam:TagUser")
	}
	return u.Driver.CreateUser(ctx, req)
}

func TestWhoMayNotTagMakesUsersAllTheSame(t *testing.T) {
	e := tagging(t, untagging{open(t, memory.Options{})})
	plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann"})
	must(t, err)
	untagged := false
	_, err = e.Apply(t.Context(), plan, func(_ core.Step, o core.Outcome) { untagged = untagged || o.Untagged })
	must(t, err)
	if !untagged {
		t.Error("the step does not say that the user has no tags")
	}
}

func TestExpires(t *testing.T) {
	end := time.Now().Add(48 * time.Hour).Truncate(time.Second)
	options := core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann", Expires: end}
	t.Run("keys", func(t *testing.T) {
		d := open(t, memory.Options{})
		create(t, engine(t, d), options)
		for key, err := range d.ListAccessKeys(t.Context(), driver.ListAccessKeysRequest{UserName: "ann"}) {
			if err != nil || !key.Expires.Equal(end) {
				t.Errorf("the key ends at %v, %v", key.Expires, err)
			}
		}
		if text := policyOfAnn(t, d); strings.Contains(text, "DateLessThan") {
			t.Errorf("the policy ends too, which would end the access of all keys: %s", text)
		}
	})
	t.Run("policies", func(t *testing.T) {
		d := open(t, memory.Options{Without: []driver.Capability{driver.CapKeyExpiry}})
		create(t, engine(t, d), options)
		text := policyOfAnn(t, d)
		if want := `"DateLessThan":{"aws:CurrentTime":["` + end.UTC().Format(time.RFC3339) + `"]}`; strings.Count(text, want) != strings.Count(text, `"Allow"`) {
			t.Errorf("not every statement ends: %s", text)
		}
	})
	for name, c := range map[string]struct {
		without []driver.Capability
		options core.CreateOptions
		want    fault.Code
	}{
		"neither":       {[]driver.Capability{driver.CapKeyExpiry, driver.CapPolicyTime}, options, fault.Unsupported},
		"over":          {nil, core.CreateOptions{Buckets: []string{"one"}, Expires: time.Now().Add(-time.Second)}, fault.InvalidArgument},
		"too far":       {nil, core.CreateOptions{Buckets: []string{"one"}, Expires: end.AddDate(2, 0, 0)}, fault.InvalidArgument},
		"and a session": {nil, core.CreateOptions{Buckets: []string{"one"}, Expires: end, DurationSeconds: 900}, fault.InvalidArgument},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, memory.Options{Without: c.without, Before: func(_ context.Context, method string) error {
				return errors.New("a request was sent: " + method)
			}})
			_, err := engine(t, d).PlanCreate(t.Context(), c.options)
			wantCode(t, err, c.want)
		})
	}
}

func policyOfAnn(t *testing.T, d driver.Driver) string {
	t.Helper()
	return policyOf(t, d, "ann")
}

// policyOf is the text of a user's only policy.
func policyOf(t *testing.T, d driver.Driver, user string) string {
	t.Helper()
	owner := driver.UserPrincipal(user)
	for name, err := range d.ListPolicies(t.Context(), driver.ListPoliciesRequest{Principal: owner}) {
		must(t, err)
		found, err := d.GetPolicy(t.Context(), driver.GetPolicyRequest{Principal: owner, Name: name})
		must(t, err)
		return strings.Join(strings.Fields(found.Document), "")
	}
	t.Fatal("no policy")
	return ""
}
