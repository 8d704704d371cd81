//go:build systems

package ceph

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// makeOther makes a user as radosgw-admin does, who may make buckets and has what the parameters say, and opens the backend with its key.
func makeOther(t *testing.T, system *systems.System, name string, parameters url.Values) (*backend, driver.Driver) {
	t.Helper()
	b, err := open(t.Context(), configOf(system))
	must(t, err)
	made := url.Values{"uid": {name}, "display-name": {name}, "access-key": {"KEYOF" + strings.ToUpper(name)}, "secret-key": {"secret-of-" + name}}
	for parameter, value := range parameters {
		made[parameter] = value
	}
	must(t, b.admin(t.Context(), http.MethodPut, made, nil))
	as := *system
	as.AccessKeyID, as.SecretAccessKey = made.Get("access-key"), made.Get("secret-key")
	return b, opened(t, &as)
}

// TestAnOwnerOfBucketsIsKept lists the buckets of a user, and says of one who may have some that it may where the caller cannot see it.
func TestAnOwnerOfBucketsIsKept(t *testing.T) {
	system := systems.Ceph(t)
	d := opened(t, system)
	_, owner := makeOther(t, system, "owner", nil)
	must(t, owner.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "owned-here"}))
	makeUser(t, d, "ownsnothing", allow("s3:GetObject", "*"))
	_, sees := makeOther(t, system, "seesnobuckets", url.Values{"user-caps": {"users=*;roles=*;user-policy=*"}})
	for _, c := range []struct {
		d    driver.Driver
		user string
		kind driver.UserItemKind
		name string
	}{
		{d, "owner", driver.ItemBucket, "owned-here"}, {d, "ownsnothing", "", ""},
		{sees, "owner", driver.ItemHiddenBuckets, "buckets=read"}, {sees, "ownsnothing", "", ""},
	} {
		items, err := collect(c.d.ListUserItems(t.Context(), driver.ListUserItemsRequest{UserName: c.user}))
		must(t, err)
		is := func(i driver.UserItem) bool {
			return i.Kind == c.kind && strings.Contains(i.Name, c.name) && i.KeepsUser
		}
		if c.kind == "" && len(items) > 0 || c.kind != "" && (len(items) != 1 || !slices.ContainsFunc(items, is)) {
			t.Errorf("%s has %v", c.user, items)
		}
	}
}

// TestWhoLacksCapsIsToldWhich calls what takes them.
func TestWhoLacksCapsIsToldWhich(t *testing.T) {
	_, d := makeOther(t, systems.Ceph(t), "hasnocaps", nil)
	ctx := t.Context()
	_, listErr := collect(d.ListUsers(ctx))
	_, makeErr := d.CreateUser(ctx, driver.CreateUserRequest{Name: "another"})
	_, roleErr := d.CreateRole(ctx, driver.CreateRoleRequest{Name: "another", TrustPolicy: nobodys})
	policyErr := d.PutPolicy(ctx, driver.PutPolicyRequest{Principal: driver.UserPrincipal("hasnocaps"), Name: "p", Document: deniesAll})
	for _, err := range []error{listErr, makeErr, roleErr, policyErr} {
		if !errors.Is(err, fault.PermissionDenied) || !strings.Contains(err.Error(), `the caps "users=*;`) || strings.Contains(err.Error(), "UnknownError") {
			t.Errorf("got %v", err)
		}
	}
}

// TestASuspendedUserIsDisabled looks at one, and works as one.
func TestASuspendedUserIsDisabled(t *testing.T) {
	system := systems.Ceph(t)
	b, suspended := makeOther(t, system, "suspended", nil)
	must(t, b.admin(t.Context(), http.MethodPost, url.Values{"uid": {"suspended"}, "suspended": {"1"}}, nil))
	d := opened(t, system)
	user, err := d.GetUser(t.Context(), driver.GetUserRequest{Name: "suspended"})
	if err != nil || !user.Disabled {
		t.Errorf("the user is %+v, %v", user, err)
	}
	keys, err := collect(d.ListAccessKeys(t.Context(), driver.ListAccessKeysRequest{UserName: "suspended"}))
	if err != nil || len(keys) != 1 || keys[0].Status != driver.KeyInactive {
		t.Errorf("its keys are %v, %v", keys, err)
	}
	_, whoErr := suspended.WhoAmI(t.Context())
	_, listErr := collect(suspended.ListUsers(t.Context()))
	for _, err := range []error{whoErr, listErr} {
		if !errors.Is(err, fault.Unauthenticated) || !strings.Contains(err.Error(), "is suspended") {
			t.Errorf("it is told %v", err)
		}
	}
}
