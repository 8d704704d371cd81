//go:build systems

package minio_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/madmin-go/v3"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

func adminClient(t *testing.T, s *systems.System, c driver.Credentials) *madmin.AdminClient {
	t.Helper()
	client, err := madmin.NewWithOptions(strings.TrimPrefix(s.EndpointURL, "http://"), &madmin.Options{
		Creds: credentials.NewStaticV4(c.AccessKeyID, c.SecretAccessKey, ""),
	})
	must(t, err)
	return client
}

func guarded(t *testing.T, d driver.Driver, document string) string {
	t.Helper()
	description, err := d.Describe(t.Context())
	must(t, err)
	doc, err := policy.Parse([]byte(document))
	must(t, err)
	compiled, _, err := policy.Compile(doc, description.Dialect, policy.CompileOptions{})
	must(t, err)
	return compiled.JSON()
}

func keyOf(t *testing.T, d driver.Driver, user string) driver.Credentials {
	t.Helper()
	key, err := d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: user})
	must(t, err)
	return driver.Credentials{AccessKeyID: key.AccessKeyID, SecretAccessKey: key.SecretAccessKey}
}

// TestAKeyWithAPolicyOfItsOwnSaysSo lists a key that another program narrowed, beside one of this tool.
func TestAKeyWithAPolicyOfItsOwnSaysSo(t *testing.T) {
	s := systems.MinIO(t)
	d := open(t, s, root(s))
	makeUser(t, d, "narrowing")
	plain := keyOf(t, d, "narrowing")
	narrow, err := adminClient(t, s, root(s)).AddServiceAccount(t.Context(), madmin.AddServiceAccountReq{TargetUser: "narrowing", Policy: []byte(everything)})
	must(t, err)
	for key, err := range d.ListAccessKeys(t.Context(), driver.ListAccessKeysRequest{UserName: "narrowing"}) {
		must(t, err)
		if key.Restricted != (key.AccessKeyID == narrow.AccessKey) {
			t.Errorf("%s is restricted: %t; the plain key is %s", key.AccessKeyID, key.Restricted, plain.AccessKeyID)
		}
	}
}

// TestAKeyKeepsThePolicyOfItsOwn switches such a key off and on, and gives it an end: it may do no more after that.
func TestAKeyKeepsThePolicyOfItsOwn(t *testing.T) {
	s := systems.MinIO(t)
	d := open(t, s, root(s))
	user := makeUser(t, d, "keeping")
	must(t, d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: user, Name: "p", Document: everything}))
	admin := adminClient(t, s, root(s))
	const nothing = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::none/*"]}]}`
	narrow, err := admin.AddServiceAccount(t.Context(), madmin.AddServiceAccountReq{TargetUser: "keeping", Policy: []byte(nothing)})
	must(t, err)
	own := func() string {
		info, err := admin.InfoServiceAccount(t.Context(), narrow.AccessKey)
		must(t, err)
		if info.ImpliedPolicy {
			t.Error("the key has lost its policy")
		}
		return info.Policy
	}
	before := own()
	for _, status := range []string{driver.KeyInactive, driver.KeyActive} {
		must(t, d.SetAccessKeyStatus(t.Context(), driver.SetAccessKeyStatusRequest{UserName: "keeping", AccessKeyID: narrow.AccessKey, Status: status}))
	}
	must(t, d.SetAccessKeyExpiry(t.Context(), driver.SetAccessKeyExpiryRequest{UserName: "keeping", AccessKeyID: narrow.AccessKey, Expires: time.Now().Add(time.Hour)}))
	if after := own(); after != before {
		t.Errorf("the key's policy was %s and is %s", before, after)
	}
	buckets := open(t, s, driver.Credentials{AccessKeyID: narrow.AccessKey, SecretAccessKey: narrow.SecretKey}).ListBuckets(t.Context())
	for bucket, err := range buckets {
		if !errors.Is(err, fault.PermissionDenied) {
			t.Errorf("the key lists %q, %v", bucket.Name, err)
		}
	}
}

func TestAKeyMakesNoFurtherKeys(t *testing.T) {
	s := systems.MinIO(t)
	d := open(t, s, root(s))
	user := driver.UserPrincipal("minting")
	must(t, adminClient(t, s, root(s)).AddUser(t.Context(), user.Name, "whose-secret")) // this tool would guard the user itself
	t.Cleanup(func() { removeUser(d, user.Name) })
	key := keyOf(t, d, "minting")
	mint := func() error {
		_, err := adminClient(t, s, key).AddServiceAccount(t.Context(), madmin.AddServiceAccountReq{})
		return err
	}
	must(t, d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: user, Name: "p", Document: everything}))
	if err := mint(); err != nil {
		t.Fatalf("without the guard a key can make keys, or else the guard is needless: %v", err)
	}
	must(t, d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: user, Name: "p", Document: guarded(t, d, everything)}))
	if err := mint(); madmin.ToErrorResponse(err).Code != "AccessDenied" {
		t.Fatalf("a guarded key made another: %v", err)
	}
}

// TestAnotherGuardIsSeen makes another policy of the guard, which would give every user more. It is seen, and mended by the next user.
func TestAnotherGuardIsSeen(t *testing.T) {
	s := systems.MinIO(t)
	d := open(t, s, root(s))
	user := makeUser(t, d, "guarded")
	attached := func() (arns []string) {
		for a, err := range d.ListAttachedPolicies(t.Context(), driver.ListPoliciesRequest{Principal: user}) {
			must(t, err)
			arns = append(arns, a.ARN)
		}
		return arns
	}
	must(t, adminClient(t, s, root(s)).AddCannedPolicy(t.Context(), "s3-credentials/guard", []byte(everything)))
	if got := attached(); !slices.Equal(got, []string{"s3-credentials/guard"}) {
		t.Errorf("attached are %v", got)
	}
	if p, err := d.GetManagedPolicy(t.Context(), driver.GetManagedPolicyRequest{ARN: "s3-credentials/guard"}); err != nil || !strings.Contains(p.Version.Document, "Allow") {
		t.Errorf("it cannot be read: %v, %v", p, err)
	}
	makeUser(t, d, "guarded-too")
	if got := attached(); len(got) > 0 {
		t.Errorf("attached are %v", got)
	}
}

// TestAUserIsMadeOnce makes one new user several times at once, as runs do that have looked before and found none.
func TestAUserIsMadeOnce(t *testing.T) {
	s := systems.MinIO(t)
	drivers := []driver.Driver{open(t, s, root(s)), open(t, s, root(s)), open(t, s, root(s)), open(t, s, root(s))}
	t.Cleanup(func() { removeUser(drivers[0], "wanted") })
	failed := make([]error, len(drivers))
	var group sync.WaitGroup
	for i, d := range drivers {
		group.Go(func() { failed[i] = second(d.CreateUser(t.Context(), driver.CreateUserRequest{Name: "wanted"})) })
	}
	group.Wait()
	made := 0
	for _, err := range failed {
		if err == nil {
			made++
		} else if !errors.Is(err, fault.AlreadyExists) {
			t.Error(err)
		}
	}
	if made != 1 {
		t.Errorf("%d made the user", made)
	}
	for arn, err := range drivers[0].ListAttachedPolicies(t.Context(), driver.ListPoliciesRequest{Principal: driver.UserPrincipal("wanted")}) {
		t.Errorf("the guard is seen: %v, %v", arn, err)
	}
	must(t, drivers[0].DeleteUser(t.Context(), driver.DeleteUserRequest{Name: "wanted"}))
	if _, err := adminClient(t, s, root(s)).InfoCannedPolicyV2(t.Context(), "s3-credentials/guard"); err == nil {
		t.Error("the guard is left behind")
	}
}

func TestASessionMakesNoKeysAndNoSessions(t *testing.T) {
	s := systems.MinIO(t)
	d := open(t, s, root(s))
	session, err := d.CreateSession(t.Context(), driver.CreateSessionRequest{Name: "s1", Policy: guarded(t, d, everything), DurationSeconds: 900})
	must(t, err)
	within := open(t, s, driver.Credentials{AccessKeyID: session.AccessKeyID, SecretAccessKey: session.SecretAccessKey, SessionToken: session.SessionToken})
	if caller, err := within.WhoAmI(t.Context()); err != nil || caller.UserID != session.AccessKeyID {
		t.Fatalf("the session does not know itself: %+v, %v", caller, err)
	}
	for _, user := range []string{"", s.AccessKeyID} {
		makeUser(t, d, "victim"+user)
		err := second(within.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "victim" + user}))
		if !errors.Is(err, fault.PermissionDenied) {
			t.Errorf("a session made a key: %v", err)
		}
	}
	err = second(within.CreateSession(t.Context(), driver.CreateSessionRequest{Name: "s2", Policy: everything, DurationSeconds: 900}))
	if !errors.Is(err, fault.PermissionDenied) {
		t.Errorf("a session opened a session: %v", err)
	}
}

func TestSessionsOfADeletedUserStayDead(t *testing.T) {
	s := systems.MinIO(t)
	d := open(t, s, root(s))
	const name = "revenant"
	user := makeUser(t, d, name)
	// Nobody knows the secret of a user made by the backend; to open a session of its own, it is given another.
	must(t, adminClient(t, s, root(s)).AddUser(t.Context(), name, "a-secret-of-its-own"))
	put := driver.PutPolicyRequest{Principal: user, Name: "p", Document: everything}
	must(t, d.PutPolicy(t.Context(), put))
	asUser := open(t, s, driver.Credentials{AccessKeyID: name, SecretAccessKey: "a-secret-of-its-own"})
	session, err := asUser.CreateSession(t.Context(), driver.CreateSessionRequest{Name: "s1", Policy: everything, DurationSeconds: 900})
	must(t, err)
	client := independent(t, s, driver.Credentials{AccessKeyID: session.AccessKeyID, SecretAccessKey: session.SecretAccessKey, SessionToken: session.SessionToken})
	must(t, second(client.ListBuckets(t.Context())))
	removeUser(d, name)
	must(t, second(d.CreateUser(t.Context(), driver.CreateUserRequest{Name: name})))
	must(t, d.PutPolicy(t.Context(), put))
	if _, err := client.ListBuckets(t.Context()); err == nil {
		t.Fatal("a session of the former user works for the new one")
	}
}

func TestCreateUserTakesNobodysName(t *testing.T) {
	s := systems.MinIO(t)
	d := open(t, s, root(s))
	makeUser(t, d, "taken")
	must(t, adminClient(t, s, root(s)).AddUser(t.Context(), "taken", "known-secret"))
	key := keyOf(t, d, "taken")
	for _, name := range []string{"taken", key.AccessKeyID, s.AccessKeyID} {
		if err := second(d.CreateUser(t.Context(), driver.CreateUserRequest{Name: name})); !errors.Is(err, fault.AlreadyExists) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, second(open(t, s, driver.Credentials{AccessKeyID: "taken", SecretAccessKey: "known-secret"}).WhoAmI(t.Context())))
	must(t, second(open(t, s, key).WhoAmI(t.Context())))
}

// TestADisabledUserIsSaidToBe disables one, and looks at it and at all.
func TestADisabledUserIsSaidToBe(t *testing.T) {
	s := systems.MinIO(t)
	d, admin := open(t, s, root(s)), adminClient(t, s, root(s))
	makeUser(t, d, "switched-off")
	for _, status := range []madmin.AccountStatus{madmin.AccountDisabled, madmin.AccountEnabled} {
		must(t, admin.SetUserStatus(t.Context(), "switched-off", status))
		user, err := d.GetUser(t.Context(), driver.GetUserRequest{Name: "switched-off"})
		must(t, err)
		for listed, err := range d.ListUsers(t.Context()) {
			if must(t, err); listed.Name == user.Name && (listed.Disabled != user.Disabled || user.Disabled != (status == madmin.AccountDisabled)) {
				t.Errorf("%s, it is %+v, and listed as %+v", status, user, listed)
			}
		}
	}
}

// TestASecretThatSomebodyKnows lists what gives a user access besides keys and own policies: a group, and the secret of a user
// whom somebody else gave access.
func TestASecretThatSomebodyKnows(t *testing.T) {
	s := systems.NewMinIO(t)
	d, admin := open(t, s, root(s)), adminClient(t, s, root(s))
	user := makeUser(t, d, "known")
	want := func(want ...driver.UserItem) {
		t.Helper()
		var items []driver.UserItem
		for i, err := range d.ListUserItems(t.Context(), driver.ListUserItemsRequest{UserName: "known"}) {
			must(t, err)
			items = append(items, i)
		}
		if !slices.Equal(items, want) {
			t.Errorf("the user has %v, want %v", items, want)
		}
	}
	must(t, d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: user, Name: "p", Document: everything}))
	want()
	must(t, d.AttachPolicy(t.Context(), driver.AttachPolicyRequest{Principal: user, PolicyARN: "readonly"}))
	want(driver.UserItem{Kind: driver.ItemPassword})
	must(t, d.DetachPolicy(t.Context(), driver.AttachPolicyRequest{Principal: user, PolicyARN: "readonly"}))
	must(t, admin.UpdateGroupMembers(t.Context(), madmin.GroupAddRemove{Group: "crew", Members: []string{"known"}}))
	want(driver.UserItem{Kind: driver.ItemGroup, Name: "crew"}, driver.UserItem{Kind: driver.ItemPassword})
	removeUser(d, "known")
	members, err := admin.GetGroupDescription(t.Context(), "crew")
	if must(t, err); len(members.Members) > 0 {
		t.Errorf("the group still has %v", members.Members)
	}
}

func TestWrongKeysAreUnauthenticated(t *testing.T) {
	s := systems.MinIO(t)
	for _, c := range []driver.Credentials{{AccessKeyID: s.AccessKeyID, SecretAccessKey: "wrong-secret"}, {AccessKeyID: "nobody-at-all", SecretAccessKey: "wrong-secret"}} {
		d := open(t, s, c)
		request := driver.CreateSessionRequest{Name: "s1", Policy: everything, DurationSeconds: 900}
		for what, err := range map[string]error{
			"WhoAmI": second(d.WhoAmI(t.Context())), "CreateSession": second(d.CreateSession(t.Context(), request)),
			"HeadObject": second(d.HeadObject(t.Context(), driver.HeadObjectRequest{Bucket: "any-bucket", Key: "k"})),
		} {
			if what == "HeadObject" && errors.Is(err, fault.PermissionDenied) {
				continue // an answer to HEAD has no body that would tell the two apart
			}
			if !errors.Is(err, fault.Unauthenticated) {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
}

// TestWhatSomebodyElseDidMeanwhile deletes a user behind the back of the driver that created it.
func TestWhatSomebodyElseDidMeanwhile(t *testing.T) {
	s := systems.MinIO(t)
	d, other := open(t, s, root(s)), open(t, s, root(s))
	user := makeUser(t, d, "gone-meanwhile")
	must(t, other.DeleteUser(t.Context(), driver.DeleteUserRequest{Name: user.Name}))
	document := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::any/*"]}]}`
	for what, err := range map[string]error{
		"a policy":         d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: user, Name: "p", Document: document}),
		"a key":            second(d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: user.Name})),
		"a managed policy": d.AttachPolicy(t.Context(), driver.AttachPolicyRequest{Principal: user, PolicyARN: "readonly"}),
	} {
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("%s for a user who is gone: %v", what, err)
		}
	}
	for key, err := range d.ListAccessKeys(t.Context(), driver.ListAccessKeysRequest{UserName: user.Name}) {
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("the keys of a user who is gone: %v, %v", key, err)
		}
	}
	canned, err := adminClient(t, s, root(s)).ListCannedPolicies(t.Context())
	must(t, err)
	for name := range canned {
		if strings.Contains(name, user.Name) {
			t.Errorf("the policy %s is left behind", name)
		}
	}
	// The root user is no user of that kind: a key for it may do everything.
	if err := second(d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: s.AccessKeyID})); !errors.Is(err, fault.NotFound) {
		t.Errorf("a key for the root user: %v", err)
	}
}

// TestAKeyWhoseAnswerIsLost loses the answer to making a key. The library sends the request again, and the server says that
// the id is taken: the key is made, and must be handed out, or be gone.
func TestAKeyWhoseAnswerIsLost(t *testing.T) {
	s := systems.MinIO(t)
	through, proxy := systems.Behind(t, s)
	d := open(t, through, root(s))
	for name, lost := range map[string]int{"lost-once": 1, "lost-always": 100} {
		makeUser(t, d, name)
		left := lost
		proxy.Reset(func(_ int, r systems.Request) systems.Action {
			if left > 0 && strings.HasSuffix(r.Path, "/add-service-account") {
				left--
				return systems.LoseAnswer
			}
			return systems.Pass
		})
		key, err := d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: name})
		proxy.Reset(nil)
		var ids []string
		for k, listErr := range d.ListAccessKeys(t.Context(), driver.ListAccessKeysRequest{UserName: name}) {
			must(t, listErr)
			ids = append(ids, k.AccessKeyID)
		}
		switch {
		case err == nil && slices.Equal(ids, []string{key.AccessKeyID}):
			must(t, second(open(t, s, driver.Credentials{AccessKeyID: key.AccessKeyID, SecretAccessKey: key.SecretAccessKey}).WhoAmI(t.Context())))
		case err != nil && len(ids) == 0:
		default:
			t.Errorf("%s: the error is %v, the key %q, and there are the keys %q", name, err, key.AccessKeyID, ids)
		}
		if lost == 1 && err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAKeyThatMayNotBeDeletedIsNotCalledGone deletes a key with credentials that may do all but that. MinIO then says that
// there is no such key.
func TestAKeyThatMayNotBeDeletedIsNotCalledGone(t *testing.T) {
	s := systems.MinIO(t)
	d := open(t, s, root(s))
	makeUser(t, d, "kept-user")
	key := keyOf(t, d, "kept-user")
	limited := makeUser(t, d, "limited-admin")
	must(t, d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: limited, Name: "p", Document: `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["admin:*"]},{"Effect":"Deny","Action":["admin:RemoveServiceAccount"]}]}`}))
	as := open(t, s, keyOf(t, d, "limited-admin"))
	err := as.DeleteAccessKey(t.Context(), driver.DeleteAccessKeyRequest{UserName: "kept-user", AccessKeyID: key.AccessKeyID})
	if !errors.Is(err, fault.PermissionDenied) {
		t.Errorf("got %v", err)
	}
	must(t, d.DeleteAccessKey(t.Context(), driver.DeleteAccessKeyRequest{UserName: "kept-user", AccessKeyID: key.AccessKeyID}))
}
