package ceph

import (
	"slices"

	"github.com/s3-credentials/s3-credentials/backends/s3"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/version"
)

// The gateway's limits, measured on 16.2.15. It has none for policies of users, and none for a user's keys.
const (
	maxSessionPolicyBytes = 2048
	minSessionSeconds     = 15 * 60
	maxSessionSeconds     = 12 * 60 * 60
)

// userPattern is IAM's without "+", which the gateway's IAM API takes for a space; policies and roles have no "_" either.
const (
	userPattern   = `[\w=,.@-]+`
	policyPattern = `[A-Za-z0-9=,.@-]+`
	rolePattern   = `[A-Za-z0-9$=,.@-]+`
)

func describe(store *s3.Store) driver.Description {
	return driver.Description{
		Name:         Name,
		Version:      version.Number(),
		Capabilities: capabilities(),
		Partition:    "aws",
		Region:       store.Region,
		EndpointURL:  store.EndpointURL(),
		Dialect:      dialect(),
		Names: driver.Names{
			User:      driver.NameRule{Min: 1, Max: 64, Pattern: userPattern},
			Policy:    driver.NameRule{Min: 1, Max: 128, Pattern: policyPattern},
			Role:      driver.NameRule{Min: 1, Max: 64, Pattern: rolePattern},
			Session:   driver.NameRule{Min: 2, Max: 64, Pattern: userPattern},
			Separator: ",",
		},
		Limits: driver.Limits{
			SessionPolicyBytes: maxSessionPolicyBytes, MinSessionSeconds: minSessionSeconds, MaxSessionSeconds: maxSessionSeconds,
		},
		SessionRole: sessionRole(),
		Principal:   "arn:aws:iam:::user/{user}",
	}
}

func capabilities() []driver.Capability {
	declared := []driver.Capability{
		driver.CapUsers, driver.CapAccessKeys, driver.CapRoles, driver.CapSessions,
		driver.CapPolicyInline, driver.CapPolicyPrincipal, driver.CapPolicyTime, driver.CapPolicyProbe,
		driver.CapBucketPolicy, driver.CapBucketPolicyStatus, driver.CapBucketCORS, driver.CapBucketACL, driver.CapBucketPublicAccessBlock,
		driver.CapBucketEmpty, driver.CapObjects, driver.CapObjectMetadata, driver.CapObjectACL, driver.CapObjectStorageClass,
	}
	slices.Sort(declared)
	return declared
}

// sessionRole is the caller's own role. The gateway looks at nothing but the role's trust: one that trusts an account would let
// every user of the tenant do all that the role may.
func sessionRole() *driver.SessionRole {
	return &driver.SessionRole{
		Name:              "s3-credentials.{user}",
		Policy:            `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":["*"]}]}`,
		TrustPrincipal:    "{arn}",
		MaxSessionSeconds: maxSessionSeconds,
	}
}
