package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// scope is what a key is meant for.
type scope struct {
	name   string
	access policy.Access
	// prefix restricts it to keys in this folder; custom allows to get one object only.
	prefix string
	custom bool
}

func scopes() []scope {
	return []scope{
		{name: "read-write", access: policy.ReadWrite},
		{name: "read-only", access: policy.ReadOnly},
		{name: "write-only", access: policy.WriteOnly},
		{name: "read-write with a prefix", access: policy.ReadWrite, prefix: "in"},
		{name: "read-only with a prefix", access: policy.ReadOnly, prefix: "in"},
		{name: "write-only with a prefix", access: policy.WriteOnly, prefix: "in"},
		{name: "custom", custom: true},
	}
}

func enforcementChecks() []Check {
	permanent := []driver.Capability{driver.CapUsers, driver.CapPolicyInline, driver.CapObjects}
	temporary := []driver.Capability{driver.CapSessions, driver.CapObjects}
	principal := []driver.Capability{driver.CapUsers, driver.CapPolicyPrincipal, driver.CapBucketPolicy, driver.CapObjects}
	var checks []Check
	for _, s := range scopes() {
		checks = append(checks,
			Check{Name: "a " + s.name + " key may do just that", Requires: permanent, Rules: []Rule{RuleUserPolicies}, Run: func(e *Env) {
				e.tryScope(s, (*Env).permanentKey)
			}},
			Check{Name: "a " + s.name + " session may do just that", Requires: temporary, Rules: []Rule{RuleSessionPolicies}, Run: func(e *Env) {
				e.tryScope(s, (*Env).temporaryKey)
			}},
			Check{Name: "a " + s.name + " user whom a bucket policy names may do just that", Requires: principal, Rules: []Rule{RuleBucketPolicies}, Run: func(e *Env) {
				e.tryScope(s, (*Env).namedKey)
			}},
		)
	}
	return append(checks,
		Check{Name: "a user without policies may do nothing", Requires: []driver.Capability{driver.CapUsers, driver.CapObjects}, Rules: []Rule{RuleUserPolicies}, Run: newUserMayNothing},
		Check{Name: "a key may not make users, keys or policies", Requires: permanent, Rules: []Rule{RuleUserPolicies}, Run: keyMayNotAdminister},
		Check{Name: "a session of a user may not do more than the user", Requires: append(slices.Clone(permanent), driver.CapSessions), Rules: []Rule{RuleUserPolicies, RuleSessionPolicies}, Run: sessionIsNoWiderThanUser},
		Check{Name: "what a deleted policy allowed is denied", Requires: permanent, Rules: []Rule{RuleUserPolicies}, Run: deletedPolicyDenies},
		Check{Name: "a replaced policy allows no more than the new one", Requires: permanent, Rules: []Rule{RuleUserPolicies}, Run: replacedPolicyNarrows},
		Check{Name: "a boundary bounds what a policy allows", Requires: append(slices.Clone(permanent), driver.CapPolicyBoundary), Rules: []Rule{RuleUserPolicies, RuleBoundaries}, Run: boundaryBounds},
		Check{Name: "a public bucket is read by anybody, and only read", Requires: []driver.Capability{driver.CapBucketPolicy, driver.CapObjects}, Rules: []Rule{RuleBucketPolicies}, Run: publicIsReadOnly},
	)
}

// stage is two buckets with objects in them, and somebody with a key.
type stage struct {
	bucket, other string
	client        ObjectClient
}

// The objects of a stage. "inside/x" is not in the folder "in".
const (
	insideKey  = "in/x"
	nearbyKey  = "inside/x"
	outsideKey = "out/x"
)

func (e *Env) newStage() *stage {
	e.Helper()
	s := &stage{bucket: e.newBucket(), other: e.newBucket()}
	for _, key := range []string{insideKey, nearbyKey, outsideKey} {
		e.put(s.bucket, key, []byte(key))
	}
	e.put(s.other, insideKey, []byte(insideKey))
	return s
}

// permanentKey makes a user with the policy.
func (e *Env) permanentKey(_ string, doc policy.Document) driver.Credentials {
	e.Helper()
	user, own := e.newUser()
	e.putPolicy(driver.UserPrincipal(user), e.name("p"), doc)
	return credentialsOf(e.newKey(user, own))
}

func (e *Env) temporaryKey(_ string, doc policy.Document) driver.Credentials {
	e.Helper()
	return credentialsOfSession(e.newSession(doc.JSON()))
}

// namedKey makes a user without policies, and a bucket policy that gives it what the document says.
func (e *Env) namedKey(bucket string, doc policy.Document) driver.Credentials {
	e.Helper()
	user, own := e.newUser()
	// MandatoryStatements are for policies of users; they are no business of a bucket's.
	doc.Statement = slices.DeleteFunc(slices.Clone(doc.Statement), func(s policy.Statement) bool { return s.Effect == policy.Deny })
	for i := range doc.Statement {
		doc.Statement[i].Principal = &policy.Principal{Of: map[string][]string{"AWS": {replaceUser(e.Description.Principal, user)}}}
	}
	e.putSetting(bucket, bucketPolicy(doc))
	return credentialsOf(e.newKey(user, own))
}

// tryScope gives somebody a scope's policy, and tries what it allows and what it does not.
func (e *Env) tryScope(s scope, give func(*Env, string, policy.Document) driver.Credentials) {
	e.Helper()
	st := e.newStage()
	doc := e.custom(st.bucket, insideKey)
	if !s.custom {
		doc = e.document(s.access, st.bucket, s.prefix)
	}
	credentials := give(e, st.bucket, doc)
	st.client = e.client(&credentials)
	attempts := st.attempts()
	for _, a := range attempts {
		if s.allows(a) {
			e.mustWork(a)
		}
	}
	for _, a := range attempts {
		if s.prefix != "" && a.conditional && !e.enforces(RulePrefixConditions) {
			continue
		}
		if !s.allows(a) {
			e.mustBeDenied(a)
		}
	}
	for _, key := range []string{nearbyKey, outsideKey} {
		if !s.custom && (s.access != policy.ReadWrite || s.prefix != "") && !(s.access == policy.WriteOnly && s.prefix == "") {
			if got := e.get(st.bucket, key); !bytes.Equal(got, []byte(key)) {
				e.Errorf("the object %s has changed to %q", key, got)
			}
		}
	}
	if got := e.get(st.other, insideKey); string(got) != insideKey {
		e.Errorf("the object in the other bucket has changed to %q", got)
	}
}

// attempt is something that somebody tries.
type attempt struct {
	name string
	verb string
	// place is where: inside the prefix, outside, everywhere in the bucket, or elsewhere.
	place string
	// conditional: only a condition on s3:prefix denies it.
	conditional bool
	do          func(ctx context.Context) error
}

// attempts are in an order in which each leaves the next what it needs.
func (s *stage) attempts() []attempt {
	list := func(bucket, prefix string) func(context.Context) error {
		return func(ctx context.Context) error { _, err := s.client.List(ctx, bucket, prefix); return err }
	}
	get := func(bucket, key string) func(context.Context) error {
		return func(ctx context.Context) error {
			got, err := s.client.Get(ctx, bucket, key)
			if err == nil && string(got) != key {
				err = fmt.Errorf("got %q, want %q", got, key)
			}
			return err
		}
	}
	put := func(bucket, key string) func(context.Context) error {
		return func(ctx context.Context) error { return s.client.Put(ctx, bucket, key, []byte(key)) }
	}
	remove := func(bucket, key string) func(context.Context) error {
		return func(ctx context.Context) error { return s.client.Delete(ctx, bucket, key) }
	}
	return []attempt{
		{"get an object inside", "get", "inside", false, get(s.bucket, insideKey)},
		{"list inside", "list", "inside", true, list(s.bucket, "in/")},
		{"list everything", "list", "outside", true, list(s.bucket, "")},
		{"list nearby", "list", "outside", true, list(s.bucket, "inside/")},
		{"get an object nearby", "get", "outside", false, get(s.bucket, nearbyKey)},
		{"get an object outside", "get", "outside", false, get(s.bucket, outsideKey)},
		{"put an object inside", "put", "inside", false, put(s.bucket, "in/new")},
		{"put an object nearby", "put", "outside", false, put(s.bucket, "inside/new")},
		{"put an object outside", "put", "outside", false, put(s.bucket, "out/new")},
		{"delete an object outside", "delete", "outside", false, remove(s.bucket, outsideKey)},
		{"delete an object inside", "delete", "inside", false, remove(s.bucket, insideKey)},
		{"list the other bucket", "list", "elsewhere", false, list(s.other, "")},
		{"get from the other bucket", "get", "elsewhere", false, get(s.other, insideKey)},
		{"put into the other bucket", "put", "elsewhere", false, put(s.other, "in/new")},
		{"delete from the other bucket", "delete", "elsewhere", false, remove(s.other, insideKey)},
		{"change the bucket's policy", "administer", "inside", false, func(ctx context.Context) error {
			return s.client.PutBucketPolicy(ctx, s.bucket, policy.PublicGet(s.bucket, "").JSON())
		}},
		{"delete the bucket", "administer", "inside", false, func(ctx context.Context) error { return s.client.DeleteBucket(ctx, s.bucket) }},
		{"delete the other bucket", "administer", "elsewhere", false, func(ctx context.Context) error { return s.client.DeleteBucket(ctx, s.other) }},
	}
}

// allows reports whether the scope is meant to allow the attempt.
func (s scope) allows(a attempt) bool {
	if a.place == "elsewhere" || (a.place == "outside" && (s.prefix != "" || s.custom)) {
		return false
	}
	if s.custom {
		return a.verb == "get"
	}
	switch a.verb {
	case "get", "list":
		return s.access != policy.WriteOnly
	case "put":
		return s.access != policy.ReadOnly
	case "delete":
		return s.access == policy.ReadWrite
	}
	return false
}

// mustWork waits until the attempt succeeds: a new key may need a moment.
func (e *Env) mustWork(a attempt) {
	e.Helper()
	e.eventually(a.name, func() error { return a.do(e.ctx) })
}

// mustBeDenied fails the check unless the system forbids the attempt.
func (e *Env) mustBeDenied(a attempt) {
	e.Helper()
	err := a.do(e.ctx)
	if err == nil {
		e.Errorf("%s: it worked, and must be denied", a.name)
	} else if !errors.Is(err, fault.PermissionDenied) {
		e.Errorf("%s: want it denied, got %s: %v", a.name, fault.CodeOf(err), err)
	}
}

// eventuallyDenied waits until the attempt is forbidden.
func (e *Env) eventuallyDenied(a attempt) {
	e.Helper()
	e.eventually(a.name+" is denied", func() error { return mustBe(a.do(e.ctx), fault.PermissionDenied) })
}

func (s *stage) attempt(name string) attempt {
	all := s.attempts()
	return all[slices.IndexFunc(all, func(a attempt) bool { return a.name == name })]
}

func newUserMayNothing(e *Env) {
	st := e.newStage()
	user, own := e.newUser()
	credentials := credentialsOf(e.newKey(user, own))
	if e.enforces(RuleAuthentication) {
		e.eventually("the key is known", func() error {
			_, err := e.as(credentials).WhoAmI(e.ctx)
			return err
		})
	}
	st.client = e.client(&credentials)
	for _, a := range st.attempts() {
		e.mustBeDenied(a)
	}
}

// readOnlyUser makes a user who may read a stage's bucket, and waits until its key works.
func (e *Env) readOnlyUser(st *stage) (user, policyName string, key driver.Credentials) {
	e.Helper()
	user, own := e.newUser()
	policyName = e.name("p")
	e.putPolicy(driver.UserPrincipal(user), policyName, e.document(policy.ReadOnly, st.bucket, ""))
	key = credentialsOf(e.newKey(user, own))
	st.client = e.client(&key)
	e.mustWork(st.attempt("get an object inside"))
	return user, policyName, key
}

func keyMayNotAdminister(e *Env) {
	st := e.newStage()
	user, policyName, key := e.readOnlyUser(st)
	d, other, bucket := e.as(key), e.name("u"), e.name("b")
	e.removeUserLater(other)
	e.removeBucketLater(bucket)
	_, err := d.CreateUser(e.ctx, driver.CreateUserRequest{Name: other})
	e.want(err, fault.PermissionDenied, "CreateUser")
	e.want(d.CreateBucket(e.ctx, driver.CreateBucketRequest{Bucket: bucket}), fault.PermissionDenied, "CreateBucket")
	wider := driver.PutPolicyRequest{Principal: driver.UserPrincipal(user), Name: policyName, Document: e.document(policy.ReadWrite, st.bucket, "").JSON()}
	e.want(d.PutPolicy(e.ctx, wider), fault.PermissionDenied, "PutPolicy for oneself")
	e.hasPolicy(driver.UserPrincipal(user), policyName, e.document(policy.ReadOnly, st.bucket, ""))
	if e.has(driver.CapAccessKeys) {
		_, err := d.CreateAccessKey(e.ctx, driver.CreateAccessKeyRequest{UserName: user})
		e.want(err, fault.PermissionDenied, "CreateAccessKey for oneself")
		if keys := e.keysOf(user); len(keys) != 1 {
			e.Errorf("the user has %d keys, want 1", len(keys))
		}
	}
	_, err = e.Driver.GetUser(e.ctx, driver.GetUserRequest{Name: other})
	e.want(err, fault.NotFound, "GetUser of whom the key tried to create")
}

func sessionIsNoWiderThanUser(e *Env) {
	st := e.newStage()
	_, _, key := e.readOnlyUser(st)
	req := e.sessionRequest(e.document(policy.ReadWrite, st.bucket, "").JSON())
	made, err := e.as(key).CreateSession(e.ctx, req)
	if err != nil {
		e.want(err, fault.PermissionDenied, "CreateSession by a user who may only read")
		return
	}
	credentials := credentialsOfSession(made)
	st.client = e.client(&credentials)
	e.mustWork(st.attempt("get an object inside"))
	e.mustBeDenied(st.attempt("put an object inside"))
}

func deletedPolicyDenies(e *Env) {
	st := e.newStage()
	user, policyName, _ := e.readOnlyUser(st)
	e.ok(e.Driver.DeletePolicy(e.ctx, driver.DeletePolicyRequest{Principal: driver.UserPrincipal(user), Name: policyName}), "DeletePolicy")
	e.eventuallyDenied(st.attempt("get an object inside"))
}

func replacedPolicyNarrows(e *Env) {
	st := e.newStage()
	user, policyName, _ := e.readOnlyUser(st)
	e.putPolicy(driver.UserPrincipal(user), policyName, e.document(policy.WriteOnly, st.bucket, ""))
	e.mustWork(st.attempt("put an object inside"))
	e.eventuallyDenied(st.attempt("get an object inside"))
}

func boundaryBounds(e *Env) {
	st := e.newStage()
	user, own := e.newUserWith(driver.CreateUserRequest{Name: e.name("u"), PermissionsBoundary: e.Description.Boundaries.ReadOnly})
	e.putPolicy(driver.UserPrincipal(user), e.name("p"), e.document(policy.ReadWrite, st.bucket, ""))
	credentials := credentialsOf(e.newKey(user, own))
	st.client = e.client(&credentials)
	e.mustWork(st.attempt("get an object inside"))
	e.mustBeDenied(st.attempt("put an object inside"))
}

func publicIsReadOnly(e *Env) {
	st := e.newStage()
	st.client = e.client(nil)
	e.mustBeDenied(st.attempt("get an object inside"))
	e.putSetting(st.bucket, bucketPolicy(policy.PublicGet(st.bucket, e.Description.Partition)))
	e.mustWork(st.attempt("get an object inside"))
	for _, name := range []string{"list everything", "put an object inside", "delete an object inside", "get from the other bucket"} {
		e.mustBeDenied(st.attempt(name))
	}
	e.ok(e.deleteSetting(st.bucket, driver.SettingPolicy), "DeleteBucketSetting(policy)")
	e.eventuallyDenied(st.attempt("get an object inside"))
}
