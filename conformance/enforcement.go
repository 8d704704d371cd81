package conformance

import (
	"slices"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

func enforcementChecks() []Check {
	permanent := []driver.Capability{driver.CapUsers, driver.CapPolicyInline, driver.CapObjects}
	temporary := []driver.Capability{driver.CapSessions, driver.CapObjects}
	principal := []driver.Capability{driver.CapUsers, driver.CapPolicyPrincipal, driver.CapBucketPolicy, driver.CapObjects}
	var checks []Check
	for _, s := range scopes() {
		checks = append(checks,
			Check{Name: "a " + s.name + " key may do just that", Requires: permanent, Rules: []Rule{RuleUserPolicies}, run: func(e *env) {
				e.tryScope(s, (*env).permanentKey)
			}},
			Check{Name: "a " + s.name + " session may do just that", Requires: temporary, Rules: []Rule{RuleSessionPolicies}, run: func(e *env) {
				e.tryScope(s, (*env).temporaryKey)
			}},
			Check{Name: "a " + s.name + " user whom a bucket policy names may do just that", Requires: principal, Rules: []Rule{RuleBucketPolicies}, run: func(e *env) {
				e.tryScope(s, (*env).namedKey)
			}},
		)
	}
	checks = append(checks, deniedChecks()...)
	return append(checks,
		Check{Name: "a user without policies may do nothing", Requires: []driver.Capability{driver.CapUsers, driver.CapObjects}, Rules: []Rule{RuleUserPolicies}, run: newUserMayNothing},
		Check{Name: "a key may not make users, keys or policies", Requires: permanent, Rules: []Rule{RuleUserPolicies}, run: keyMayNotAdminister},
		Check{Name: "a session of a user may not do more than the user", Requires: append(slices.Clone(permanent), driver.CapSessions), Rules: []Rule{RuleUserPolicies, RuleSessionPolicies}, run: sessionIsNoWiderThanUser},
		Check{Name: "what a deleted policy allowed is denied", Requires: permanent, Rules: []Rule{RuleUserPolicies}, run: deletedPolicyDenies},
		Check{Name: "a replaced policy allows no more than the new one", Requires: permanent, Rules: []Rule{RuleUserPolicies}, run: replacedPolicyNarrows},
		Check{Name: "a probe says what a key may do, and changes nothing", Requires: append(slices.Clone(permanent), driver.CapPolicyProbe), Rules: []Rule{RuleUserPolicies}, together: true, run: probesTellTheTruth},
		Check{Name: "a policy allows until the time that it says", Requires: append(slices.Clone(permanent), driver.CapPolicyTime), Rules: []Rule{RuleUserPolicies, RulePolicyTime}, run: policyEnds},
		Check{Name: "a boundary bounds what a policy allows", Requires: append(slices.Clone(permanent), driver.CapPolicyBoundary), Rules: []Rule{RuleUserPolicies, RuleBoundaries}, run: boundaryBounds},
		Check{Name: "a public bucket is read by anybody, and only read", Requires: []driver.Capability{driver.CapBucketPolicy, driver.CapObjects}, Rules: []Rule{RuleBucketPolicies}, run: publicIsReadOnly},
		Check{Name: "what everybody may do, a key may do too where bucket policies are for keys", Requires: []driver.Capability{driver.CapUsers, driver.CapBucketPolicy, driver.CapObjects}, Rules: []Rule{RuleUserPolicies, RuleBucketPolicies}, run: publicIsForKeys},
	)
}

func newUserMayNothing(e *env) {
	st := e.newStage()
	key := e.powerlessKey()
	st.client = e.client(&key)
	for _, a := range st.attempts() {
		e.mustBeDenied(a)
	}
}

// readOnlyUser creates a user who may read a stage's bucket, and waits until its key works.
func (e *env) readOnlyUser(st *stage) (user, policyName string, key driver.Credentials) {
	e.Helper()
	user, own := e.newUser()
	policyName = e.name("p")
	e.putPolicy(driver.UserPrincipal(user), policyName, e.document(policy.ReadOnly, st.bucket, ""))
	made := e.newKey(user, own)
	st.caveat, key = made.Caveat, credentialsOf(made)
	st.client = e.client(&key)
	e.mustWork(st.attempt("get an object inside"))
	return user, policyName, key
}

func keyMayNotAdminister(e *env) {
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
		e.mayMakeKeys(d, user, st.caveat)
	}
	_, err = e.Driver.GetUser(e.ctx, driver.GetUserRequest{Name: other})
	e.want(err, fault.NotFound, "GetUser of whom the key tried to create")
}

// mayMakeKeys fails the check unless a user's key may make another one just if the caveat of the first says so.
func (e *env) mayMakeKeys(d driver.Driver, user, caveat string) {
	e.Helper()
	_, err := d.CreateAccessKey(e.ctx, driver.CreateAccessKeyRequest{UserName: user})
	want := 1
	if caveat == "" {
		e.want(err, fault.PermissionDenied, "CreateAccessKey for oneself, of which the key has no caveat")
	} else {
		want = 2
		e.ok(err, "CreateAccessKey for oneself, of which the key has the caveat %q", caveat)
	}
	if keys := e.keysOf(user); len(keys) != want {
		e.Errorf("the user has %d keys, want %d", len(keys), want)
	}
}

func sessionIsNoWiderThanUser(e *env) {
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

func deletedPolicyDenies(e *env) {
	st := e.newStage()
	user, policyName, _ := e.readOnlyUser(st)
	e.ok(e.Driver.DeletePolicy(e.ctx, driver.DeletePolicyRequest{Principal: driver.UserPrincipal(user), Name: policyName}), "DeletePolicy")
	e.eventuallyDenied(st.attempt("get an object inside"))
}

func replacedPolicyNarrows(e *env) {
	st := e.newStage()
	user, policyName, _ := e.readOnlyUser(st)
	e.putPolicy(driver.UserPrincipal(user), policyName, e.document(policy.WriteOnly, st.bucket, ""))
	e.mustWork(st.attempt("put an object inside"))
	e.eventuallyDenied(st.attempt("get an object inside"))
}

// policyEnds gives a user a policy that ended an hour ago, and in its place one that ends in an hour.
func policyEnds(e *env) {
	st := e.newStage()
	user, own := e.newUser()
	credentials := credentialsOf(e.newKey(user, own))
	st.client = e.client(&credentials)
	name := e.name("p")
	put := func(end time.Time) {
		document, err := policy.Until(e.document(policy.ReadOnly, st.bucket, ""), end)
		e.ok(err, "policy.Until")
		e.putPolicy(driver.UserPrincipal(user), name, document)
	}
	put(time.Now().Add(time.Hour))
	e.mustWork(st.attempt("get an object inside"))
	put(time.Now().Add(-time.Hour))
	e.eventuallyDenied(st.attempt("get an object inside"))
	put(time.Now().Add(time.Hour))
	e.mustWork(st.attempt("get an object inside"))
}

func boundaryBounds(e *env) {
	st := e.newStage()
	user, own := e.newUserWith(driver.CreateUserRequest{Name: e.name("u"), PermissionsBoundary: e.Description.Boundaries.ReadOnly})
	e.putPolicy(driver.UserPrincipal(user), e.name("p"), e.document(policy.ReadWrite, st.bucket, ""))
	credentials := credentialsOf(e.newKey(user, own))
	st.client = e.client(&credentials)
	e.mustWork(st.attempt("get an object inside"))
	e.mustBeDenied(st.attempt("put an object inside"))
}

func publicIsReadOnly(e *env) {
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

// publicIsForKeys holds the system against Dialect.AnonymousBucketPolicies.
func publicIsForKeys(e *env) {
	st := e.newStage()
	key := e.powerlessKey()
	e.putSetting(st.bucket, bucketPolicy(policy.PublicGet(st.bucket, e.Description.Partition)))
	st.client = e.client(nil)
	e.mustWork(st.attempt("get an object inside"))
	st.client = e.client(&key)
	if e.Description.Dialect.AnonymousBucketPolicies {
		e.mustBeDenied(st.attempt("get an object inside"))
		return
	}
	e.mustWork(st.attempt("get an object inside"))
}
