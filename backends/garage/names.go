package garage

import (
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/version"
)

// maxName is this backend's: Garage 2.5.0 takes a name of any length and of any text for a key.
const maxName = 200

// capabilities are what Garage 2.5.0 has. It has no policies, no ACLs that can be set, no STS (all answered with 501), and no versions. That a
// bucket is no website it says with an answer that S3 does not have. It takes an object's ACL and storage class, and ignores them.
var capabilities = []driver.Capability{
	driver.CapBucketCORS, driver.CapBucketEmpty, driver.CapBucketPolicyStatus, driver.CapKeyExpiry, driver.CapUsers, driver.CapObjectMetadata, driver.CapObjects,
	driver.CapPolicyGrant, driver.CapPolicyProbe,
}

// implications are what rights give beyond what is said of them: with a version's name, the object is meant.
var implications = []policy.Implication{
	{Action: "s3:GetObjectVersion", By: "s3:GetObject"}, {Action: "s3:DeleteObjectVersion", By: "s3:DeleteObject"},
	{Action: "s3:GetBucketAcl", By: "s3:ListBucket"}, {Action: "s3:GetBucketVersioning", By: "s3:ListBucket"},
	{Action: "s3:ListBucketMultipartUploads", By: "s3:ListBucket"}, {Action: "s3:ListMultipartUploadParts", By: "s3:GetObject"},
	{Action: "s3:AbortMultipartUpload", By: "s3:PutObject"}, {Action: "s3:GetObjectAttributes", By: "s3:GetObject"},
	{Action: "s3:ListAllMyBuckets"}, // of a key: those in which it may do something
}

func (b *backend) describe() driver.Description {
	name := driver.NameRule{Min: 1, Max: maxName, Pattern: `[\w+=,.@:-]+`}
	return driver.Description{
		Name: Name, Version: version.Number(), Capabilities: capabilities, Partition: "aws",
		Region: b.Region, EndpointURL: b.EndpointURL(),
		Dialect: policy.Dialect{Implications: implications},
		Names:   driver.Names{User: name, Policy: name, Role: name, Session: name, Separator: ","},

		Settings: []string{"admin-token", "admin-url"},
	}
}
