// Package conformance is the suite that a backend passes before it is used: each sentence of the comments in
// core/driver has a check. [Run] runs it under go test; [Checks] and [Suite] let another program run it check by check.
//
// A check of a declared capability must pass. For a capability that is not declared, its methods must answer
// Unsupported, and the check then reports that it is unsupported. Checks make what they need under names of their own,
// remove it again, and do not depend on each other.
package conformance

import (
	"context"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// Rule is something that a system may or may not enforce.
type Rule string

// The rules.
const (
	// RuleAuthentication: wrong and deleted keys are refused.
	RuleAuthentication Rule = "authentication"
	// RuleUserPolicies: users may do what their policies allow, and nothing else.
	RuleUserPolicies Rule = "user policies"
	// RuleSessionPolicies: sessions may do what their policy allows, and nothing else, and need roles that exist.
	RuleSessionPolicies Rule = "session policies"
	// RulePrefixConditions: conditions on s3:prefix bound listings.
	RulePrefixConditions Rule = "prefix conditions"
	// RuleBoundaries: permissions boundaries exist, are shown, and bound what policies allow.
	RuleBoundaries Rule = "permissions boundaries"
	// RuleBucketPolicies: bucket policies give everybody, or a user, access.
	RuleBucketPolicies Rule = "bucket policies"
	// RuleSettingValues: the system looks at what a bucket's settings say before it takes them.
	RuleSettingValues Rule = "values of bucket settings"
	// RulePolicyDocuments: the system looks at policy documents, and their size, before it takes them.
	RulePolicyDocuments Rule = "policy documents"
	// RuleBucketNames: the system looks at names of buckets and regions.
	RuleBucketNames Rule = "bucket names"
	// RuleUsersWithKeys: users that have keys are not deleted.
	RuleUsersWithKeys Rule = "users with keys"
	// RuleReplacement: creating a bucket again is refused.
	RuleReplacement Rule = "creating buckets once"
)

// Harness is what the suite must know of a backend and the system behind it.
type Harness struct {
	// Open opens the backend.
	Open driver.Opener
	// Config says where the system is, with the credentials of somebody who may do everything.
	Config driver.Config
	// Lacks are capabilities that the backend declares but this system does not have, each with the reason. Their
	// methods must answer Unsupported.
	Lacks map[driver.Capability]string
	// NotEnforced are the rules that this system does not enforce, each with the reason. Their checks are reported as
	// unsupported, with that reason.
	NotEnforced map[Rule]string
	// Client returns a client that is not the backend under test, for somebody's credentials or, with nil, for anybody.
	// Nil means minio-go at the description's EndpointURL.
	Client func(credentials *driver.Credentials) (ObjectClient, error)
	// ManagedPolicy is the ARN of a managed policy that is there; empty for the description's own.
	ManagedPolicy string
	// OtherRegion is a region to create a bucket in; empty for the driver's own.
	OtherRegion string
	// Prefix starts every name that the suite makes; empty for "s3c".
	Prefix string
	// Settle is how long the system may need until a change is in force everywhere; 0 for 30 seconds.
	Settle time.Duration
	// Within is how long one check may take; 0 for 90 seconds.
	Within time.Duration
}

// ObjectClient is an independent client. Its errors have a code of package fault: PermissionDenied where the
// system forbids the call.
type ObjectClient interface {
	Put(ctx context.Context, bucket, key string, data []byte) error
	Get(ctx context.Context, bucket, key string) ([]byte, error)
	Delete(ctx context.Context, bucket, key string) error
	List(ctx context.Context, bucket, prefix string) ([]string, error)
	DeleteBucket(ctx context.Context, bucket string) error
	PutBucketPolicy(ctx context.Context, bucket, document string) error
}

// T is what a check reports to: a part of testing.TB, so that checks run outside of go test too.
type T interface {
	Name() string
	Helper()
	Context() context.Context
	TempDir() string
	Cleanup(func())
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	// Fatalf ends the check.
	Fatalf(format string, args ...any)
	// Unsupported ends the check: the backend or the system cannot do this, as it says itself.
	Unsupported(format string, args ...any)
	// Lied reports that a backend declares what it does not do, or does what it does not declare. It ends the check.
	Lied(format string, args ...any)
}

// Check is one check.
type Check struct {
	// Name says what must be true; it is unique. Family is the file that the check is in.
	Name, Family string
	// Requires are the capabilities without which there is nothing to check.
	Requires []driver.Capability
	// Rules are what the system must enforce for the check to make sense.
	Rules []Rule
	Run   func(*Env)
}

// Checks returns every check, in a fixed order.
func Checks() []Check {
	var all []Check
	for _, family := range []struct {
		name   string
		checks []Check
	}{
		{"describe", describeChecks()},
		{"users", userChecks()},
		{"keys", keyChecks()},
		{"roles", roleChecks()},
		{"sessions", sessionChecks()},
		{"inline", inlineChecks()},
		{"managed", managedChecks()},
		{"bucket", bucketChecks()},
		{"settings", settingChecks()},
		{"objects", objectChecks()},
		{"transfer", transferChecks()},
		{"errors", errorChecks()},
		{"undeclared", undeclaredChecks()},
		{"enforcement", enforcementChecks()},
	} {
		for _, c := range family.checks {
			c.Family = family.name
			all = append(all, c)
		}
	}
	return all
}
