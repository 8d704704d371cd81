package conformance

import (
	"fmt"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// limitChecks try the largest that the description permits: the engine makes it because of what the description says.
func limitChecks() []Check {
	inline, sizes := []driver.Capability{driver.CapUsers, driver.CapPolicyInline}, []Rule{RuleDocumentSizes}
	return []Check{
		{Name: "an inline policy of the largest size is accepted", Requires: inline, Rules: sizes, run: largestInline},
		{Name: "inline policies of the largest total size are accepted", Requires: inline, Rules: sizes, run: largestTotal},
		{Name: "a session policy of the largest size is accepted", Requires: []driver.Capability{driver.CapSessions}, Rules: sizes, run: largestSession},
		{Name: "a bucket policy of the largest size is accepted", Requires: []driver.Capability{driver.CapBucketPolicy}, Rules: sizes, run: largestBucketPolicy},
		{Name: "a user name of the largest length is accepted", Requires: []driver.Capability{driver.CapUsers}, run: longestUserName},
		{Name: "a policy name of the largest length is accepted", Requires: inline, run: longestPolicyName},
		{Name: "a session of the shortest and the longest duration is opened", Requires: []driver.Capability{driver.CapSessions}, run: sessionBounds},
	}
}

// limit ends the check where no limit is known.
func (e *env) limit(n int) int {
	e.Helper()
	if n == 0 {
		e.Unsupported("no limit is known")
	}
	return n
}

// sized returns a policy of just that size, about objects of the bucket.
func (e *env) sized(bucket string, size int, ignoreWhitespace bool, statement policy.Statement) policy.Document {
	e.Helper()
	doc := policy.Document{Version: policy.Version, Statement: []policy.Statement{statement}}
	base := e.arn(bucket, "")
	resources := []string{base}
	missing := func() int {
		doc.Statement[0].Resource = resources
		return size - policy.Size(e.compile(doc), ignoreWhitespace)
	}
	for i := 0; missing() > 300; i++ {
		resources = append(resources, fmt.Sprintf("%s%d/%s", base, i, strings.Repeat("x", 100)))
	}
	if missing() < 0 {
		e.Fatalf("no policy has as little as %d bytes", size)
	}
	resources[0] += strings.Repeat("x", missing())
	doc.Statement[0].Resource = resources
	return e.compile(doc)
}

func allowGet() policy.Statement {
	return policy.Statement{Effect: policy.Allow, Action: []string{"s3:GetObject"}}
}

func largestInline(e *env) {
	limits := e.Description.Limits
	size := e.limit(limits.InlinePolicyBytes)
	if total := limits.InlinePolicyTotalBytes; total > 0 {
		size = min(size, total)
	}
	user, _ := e.newUser()
	p, name := driver.UserPrincipal(user), e.name("p")
	doc := e.sized("bucket", size, limits.IgnoreWhitespace, allowGet())
	e.putPolicy(p, name, doc)
	e.hasPolicy(p, name, doc)
}

func largestTotal(e *env) {
	limits := e.Description.Limits
	total := e.limit(limits.InlinePolicyTotalBytes)
	user, _ := e.newUser()
	p := driver.UserPrincipal(user)
	for _, size := range []int{total / 2, total - total/2} {
		name, doc := e.name("p"), e.sized("bucket", size, limits.IgnoreWhitespace, allowGet())
		e.putPolicy(p, name, doc)
		e.hasPolicy(p, name, doc)
	}
}

func largestSession(e *env) {
	e.newSession(e.sized("bucket", e.limit(e.Description.Limits.SessionPolicyBytes), false, allowGet()).JSON())
}

func largestBucketPolicy(e *env) {
	limits := e.Description.Limits
	size, bucket := e.limit(limits.BucketPolicyBytes), e.newBucket()
	alone := *e
	alone.Description.Dialect.MandatoryStatements = nil // they belong into policies of users and sessions
	value := bucketPolicy(alone.sized(bucket, size, limits.IgnoreWhitespace, policy.Statement{
		Effect: policy.Deny, Principal: &policy.Principal{Any: true}, Action: []string{"s3:PutObject"},
	}))
	e.putSetting(bucket, value)
	e.hasSetting(bucket, value)
}

// padded returns a unique name of just that length.
func (e *env) padded(kind string, length int) string {
	e.Helper()
	name := e.name(kind)
	if len(name) > length {
		e.Unsupported("names have at most %d characters", length)
	}
	return name + strings.Repeat("x", length-len(name))
}

func longestUserName(e *env) {
	name := e.padded("u", e.limit(e.Description.Names.User.Max))
	e.newUserWith(driver.CreateUserRequest{Name: name})
	if n := e.countUsers(name); n != 1 {
		e.Errorf("listed %d times, want once", n)
	}
}

func longestPolicyName(e *env) {
	name := e.padded("p", e.limit(e.Description.Names.Policy.Max))
	user, _ := e.newUser()
	p, doc := driver.UserPrincipal(user), e.custom("bucket", "key")
	e.putPolicy(p, name, doc)
	e.hasPolicy(p, name, doc)
}

// longestSession is the longest session that the suite opens, because nothing ends it.
const longestSession = 12 * 60 * 60

func sessionBounds(e *env) {
	limits := e.Description.Limits
	for _, seconds := range []int{e.limit(limits.MinSessionSeconds), limits.MaxSessionSeconds} {
		if seconds == 0 || seconds > longestSession {
			continue
		}
		e.openSession(e.custom("bucket", "key").JSON(), seconds)
	}
}
