package conformance_test

import (
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// harness is the suite's view of a system in memory.
func harness(system *memory.System) conformance.Harness {
	root := system.Root()
	return conformance.Harness{
		Open:   system.Open,
		Config: driver.Config{Credentials: &root},
		Client: func(c *driver.Credentials) (conformance.ObjectClient, error) {
			return requester{Client: system.Client(c)}, nil
		},
		// Nothing in memory takes time.
		ConsistencyTimeout: 5 * time.Second,
		OtherRegion:        "eu-west-1",
	}
}

func TestMemory(t *testing.T) {
	conformance.Run(t, harness(memory.New(memory.Options{})))
}

// quick is a harness for a further system, on which the listings of hundreds are as on the first.
func quick(o memory.Options) conformance.Harness {
	h := harness(memory.New(o))
	h.Quick = true
	return h
}

// A system in which users have one key, no policies of their own, and are named by bucket policies.
func TestMemoryWithBucketPoliciesOnly(t *testing.T) {
	conformance.Run(t, quick(memory.Options{Without: []driver.Capability{
		driver.CapAccessKeys, driver.CapKeyExpiry, driver.CapKeyTags, driver.CapPolicyInline, driver.CapPolicyManaged, driver.CapPolicyBoundary,
		driver.CapRoles, driver.CapSessions,
	}}))
}

// A system on which keys may make keys for their own user, and the policies of users cannot deny.
func TestMemoryWithSelfService(t *testing.T) {
	conformance.Run(t, quick(memory.Options{SelfService: true, Dialect: policy.Dialect{PlainUserPolicies: true}}))
}

// A system with sessions of one's own, and a policy language that lacks an action.
func TestMemoryWithoutRoles(t *testing.T) {
	conformance.Run(t, quick(memory.Options{
		Without: []driver.Capability{
			driver.CapRoles, driver.CapPolicyManaged, driver.CapPolicyBoundary, driver.CapBucketWebsite, driver.CapBucketACL,
			driver.CapBucketPublicAccessBlock, driver.CapBucketCORS, driver.CapBucketRegion,
		},
		Dialect: policy.Dialect{
			RejectedActions:     []string{"s3:GetObjectAcl"},
			MandatoryStatements: []policy.Statement{{Effect: policy.Deny, Action: []string{"iam:CreateAccessKey"}, Resource: []string{"*"}}},
		},
	}))
}
