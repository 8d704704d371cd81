//go:build systems

package ceph

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// opened opens the backend as the administrator.
func opened(t *testing.T, system *systems.System) driver.Driver {
	t.Helper()
	d, err := Open(t.Context(), configOf(system))
	must(t, err)
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// makeUser makes a user with the policy "own", which the cluster keeps.
func makeUser(t *testing.T, d driver.Driver, name string, statements ...policy.Statement) {
	t.Helper()
	_, err := d.CreateUser(t.Context(), driver.CreateUserRequest{Name: name})
	must(t, err)
	document := policy.Document{Version: policy.Version, Statement: statements}.JSON()
	must(t, d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: driver.UserPrincipal(name), Name: "own", Document: document}))
}

func allow(action, resource string) policy.Statement {
	return policy.Statement{Effect: policy.Allow, Action: []string{action}, Resource: []string{resource}}
}

// TestActionsAreKnownOrNot puts a policy with each action of S3.
func TestActionsAreKnownOrNot(t *testing.T) {
	d := opened(t, systems.Ceph(t))
	makeUser(t, d, "actions", allow("s3:GetObject", "*"))
	rejected := dialect().RejectedActions
	for _, action := range append(slices.Clone(rejected), "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:ListBucket", "s3:GetBucketLocation", "s3:Get*", "*") {
		document := policy.Document{Version: policy.Version, Statement: []policy.Statement{allow(action, "*")}}.JSON()
		err := d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: driver.UserPrincipal("actions"), Name: "own", Document: document})
		if known := err == nil; known == slices.Contains(rejected, action) {
			t.Errorf("%s: %v", action, err)
		}
	}
}

// TestAChangeOfKeysKeepsPolicies makes and deletes keys of a user, whose policies the gateway drops each time.
func TestAChangeOfKeysKeepsPolicies(t *testing.T) {
	d := opened(t, systems.Ceph(t))
	makeUser(t, d, "keeper", allow("s3:GetObject", "arn:aws:s3:::keeper/*"))
	p := driver.UserPrincipal("keeper")
	want, err := d.GetPolicy(t.Context(), driver.GetPolicyRequest{Principal: p, Name: "own"})
	must(t, err)
	kept := func(after string) {
		t.Helper()
		if got, err := d.GetPolicy(t.Context(), driver.GetPolicyRequest{Principal: p, Name: "own"}); err != nil || got != want {
			t.Errorf("after %s, the policy is %v, %v", after, got, err)
		}
	}
	first, err := d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "keeper"})
	must(t, err)
	kept("making a key")
	_, err = d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "keeper"})
	must(t, err)
	kept("making another")
	must(t, d.DeleteAccessKey(t.Context(), driver.DeleteAccessKeyRequest{UserName: "keeper", AccessKeyID: first.AccessKeyID}))
	kept("deleting the first")
}

// TestPoliciesOfAKilledRunComeBack does all that a change of keys does until the policies are dropped, as a program that is killed then. Nothing
// of it is left once the policies were looked for, nor after a user whose policies are not looked for.
func TestPoliciesOfAKilledRunComeBack(t *testing.T) {
	system := systems.Ceph(t)
	d := opened(t, system)
	ctx := t.Context()
	b, err := open(ctx, configOf(system))
	must(t, err)
	killed := func(name string, statement policy.Statement) driver.PolicyDocument {
		t.Helper()
		makeUser(t, d, name, statement)
		policies, err := b.policies(ctx, driver.UserPrincipal(name))
		must(t, err)
		_, err = b.keep(ctx, name, policies)
		must(t, err)
		must(t, b.admin(ctx, http.MethodPut, url.Values{"key": {""}, "uid": {name}, "generate-key": {"true"}}, nil))
		return policies[0]
	}
	want := killed("killed", allow("s3:GetObject", "arn:aws:s3:::killed/a+b c%41/*"))
	got, err := d.GetPolicy(ctx, driver.GetPolicyRequest{Principal: driver.UserPrincipal("killed"), Name: "own"})
	if err != nil || got != want {
		t.Errorf("the policy is %v, %v", got, err)
	}
	killed("replaced", allow("s3:GetObject", "*"))
	must(t, b.admin(ctx, http.MethodDelete, url.Values{"uid": {"replaced"}}, nil))
	_, err = d.CreateUser(ctx, driver.CreateUserRequest{Name: "replaced"})
	must(t, err)
	if names, err := collect(d.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: driver.UserPrincipal("replaced")})); err != nil || len(names) > 0 {
		t.Errorf("a new user of the name has %v, %v", names, err)
	}
	for role, err := range d.ListRoles(ctx) {
		must(t, err)
		if role.Name == keeperOf("killed").Name || role.Name == keeperOf("replaced").Name {
			t.Errorf("%s is left", role.Name)
		}
	}
}

// TestCharactersOfAPrefixAreTheirOwn gives access to a folder whose name the gateway would take for another's.
func TestCharactersOfAPrefixAreTheirOwn(t *testing.T) {
	system := systems.Ceph(t)
	d := opened(t, system)
	must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "characters"}))
	const folder = "a+b c%41/"
	resource := "arn:aws:s3:::characters/" + folder + "*"
	makeUser(t, d, "characters", allow("s3:PutObject", resource))
	key, err := d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "characters"})
	must(t, err)
	permanent := driver.Credentials{AccessKeyID: key.AccessKeyID, SecretAccessKey: key.SecretAccessKey}
	for name, credentials := range map[string]driver.Credentials{"a key": permanent, "a session": sessionFor(t, d, allow("s3:PutObject", resource))} {
		client, err := conformance.NewObjectClient(system.EndpointURL, system.Region, &credentials)
		must(t, err)
		for _, key := range []string{folder, "a b c%41/", "a+b cA/", "a+b+c%41/", "a b cA/"} {
			err := client.Put(t.Context(), "characters", key+"x", []byte("x"))
			if allowed := err == nil; allowed != (key == folder) {
				t.Errorf("%s puts into %q: %v", name, key, err)
			}
		}
	}
}

// TestAMissingObjectTellsASessionNothing tries to read, with a session, what it may read and what it may not. The gateway says of an object
// that does not exist that it does not, whoever asks.
func TestAMissingObjectTellsASessionNothing(t *testing.T) {
	system := systems.Ceph(t)
	d := opened(t, system)
	must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "missing"}))
	for _, key := range []string{"in/there", "out/there"} {
		_, err := d.PutObject(t.Context(), driver.PutObjectRequest{Bucket: "missing", Key: key, Body: strings.NewReader("x")})
		must(t, err)
	}
	session := sessionFor(t, d, allow("s3:GetObject", "arn:aws:s3:::missing/in/*"), allow("s3:ListBucket", "arn:aws:s3:::missing"))
	config := configOf(system)
	config.Credentials = &session
	within, err := Open(t.Context(), config)
	must(t, err)
	t.Cleanup(func() { _ = within.Close() })
	for key, want := range map[string]struct{ allowed, unknown bool }{
		"in/there": {allowed: true}, "out/there": {}, "in/none": {unknown: true}, "out/none": {unknown: true},
	} {
		answer, err := within.Probe(t.Context(), driver.ProbeRequest{Action: "s3:GetObject", Bucket: "missing", Key: key})
		if answer.Allowed != want.allowed || driver.IsUnknownProbe(err) != want.unknown {
			t.Errorf("%s: %+v, %v", key, answer, err)
		}
	}
}

// sessionFor opens a session with the role that core would make.
func sessionFor(t *testing.T, d driver.Driver, statements ...policy.Statement) driver.Credentials {
	t.Helper()
	caller, err := d.WhoAmI(t.Context())
	must(t, err)
	role := sessionRole().For(caller)
	trust := `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "` + role.TrustPrincipal + `"}, "Action": "sts:AssumeRole"}]}`
	made, err := d.CreateRole(t.Context(), driver.CreateRoleRequest{Name: role.Name, TrustPolicy: trust, MaxSessionSeconds: 3600})
	if errors.Is(err, fault.AlreadyExists) {
		made, err = d.GetRole(t.Context(), driver.GetRoleRequest{Name: role.Name})
	}
	must(t, err)
	must(t, d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: driver.RolePrincipal(role.Name), Name: "s3-credentials", Document: role.Policy}))
	s, err := d.CreateSession(t.Context(), driver.CreateSessionRequest{
		RoleARN: made.ARN, Name: "session", DurationSeconds: 900, Policy: policy.Document{Version: policy.Version, Statement: statements}.JSON(),
	})
	must(t, err)
	return driver.Credentials{AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey, SessionToken: s.SessionToken}
}

// TestTheSessionRoleIsTheCallersAlone lets another user try to assume it, for whom the gateway would look at nothing but its trust.
func TestTheSessionRoleIsTheCallersAlone(t *testing.T) {
	system := systems.Ceph(t)
	d := opened(t, system)
	sessionFor(t, d, allow("s3:GetObject", "*"))
	makeUser(t, d, "stranger", allow("*", "*"))
	key, err := d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "stranger"})
	must(t, err)
	stranger := *system
	stranger.AccessKeyID, stranger.SecretAccessKey = key.AccessKeyID, key.SecretAccessKey
	_, err = opened(t, &stranger).CreateSession(t.Context(), driver.CreateSessionRequest{
		RoleARN: "arn:aws:iam:::role/s3-credentials.admin", Name: "session", DurationSeconds: 900,
		Policy: policy.Document{Version: policy.Version, Statement: []policy.Statement{allow("s3:GetObject", "*")}}.JSON(),
	})
	if !errors.Is(err, fault.PermissionDenied) {
		t.Errorf("got %v", err)
	}
}

// TestWrongCredentialsAreTold tells them from credentials that may not do something, of which the gateway says the same.
func TestWrongCredentialsAreTold(t *testing.T) {
	wrong := *systems.Ceph(t)
	wrong.SecretAccessKey = "not-the-secret"
	d := opened(t, &wrong)
	_, whoErr := d.WhoAmI(t.Context())
	_, userErr := d.GetUser(t.Context(), driver.GetUserRequest{Name: "admin"})
	_, roleErr := d.GetRole(t.Context(), driver.GetRoleRequest{Name: "admin"})
	for _, err := range []error{whoErr, userErr, roleErr} {
		if !errors.Is(err, fault.Unauthenticated) || !strings.Contains(err.Error(), "does not accept the credentials") {
			t.Errorf("got %v (%s)", err, fault.CodeOf(err))
		}
	}
}
