package seaweedfs

import (
	"slices"

	"github.com/s3-credentials/s3-credentials/backends/iam"
	"github.com/s3-credentials/s3-credentials/backends/s3"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/version"
)

// The limits that the server keeps, measured on version 4.53. It has none for the policies of a user, nor for the number of its keys.
const (
	maxSessionPolicyBytes = 2048
	maxBucketPolicyBytes  = 20480
	minSessionSeconds     = 15 * 60
	maxSessionSeconds     = 12 * 60 * 60
)

// lacking are the capabilities that SeaweedFS does not have, or not as they are meant. It has one region, whatever a request names; makes
// users without the boundary that was asked for; and knows no time in the policies of users, so that one with an end allows nothing. The trust
// policy of a role cannot admit an account, and a role has no policies of its own.
var lacking = []driver.Capability{
	driver.CapBucketRegion, driver.CapBucketWebsite, driver.CapKeyExpiry, driver.CapKeyTags, driver.CapKeyUse, driver.CapPolicyBoundary,
	driver.CapPolicyGrant, driver.CapPolicyPrincipal, driver.CapPolicyTime, driver.CapRoles,
}

func describe(store *s3.Store) driver.Description {
	return driver.Description{
		Name:    Name,
		Version: version.Number(),
		Capabilities: slices.DeleteFunc(driver.AllCapabilities(), func(c driver.Capability) bool {
			return slices.Contains(lacking, c)
		}),
		Partition:   "aws",
		Region:      store.Region,
		EndpointURL: store.EndpointURL(),
		Dialect:     dialect(),
		Names:       iam.Names(),
		Limits: driver.Limits{
			SessionPolicyBytes: maxSessionPolicyBytes, BucketPolicyBytes: maxBucketPolicyBytes,
			MinSessionSeconds: minSessionSeconds, MaxSessionSeconds: maxSessionSeconds,
		},
	}
}
