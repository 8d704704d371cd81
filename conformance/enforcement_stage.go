package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// scope is the access that a key is meant to have.
type scope struct {
	name   string
	access policy.Access
	// prefix restricts the access to objects in this folder. custom allows getting one object, and nothing else: it allows just
	// that, or, if denies is set, it allows getting all and denies getting the others.
	prefix         string
	custom, denies bool
}

func scopes() []scope {
	var all []scope
	for _, prefix := range []string{"", "in"} {
		for _, kind := range policy.Kinds() {
			s := scope{name: kind.Name, access: kind.Access, prefix: prefix}
			if prefix != "" {
				s.name += " with a prefix"
			}
			all = append(all, s)
		}
	}
	for _, sum := range []policy.Access{policy.Read, policy.Delete, policy.List | policy.Write} {
		all = append(all, scope{name: sum.String(), access: sum})
	}
	return append(all, scope{name: "custom", custom: true}, scope{name: "custom and denying", custom: true, denies: true})
}

// stage is two buckets with objects, and a client whose permissions are tested on them.
type stage struct {
	bucket, other string
	client        ObjectClient
	// caveat is that of the user's key.
	caveat string
}

// The objects of a stage. insideKey is in the folder "in"; nearbyKey has the same beginning but is in another folder.
const (
	insideKey  = "in/x"
	nearbyKey  = "inside/x"
	outsideKey = "out/x"
)

func (e *env) newStage() *stage {
	e.Helper()
	s := &stage{bucket: e.newBucket(), other: e.newBucket()}
	for _, key := range []string{insideKey, nearbyKey, outsideKey} {
		e.put(s.bucket, key, []byte(key))
	}
	e.put(s.other, insideKey, []byte(insideKey))
	return s
}

// permanentKey creates a user with the policy, and returns its key. A policy that the dialect does not permit must be refused.
func (e *env) permanentKey(_ string, doc policy.Document) driver.Credentials {
	e.Helper()
	user, own := e.newUser()
	if err := e.Description.Dialect.CheckUserPolicy(doc); err != nil {
		put := driver.PutPolicyRequest{Principal: driver.UserPrincipal(user), Name: e.name("p"), Document: doc.JSON()}
		e.want(e.Driver.PutPolicy(e.ctx, put), fault.InvalidArgument, "PutPolicy of a policy that the dialect does not permit")
		e.Unsupported("the policies of users have no such statements: %v", err)
	}
	e.putPolicy(driver.UserPrincipal(user), e.name("p"), doc)
	return credentialsOf(e.newKey(user, own))
}

func (e *env) temporaryKey(_ string, doc policy.Document) driver.Credentials {
	e.Helper()
	return credentialsOfSession(e.newSession(doc.JSON()))
}

// namedKey creates a user without policies, and a bucket policy that gives the user the document's permissions.
func (e *env) namedKey(bucket string, doc policy.Document) driver.Credentials {
	e.Helper()
	user, own := e.newUser()
	e.putSetting(bucket, bucketPolicy(e.naming(user, doc)))
	return credentialsOf(e.newKey(user, own))
}

// naming makes a bucket policy for the user of a user's policy, without the mandatory statements, which belong into the latter.
func (e *env) naming(user string, doc policy.Document) policy.Document {
	doc.Statement = slices.DeleteFunc(slices.Clone(doc.Statement), func(s policy.Statement) bool {
		return slices.ContainsFunc(e.Description.Dialect.MandatoryStatements, func(m policy.Statement) bool { return reflect.DeepEqual(m, s) })
	})
	for i := range doc.Statement {
		doc.Statement[i].Principal = &policy.Principal{Of: map[string][]string{"AWS": {replaceUser(e.Description.Principal, user)}}}
	}
	return doc
}

// denying returns a policy that allows getting every object of a stage's bucket, and denies getting all but insideKey.
func (e *env) denying(bucket string) policy.Document {
	e.Helper()
	get := []string{"s3:GetObject"}
	return e.compile(policy.Document{Version: policy.Version, Statement: []policy.Statement{
		{Effect: policy.Allow, Action: get, Resource: []string{e.arn(bucket, "*")}},
		{Effect: policy.Deny, Action: get, Resource: []string{e.arn(bucket, nearbyKey), e.arn(bucket, "out/*")}},
	}})
}

// tryScope gives a new key the scope's policy, and tries what it allows and what it denies.
func (e *env) tryScope(s scope, give func(*env, string, policy.Document) driver.Credentials) {
	e.Helper()
	st := e.newStage()
	doc := e.custom(st.bucket, insideKey)
	switch {
	case s.denies:
		doc = e.denying(st.bucket)
	case !s.custom:
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
	if s.access&policy.Delete != 0 { // what is denied must be there: some systems say of what is missing that it is
		e.put(st.bucket, insideKey, []byte(insideKey))
		e.put(st.bucket, outsideKey, []byte(outsideKey))
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
		if !s.custom && (!s.access.Changes() || s.prefix != "") {
			if got := e.get(st.bucket, key); !bytes.Equal(got, []byte(key)) {
				e.Errorf("the object %s has changed to %q", key, got)
			}
		}
	}
	if got := e.get(st.other, insideKey); string(got) != insideKey {
		e.Errorf("the object in the other bucket has changed to %q", got)
	}
	e.tryImplied(st, doc)
}

// attempt is one call that a key is tested with.
type attempt struct {
	name string
	verb string
	// place is "inside" the prefix, "outside" of it in the same bucket, or "elsewhere" in the other bucket.
	place string
	// conditional is true where only a condition on s3:prefix denies the attempt.
	conditional bool
	do          func(ctx context.Context) error
}

// attempts returns the attempts in an order in which none removes what a later one needs.
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
	verbs := map[string]policy.Access{"get": policy.Read, "list": policy.List, "put": policy.Write, "delete": policy.Delete}
	return s.access&verbs[a.verb] != 0
}

// mustWork waits until the attempt succeeds, because a new key may take time to come into force.
func (e *env) mustWork(a attempt) {
	e.Helper()
	e.eventually(a.name, func() error { return a.do(e.ctx) })
}

// mustBeDenied fails the check unless the system forbids the attempt.
func (e *env) mustBeDenied(a attempt) {
	e.Helper()
	err := a.do(e.ctx)
	if err == nil {
		e.Errorf("%s: it worked, and must be denied", a.name)
	} else if !errors.Is(err, fault.PermissionDenied) {
		e.Errorf("%s: want it denied, got %s: %v", a.name, fault.CodeOf(err), err)
	}
}

// eventuallyDenied waits until the attempt is forbidden.
func (e *env) eventuallyDenied(a attempt) {
	e.Helper()
	e.eventually(a.name+" is denied", func() error { return mustBe(a.do(e.ctx), fault.PermissionDenied) })
}

func (s *stage) attempt(name string) attempt {
	all := s.attempts()
	return all[slices.IndexFunc(all, func(a attempt) bool { return a.name == name })]
}
