package conformance

import (
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

func grantChecks() []Check {
	grants := []driver.Capability{driver.CapUsers, driver.CapPolicyGrant}
	enforced := append(slices.Clone(grants), driver.CapObjects)
	checks := []Check{
		{Name: "a grant is listed as it was put, and a further one takes its place", Requires: grants, together: true, run: grantIsListed},
		{Name: "grants are listed by bucket, and end with the bucket", Requires: grants, run: grantsAreSorted},
		{Name: "a grant to a user, or in a bucket, that is missing is not found", Requires: grants, run: grantMissing},
		{Name: "a user of a former user's name has none of its grants", Requires: grants, run: grantsEndWithUser},
		{Name: "what a grant gave is denied after it", Requires: enforced, Rules: []Rule{RuleUserPolicies}, run: grantEnds},
		{Name: "a user that is its key ends when it was asked to", Requires: []driver.Capability{driver.CapUsers, driver.CapKeyExpiry}, run: userEnds},
		{Name: "a user that is its key is refused after its end", Requires: []driver.Capability{driver.CapUsers, driver.CapKeyExpiry}, Rules: []Rule{RuleAuthentication}, run: userIsRefusedAfterItsEnd},
	}
	for _, g := range []driver.BucketGrant{{Read: true}, {Read: true, Write: true}, {Write: true}} {
		s := scope{name: g.AccessName(), access: g.Access()}
		checks = append(checks, Check{Name: "a " + s.name + " grant gives just that", Requires: enforced, Rules: []Rule{RuleUserPolicies}, run: func(e *env) {
			e.tryScope(s, (*env).grantedKey)
		}})
	}
	return checks
}

// putGrant gives a user a grant.
func (e *env) putGrant(user string, g driver.BucketGrant) {
	e.Helper()
	e.ok(e.Driver.PutGrant(e.ctx, driver.PutGrantRequest{UserName: user, Grant: g}), "PutGrant(%+v)", g)
}

// wantGrants fails the check unless the user has these grants.
func (e *env) wantGrants(user string, want ...driver.BucketGrant) {
	e.Helper()
	got := all(e, e.Driver.ListGrants(e.ctx, driver.ListGrantsRequest{UserName: user}), "ListGrants")
	if !slices.Equal(got, want) {
		e.Errorf("the grants are %+v, want %+v", got, want)
	}
}

// grantedKey creates a user with the grant that gives what the document allows, and returns its key.
func (e *env) grantedKey(bucket string, doc policy.Document) driver.Credentials {
	e.Helper()
	g, ok := driver.GrantOf(bucket, doc, e.Description.Partition)
	if !ok {
		e.Unsupported("no grant gives just that")
	}
	user, own := e.newUser()
	e.putGrant(user, g)
	return credentialsOf(e.newKey(user, own))
}

func grantIsListed(e *env) {
	bucket := e.newBucket()
	user, _ := e.newUser()
	e.wantGrants(user)
	for _, g := range []driver.BucketGrant{
		{Read: true}, {Read: true, Write: true}, {Write: true}, {Owner: true}, {Read: true, Write: true, Owner: true}, {Read: true},
	} {
		g.Bucket = bucket
		e.putGrant(user, g)
		e.wantGrants(user, g)
		e.putGrant(user, g)
		e.wantGrants(user, g)
	}
	for range 2 {
		e.putGrant(user, driver.BucketGrant{Bucket: bucket})
		e.wantGrants(user)
	}
}

func grantsAreSorted(e *env) {
	buckets := []string{e.newBucket(), e.newBucket(), e.newBucket()}
	slices.Sort(buckets)
	user, _ := e.newUser()
	other, _ := e.newUser()
	var want []driver.BucketGrant
	for _, b := range slices.Backward(buckets) {
		g := driver.BucketGrant{Bucket: b, Read: true}
		e.putGrant(user, g)
		want = append([]driver.BucketGrant{g}, want...)
	}
	e.wantGrants(user, want...)
	e.wantGrants(other)
	e.ok(e.Driver.DeleteBucket(e.ctx, driver.DeleteBucketRequest{Bucket: buckets[1]}), "DeleteBucket")
	e.ok(e.Driver.CreateBucket(e.ctx, driver.CreateBucketRequest{Bucket: buckets[1]}), "CreateBucket again")
	e.wantGrants(user, want[0], want[2])
}

func grantMissing(e *env) {
	bucket, missing := e.newBucket(), e.name("u")
	user, _ := e.newUser()
	for _, g := range []driver.BucketGrant{{Read: true}, {}} {
		g.Bucket = bucket
		e.want(e.Driver.PutGrant(e.ctx, driver.PutGrantRequest{UserName: missing, Grant: g}), fault.NotFound, "PutGrant to a user that does not exist")
		g.Bucket = e.name("b")
		e.want(e.Driver.PutGrant(e.ctx, driver.PutGrantRequest{UserName: user, Grant: g}), fault.NotFound, "PutGrant in a bucket that does not exist")
	}
	wantListing(e, e.Driver.ListGrants(e.ctx, driver.ListGrantsRequest{UserName: missing}), fault.NotFound, "ListGrants of a user that does not exist")
}

func grantsEndWithUser(e *env) {
	bucket := e.newBucket()
	user, _ := e.newUser()
	e.putGrant(user, driver.BucketGrant{Bucket: bucket, Read: true})
	e.ok(e.stripUser(e.ctx, user), "taking everything else from the user")
	e.ok(e.Driver.DeleteUser(e.ctx, driver.DeleteUserRequest{Name: user}), "DeleteUser of one with a grant")
	e.newUserWith(driver.CreateUserRequest{Name: user})
	e.wantGrants(user)
}

func grantEnds(e *env) {
	st := e.newStage()
	user, own := e.newUser()
	credentials := credentialsOf(e.newKey(user, own))
	st.client = e.client(&credentials)
	read := driver.BucketGrant{Bucket: st.bucket, Read: true}
	e.putGrant(user, read)
	e.mustWork(st.attempt("get an object inside"))
	e.mustBeDenied(st.attempt("put an object inside"))
	e.putGrant(user, driver.BucketGrant{Bucket: st.bucket, Write: true})
	e.mustWork(st.attempt("put an object inside"))
	e.eventuallyDenied(st.attempt("get an object inside"))
	e.putGrant(user, driver.BucketGrant{Bucket: st.bucket})
	for _, name := range []string{"put an object inside", "delete an object inside", "list everything"} {
		e.eventuallyDenied(st.attempt(name))
	}
}

// newUserUntil creates a user that is its key, and ends.
func (e *env) newUserUntil(end time.Time) (string, driver.AccessKey) {
	e.Helper()
	if e.has(driver.CapAccessKeys) {
		e.Unsupported("a user has keys of its own, which end")
	}
	name, key := e.newUserWith(driver.CreateUserRequest{Name: e.name("u"), Expires: end})
	if key == nil || strings.TrimSpace(key.SecretAccessKey) == "" {
		e.Fatalf("the user came without its key")
	}
	return name, *key
}

func userEnds(e *env) {
	end := time.Now().Add(e.leastEnd() + time.Hour).Truncate(time.Second)
	name, key := e.newUserUntil(end)
	found, err := e.Driver.GetUser(e.ctx, driver.GetUserRequest{Name: name})
	e.ok(err, "GetUser")
	if !found.Expires.Equal(end) || !key.Expires.Equal(end) {
		e.Errorf("the user ends at %v, and its key at %v, want %v", found.Expires, key.Expires, end)
	}
	end = end.Add(time.Hour)
	e.ok(e.Driver.SetAccessKeyExpiry(e.ctx, driver.SetAccessKeyExpiryRequest{UserName: name, AccessKeyID: key.AccessKeyID, Expires: end}), "SetAccessKeyExpiry")
	for _, u := range all(e, e.Driver.ListUsers(e.ctx), "ListUsers") {
		if u.Name == name && !u.Expires.Equal(end) {
			e.Errorf("the user is listed with the end %v, want %v", u.Expires, end)
		}
	}
	other, _ := e.newUser()
	request := driver.SetAccessKeyExpiryRequest{UserName: other, AccessKeyID: key.AccessKeyID, Expires: end}
	e.want(e.Driver.SetAccessKeyExpiry(e.ctx, request), fault.NotFound, "SetAccessKeyExpiry of another user's key")
}

func userIsRefusedAfterItsEnd(e *env) {
	if e.leastEnd() > longestEnd {
		e.Unsupported("the least time of a key is too long to wait for: %s", e.leastEnd())
	}
	_, key := e.newUserUntil(time.Now().Add(e.leastEnd() + 3*time.Second))
	d := e.as(credentialsOf(key))
	_, err := d.WhoAmI(e.ctx)
	e.ok(err, "WhoAmI with a key before its end")
	e.waitUntil(key.Expires)
	e.eventually("WhoAmI with a key after its end fails with Unauthenticated", func() error {
		_, err := d.WhoAmI(e.ctx)
		return mustBe(err, fault.Unauthenticated)
	})
}
