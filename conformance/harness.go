// Package conformance tests that a backend does what core/driver specifies: each sentence of the contract has a check.
// A backend in Go runs it as a test against a real system, with the credentials of an administrator:
//
//	func TestConformance(t *testing.T) {
//		conformance.Run(t, conformance.Harness{
//			Open: acme.Open,
//			Config: driver.Config{
//				EndpointURL: "http://127.0.0.1:9000",
//				Credentials: &driver.Credentials{AccessKeyID: "admin", SecretAccessKey: "password"},
//			},
//		})
//	}
//
// To test a plugin as a process, in whichever language it is written, open it with a host.Supervisor, or run the program
// s3-credentials-conformance. A program with a report of its own runs the [Checks] one by one with a [Suite].
//
// A check of a declared capability must pass. The methods of an undeclared one must answer Unsupported, and its checks then
// end as unsupported (under go test: skipped). A backend that declares what it does not do, or does what it does not
// declare, is reported as a mismatch. Checks create what they need under unique names, remove it again, and do not depend on
// each other, so that they run in parallel.
package conformance

import (
	"context"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// Version is the version of the suite: a backend passes suite 2. It grows when a check is added or made stricter, so that a
// backend that passed may have to be mended to pass again.
const Version = 2

// Rule is something that the system behind a backend may or may not enforce. Its value is for messages.
type Rule string

// The rules.
const (
	// RuleAuthentication: the system refuses wrong and deleted keys.
	RuleAuthentication Rule = "authentication"
	// RuleUserPolicies: users may do what their policies allow, and nothing else.
	RuleUserPolicies Rule = "user policies"
	// RuleSessionPolicies: sessions may do what their policy allows, and nothing else, and need roles that exist.
	RuleSessionPolicies Rule = "session policies"
	// RulePrefixConditions: conditions on s3:prefix bound listings.
	RulePrefixConditions Rule = "prefix conditions"
	// RulePolicyTime: conditions on aws:CurrentTime end what the policies of users allow.
	RulePolicyTime Rule = "conditions on the time"
	// RuleBoundaries: permissions boundaries exist, are shown, and bound what policies allow.
	RuleBoundaries Rule = "permissions boundaries"
	// RuleBucketPolicies: bucket policies give access to everybody, or to a user.
	RuleBucketPolicies Rule = "bucket policies"
	// RuleSettingValues: the system rejects invalid bucket settings.
	RuleSettingValues Rule = "values of bucket settings"
	// RulePolicyDocuments: the system rejects invalid and oversized policy documents.
	RulePolicyDocuments Rule = "policy documents"
	// RuleDocumentSizes: the system accepts policy documents as large as the description permits.
	RuleDocumentSizes Rule = "document sizes"
	// RulePages: the system lists users and roles in pages, so that a backend may miss some.
	RulePages Rule = "pages"
	// RuleBucketNames: the system rejects invalid names of buckets and regions.
	RuleBucketNames Rule = "bucket names"
	// RuleUsersWithKeys: the system refuses to delete a user that has keys.
	RuleUsersWithKeys Rule = "users with keys"
	// RuleRoleDescriptions: the system keeps the descriptions of roles.
	RuleRoleDescriptions Rule = "descriptions of roles"
	// RuleReplacement: the system refuses to create a bucket that exists.
	RuleReplacement Rule = "creating buckets once"
	// RuleObjectACLs: an object's ACL decides who may read it.
	RuleObjectACLs Rule = "ACLs of objects"
	// RuleStorageClasses: the system keeps an object's storage class, or refuses it.
	RuleStorageClasses Rule = "storage classes"
)

// Rules returns every rule.
func Rules() []Rule {
	return []Rule{
		RuleAuthentication, RuleUserPolicies, RuleSessionPolicies, RulePrefixConditions, RuleBoundaries, RuleBucketPolicies,
		RuleSettingValues, RulePolicyDocuments, RuleDocumentSizes, RulePages, RuleBucketNames, RuleUsersWithKeys, RuleRoleDescriptions, RuleReplacement,
		RuleObjectACLs, RuleStorageClasses,
	}
}

// Harness describes the backend under test and the system behind it. Open and Config are required.
type Harness struct {
	// Open opens the backend.
	Open driver.Opener
	// Config names the system. Its credentials, or those that the backend finds by itself, must be an administrator's.
	Config driver.Config
	// Process is the backend's process, which the suite watches; nil for a backend in this process.
	Process Process
	// Lacks maps capabilities that the backend declares, but this system does not have, to the reason. Their methods must
	// answer Unsupported.
	Lacks map[driver.Capability]string
	// NotEnforced maps rules that this system does not enforce to the reason. Checks that need one end as unsupported, with
	// the reason.
	NotEnforced map[Rule]string
	// Implications are what this system permits beyond the dialect of the backend, because it differs from the one that the
	// backend is for. The report names them, and no check fails for one.
	Implications []policy.Implication
	// Client returns a client with the credentials, or without any for nil, that is independent of the backend under test.
	// A nil Client means NewObjectClient at the EndpointURL of the backend's description.
	Client func(credentials *driver.Credentials) (ObjectClient, error)
	// ManagedPolicy is the ARN of an existing managed policy; empty for a policy of the backend's description.
	ManagedPolicy string
	// OtherRegion is a region to create a bucket in; empty for the backend's region.
	OtherRegion string
	// Group is the name of a group that has policies, and GroupMember that of a user in it; both are empty if there is none.
	Group, GroupMember string
	// Prefix begins every name that the suite creates: small letters and digits; empty for "s3c".
	Prefix string
	// ConsistencyTimeout is how long a change may take to come into force everywhere in the system; 0 for 30 seconds.
	ConsistencyTimeout time.Duration
	// CheckTimeout is how long one check may take; 0 for 90 seconds.
	CheckTimeout time.Duration
	// Quick leaves out the checks that make hundreds of users, roles or objects.
	Quick bool
}

// Process is what a backend's process does besides answering. Each method returns what is new since its last call. A
// host.Supervisor is a Process.
type Process interface {
	// Crashes returns how processes ended by themselves.
	Crashes() []string
	// Breaches returns how the contract was broken where the host makes up for it.
	Breaches() []string
	// Log returns what was written to the log.
	Log() string
}

// ObjectClient is an S3 client that is independent of the backend under test. Its errors have a code of package fault:
// PermissionDenied if the credentials may not make the call, Unauthenticated if the system does not accept them, NotFound if
// the bucket or object does not exist. List returns the keys of all objects with the prefix, in folders too.
type ObjectClient interface {
	Put(ctx context.Context, bucket, key string, data []byte) error
	Get(ctx context.Context, bucket, key string) ([]byte, error)
	Delete(ctx context.Context, bucket, key string) error
	List(ctx context.Context, bucket, prefix string) ([]string, error)
	DeleteBucket(ctx context.Context, bucket string) error
	PutBucketPolicy(ctx context.Context, bucket, document string) error
}

// T receives the outcome of a check. Most of it is part of testing.TB, so that checks run under go test and outside of it.
type T interface {
	Name() string
	Helper()
	Context() context.Context
	TempDir() string
	Cleanup(func())
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	// Fatalf fails the check and ends it.
	Fatalf(format string, args ...any)
	// Unsupported ends the check: the backend or the system cannot do this, as declared.
	Unsupported(format string, args ...any)
	// Mismatch fails the check and ends it: the backend declares what it does not do, or does what it does not declare.
	Mismatch(format string, args ...any)
}

// Check is one check.
type Check struct {
	// Name says what must be true. It is unique within the Family, which groups checks of one subject.
	Name, Family string
	// Requires are the capabilities that the check tests.
	Requires []driver.Capability
	// Rules are what the system must enforce for the check to be meaningful.
	Rules []Rule
	// Slow is set for checks that make hundreds of users, roles or objects. Harness.Quick leaves them out.
	Slow bool
	// together is set for checks that are also run at the same time as others.
	together bool
	run      func(*env)
}

// Checks returns every check, in a fixed order. [Suite.Run] runs one.
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
		{"groups", groupChecks()},
		{"grants", grantChecks()},
		{"bucket", bucketChecks()},
		{"settings", settingChecks()},
		{"objects", objectChecks()},
		{"options", objectOptionChecks()},
		{"transfer", transferChecks()},
		{"pages", pageChecks()},
		{"limits", limitChecks()},
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
