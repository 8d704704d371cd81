package conformance

import (
	"errors"
	"fmt"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// deniedChecks are about what the backend says of what the system denies, and about denials that a policy states.
func deniedChecks() []Check {
	users := []driver.Capability{driver.CapUsers, driver.CapObjects}
	permanent := append(slices.Clone(users), driver.CapPolicyInline)
	return []Check{
		{Name: "what is denied is denied and not missing", Requires: users, Rules: []Rule{RuleUserPolicies}, run: deniedIsNotMissing},
		{Name: "objects that may not be deleted are not reported as deleted", Requires: []driver.Capability{driver.CapObjects}, Rules: []Rule{RuleUserPolicies}, run: refusedIsNotDeleted},
		{Name: "what a mandatory statement denies no policy allows", Requires: append(slices.Clone(permanent), driver.CapAccessKeys), Rules: []Rule{RuleUserPolicies}, run: mandatoryDenies},
		{Name: "the key of a user who was deleted may do nothing", Requires: users, Rules: []Rule{RuleUserPolicies}, run: deletedUserMayNothing},
		{Name: "a key that was deleted may do nothing", Requires: append(slices.Clone(permanent), driver.CapAccessKeys), Rules: []Rule{RuleUserPolicies}, run: deletedKeyMayNothing},
	}
}

// untried are the methods of which a system may grant something to everybody, such as one's own buckets and sessions; those
// whose request names what is not there; and DeleteObjects, which answers for each key.
var untried = []string{
	"WhoAmI", "ListBuckets", "CreateSession", "CreateUser with a boundary", "CreateBucket with a region", "DeleteAccessKey", "GetManagedPolicy", "DeleteObjects", "Probe",
}

// deniedIsNotMissing calls every method with the key of a user who may do nothing, on what is there.
func deniedIsNotMissing(e *env) {
	name := e.name("x")
	e.removeBucketLater(name)
	e.ok(e.Driver.CreateBucket(e.ctx, driver.CreateBucketRequest{Bucket: name}), "CreateBucket")
	e.put(name, "key", []byte("data"))
	e.newUserWith(driver.CreateUserRequest{Name: name})
	if e.has(driver.CapPolicyInline) {
		e.putPolicy(driver.UserPrincipal(name), name, e.custom(name, "key"))
	}
	if e.has(driver.CapRoles) {
		e.newRoleNamed(name, 3600)
	}
	denied := *e
	denied.Driver = e.as(e.powerlessKey())
	for _, m := range methods(&denied, name) {
		if m.needs != "" && !e.has(m.needs) || slices.Contains(untried, m.name) {
			continue
		}
		if err := m.call(e.ctx); !errors.Is(err, fault.PermissionDenied) && !isMadeAlready(m, err) {
			e.Errorf("%s by a user without permissions: want %s, got %s: %v", m.name, fault.PermissionDenied, fault.CodeOf(err), err)
		}
	}
	if got := e.get(name, "key"); string(got) != "data" {
		e.Errorf("the object has changed to %q", got)
	}
	if n := e.countUsers(name); n != 1 {
		e.Errorf("the user is listed %d times, want once", n)
	}
}

// powerlessKey is the key of a new user without permissions, when the system knows it.
func (e *env) powerlessKey() driver.Credentials {
	e.Helper()
	user, own := e.newUser()
	key := credentialsOf(e.newKey(user, own))
	if e.enforces(RuleAuthentication) {
		d := e.as(key)
		e.eventually("the key is known", func() error {
			_, err := d.WhoAmI(e.ctx)
			return err
		})
	}
	return key
}

// anyKey returns a key with the document's permissions on a bucket, in the first way that the backend declares.
func (e *env) anyKey(bucket string, doc policy.Document) driver.Credentials {
	e.Helper()
	switch {
	case e.has(driver.CapUsers) && e.has(driver.CapPolicyInline):
		return e.permanentKey(bucket, doc)
	case e.has(driver.CapUsers) && e.has(driver.CapPolicyPrincipal) && e.has(driver.CapBucketPolicy) && e.enforces(RuleBucketPolicies):
		return e.namedKey(bucket, doc)
	case e.has(driver.CapSessions) && e.enforces(RuleSessionPolicies):
		return e.temporaryKey(bucket, doc)
	}
	e.Unsupported("no key with few permissions can be made")
	return driver.Credentials{}
}

// refusedIsNotDeleted deletes two objects at once, of which the key may delete one.
func refusedIsNotDeleted(e *env) {
	st := e.newStage()
	key := e.anyKey(st.bucket, e.compile(policy.Document{Version: policy.Version, Statement: []policy.Statement{{
		Effect: policy.Allow, Action: []string{"s3:GetObject", "s3:DeleteObject"}, Resource: []string{e.arn(st.bucket, "in/*")},
	}}}))
	st.client = e.client(&key)
	e.mustWork(st.attempt("get an object inside"))
	response, err := e.as(key).DeleteObjects(e.ctx, driver.DeleteObjectsRequest{Bucket: st.bucket, Keys: []string{outsideKey, insideKey}})
	e.ok(err, "DeleteObjects, which answers for each key")
	if !slices.Equal(response.Deleted, []string{insideKey}) || len(response.Failed) != 1 || response.Failed[0].Key != outsideKey {
		e.Errorf("deleted are %q and failed %v, want %s deleted and %s failed", response.Deleted, response.Failed, insideKey, outsideKey)
	} else if response.Failed[0].Code == "" {
		e.Errorf("the answer does not have the system's code for what it refused: %v", response.Failed)
	}
	if got := e.keys(st.bucket, ""); !slices.Equal(got, []string{nearbyKey, outsideKey}) {
		e.Errorf("left are %q, want %s and %s", got, nearbyKey, outsideKey)
	}
}

// arn names objects of a bucket in a policy.
func (e *env) arn(bucket, key string) string {
	return "arn:" + e.Description.Partition + ":s3:::" + bucket + "/" + key
}

// mandatoryDenies gives a user what the mandatory statements deny, and those statements, and tries what it can of it.
func mandatoryDenies(e *env) {
	if len(e.Description.Dialect.MandatoryStatements) == 0 {
		e.Unsupported("no statement is mandatory")
	}
	doc := policy.Document{Version: policy.Version}
	for _, s := range e.Description.Dialect.MandatoryStatements {
		s.Effect, s.Sid = policy.Allow, ""
		doc.Statement = append(doc.Statement, s)
	}
	st := e.newStage()
	doc.Statement = append(doc.Statement, e.custom(st.bucket, insideKey).Statement...)
	user, own := e.newUser()
	e.putPolicy(driver.UserPrincipal(user), e.name("p"), e.compile(doc))
	key := credentialsOf(e.newKey(user, own))
	st.client = e.client(&key)
	e.mustWork(st.attempt("get an object inside"))
	_, err := e.as(key).CreateAccessKey(e.ctx, driver.CreateAccessKeyRequest{UserName: user})
	e.want(err, fault.PermissionDenied, "CreateAccessKey for oneself")
	if keys := e.keysOf(user); len(keys) != 1 {
		e.Errorf("the user has %d keys, want 1", len(keys))
	}
}

func deletedUserMayNothing(e *env) {
	st := e.newStage()
	name := e.name("u")
	_, own := e.newUserWith(driver.CreateUserRequest{Name: name})
	p := driver.UserPrincipal(name)
	doc := e.document(policy.ReadOnly, st.bucket, "")
	switch {
	case e.has(driver.CapPolicyInline):
		e.putPolicy(p, e.name("p"), doc)
	case e.has(driver.CapPolicyPrincipal) && e.has(driver.CapBucketPolicy):
		e.putSetting(st.bucket, bucketPolicy(e.naming(name, doc)))
	default:
		e.Unsupported("no user can be given permissions")
	}
	key := credentialsOf(e.newKey(name, own))
	st.client = e.client(&key)
	e.mustWork(st.attempt("get an object inside"))
	e.ok(e.stripUser(e.ctx, name), "taking everything from the user")
	e.ok(e.Driver.DeleteUser(e.ctx, driver.DeleteUserRequest{Name: name}), "DeleteUser")
	e.eventuallyRefused(st.attempt("get an object inside"))
}

func deletedKeyMayNothing(e *env) {
	st := e.newStage()
	user, _, key := e.readOnlyUser(st)
	e.ok(e.Driver.DeleteAccessKey(e.ctx, driver.DeleteAccessKeyRequest{UserName: user, AccessKeyID: key.AccessKeyID}), "DeleteAccessKey")
	e.eventuallyRefused(st.attempt("get an object inside"))
}

// isMadeAlready reports whether a method that creates found what it would create.
func isMadeAlready(m method, err error) bool {
	return (m.name == "CreateUser" || m.name == "CreateBucket") && errors.Is(err, fault.AlreadyExists)
}

// refused returns an error unless the system refuses the permission or the key.
func refused(err error) error {
	if errors.Is(err, fault.PermissionDenied) || errors.Is(err, fault.Unauthenticated) {
		return nil
	}
	return fmt.Errorf("want %s or %s, got %s: %v", fault.PermissionDenied, fault.Unauthenticated, fault.CodeOf(err), err) //nolint:errorlint // err may be nil
}

// eventuallyRefused waits until the attempt, with a key that is no more, is refused.
func (e *env) eventuallyRefused(a attempt) {
	e.Helper()
	e.eventually(a.name+" is refused", func() error { return refused(a.do(e.ctx)) })
}

func (e *env) mustBeRefused(a attempt) {
	e.Helper()
	if err := refused(a.do(e.ctx)); err != nil {
		e.Errorf("%s: %v", a.name, err)
	}
}
