package versitygw

import (
	"slices"

	"github.com/s3-credentials/s3-credentials/backends/iam"
	"github.com/s3-credentials/s3-credentials/backends/s3"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/version"
)

// The limits that the server keeps are IAM's.
const (
	maxUserPolicyBytes = 2048
	maxAccessKeys      = 2
)

// lacking are the capabilities that VersityGW does not have. It makes users without the boundary that was asked for,
// and takes an object's ACL and storage class and ignores them.
var lacking = []driver.Capability{
	driver.CapObjectACL, driver.CapObjectStorageClass,
	driver.CapBucketPublicAccessBlock, driver.CapKeyExpiry, driver.CapKeyTags, driver.CapPolicyBoundary, driver.CapPolicyGrant, driver.CapPolicyGroup,
	driver.CapPolicyManaged, driver.CapPolicyPrincipal, driver.CapRoles, driver.CapSessions,
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
		Names:       iam.Names(),
		Limits: driver.Limits{
			InlinePolicyBytes: maxUserPolicyBytes, InlinePolicyTotalBytes: maxUserPolicyBytes, IgnoreWhitespace: true,
			AccessKeysPerUser: maxAccessKeys,
		},
	}
}
