//go:build systems

package ceph

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// killed is a gateway on which changes of keys are killed.
type killed struct {
	*testing.T
	// d is the backend, b the same without recovery, and through leads over the proxy.
	d       driver.Driver
	b       *backend
	through driver.Driver
	proxy   *systems.Proxy
	made    int
}

func newKilled(t *testing.T) *killed {
	t.Helper()
	t.Setenv("AWS_MAX_ATTEMPTS", "1") // what is dead stays dead
	system := systems.Ceph(t)
	through, proxy := systems.Behind(t, system)
	b, err := open(t.Context(), configOf(system))
	must(t, err)
	k := &killed{T: t, d: opened(t, system), b: b, through: opened(t, through), proxy: proxy}
	_, err = k.through.WhoAmI(t.Context()) // that is asked once
	must(t, err)
	return k
}

// at makes a user with two policies, and a key for it until the nth request. It reports whether there was such a request.
func (k *killed) at(n int) (user string, was bool) {
	k.Helper()
	k.made++
	user = fmt.Sprintf("%s-%d", strings.ToLower(k.Name()), k.made)
	makeUser(k.T, k.d, user, allow("s3:*", "*"))
	denies := policy.Statement{Effect: policy.Deny, Action: []string{"s3:PutObject"}, Resource: []string{"*"}}
	document := policy.Document{Version: policy.Version, Statement: []policy.Statement{denies}}.JSON()
	must(k.T, k.d.PutPolicy(k.Context(), driver.PutPolicyRequest{Principal: driver.UserPrincipal(user), Name: "zone", Document: document}))
	k.proxy.FailFrom(n, systems.Refuse)
	_, err := k.through.CreateAccessKey(k.Context(), driver.CreateAccessKeyRequest{UserName: user})
	was = len(k.proxy.Seen()) >= n
	k.proxy.Reset(nil)
	if err != nil && !was {
		k.Fatal(err)
	}
	return user, was
}

// drops is an administrator who changes the user, which drops its policies.
func (k *killed) drops(user string) {
	k.Helper()
	must(k.T, k.b.admin(k.Context(), http.MethodPut, url.Values{"key": {""}, "uid": {user}, "generate-key": {"true"}}, nil))
}

func (k *killed) has(user string) []string {
	k.Helper()
	names, err := collect(k.d.ListPolicies(k.Context(), driver.ListPoliciesRequest{Principal: driver.UserPrincipal(user)}))
	must(k.T, err)
	return names
}

// TestAKillLosesNoPolicy kills a change of keys at each request. What the user has then is never one policy without the other, and both are
// there once somebody looks.
func TestAKillLosesNoPolicy(t *testing.T) {
	k := newKilled(t)
	for n, was := 1, true; was; n++ {
		var user string
		user, was = k.at(n)
		left, _ := k.b.stored(t.Context(), user)
		if own, zone := slices.Contains(left, "own"), slices.Contains(left, "zone"); own != zone && !slices.Contains(left, restoring) {
			t.Errorf("killed at request %d, the user has %q", n, left)
		}
		if names := k.has(user); !slices.Equal(names, []string{"own", "zone"}) {
			t.Errorf("killed at request %d, the user has %q once somebody looks", n, names)
		}
		k.drops(user) // of which nothing but the user's end is left
		for _, name := range k.has(user) {
			if name != "own" && name != "zone" {
				t.Errorf("killed at request %d, %s is left", n, name)
			}
		}
		must(t, k.b.admin(t.Context(), http.MethodDelete, url.Values{"uid": {user}}, nil))
	}
}

// TestADeletedPolicyStaysDeleted deletes a policy after a change of keys was killed, and replaces one. An administrator who drops the policies
// afterwards brings back neither.
func TestADeletedPolicyStaysDeleted(t *testing.T) {
	k := newKilled(t)
	ctx, narrow := t.Context(), policy.Document{Version: policy.Version, Statement: []policy.Statement{allow("s3:GetObject", "arn:aws:s3:::narrow/*")}}.JSON()
	for n, was := 1, true; was; n++ {
		user, _ := k.at(n)
		p := driver.UserPrincipal(user)
		must(t, k.d.DeletePolicy(ctx, driver.DeletePolicyRequest{Principal: p, Name: "own"}))
		k.drops(user)
		if names := k.has(user); slices.Contains(names, "own") {
			t.Errorf("killed at request %d, a deleted policy is back: %q", n, names)
		}
		user, was = k.at(n)
		p = driver.UserPrincipal(user)
		must(t, k.d.PutPolicy(ctx, driver.PutPolicyRequest{Principal: p, Name: "own", Document: narrow}))
		k.drops(user)
		if slices.Contains(k.has(user), "own") {
			found, err := k.d.GetPolicy(ctx, driver.GetPolicyRequest{Principal: p, Name: "own"})
			if err != nil || !strings.Contains(found.Document, "narrow") {
				t.Errorf("killed at request %d, a policy that was replaced is back: %v, %v", n, found, err)
			}
		}
	}
}

// TestAPolicyThatOthersDeleteStaysDeleted deletes both policies with another program after a change of keys was killed before it had dropped
// them.
func TestAPolicyThatOthersDeleteStaysDeleted(t *testing.T) {
	k := newKilled(t)
	for n, was := 1, true; was; n++ {
		var user string
		user, was = k.at(n)
		left, err := k.b.stored(t.Context(), user)
		if err != nil || slices.Contains(left, restoring) {
			continue
		}
		for _, name := range []string{"own", "zone"} {
			must(t, k.b.API.DeletePolicy(t.Context(), driver.DeletePolicyRequest{Principal: driver.UserPrincipal(user), Name: name}))
		}
		must(t, k.d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: driver.UserPrincipal(user), Name: "further", Document: deniesAll}))
		if names := k.has(user); !slices.Equal(names, []string{"further"}) {
			t.Errorf("killed at request %d, the user has %q", n, names)
		}
	}
}
