package minio

import (
	_ "embed"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/policy"
)

// dialect is how MinIO's policy language differs from AWS's. A user's key may create further keys for that user unless a
// policy forbids it; those would survive the deletion of the key.
func dialect() policy.Dialect {
	return policy.Dialect{
		RejectedActions:         strings.Fields(rejected),
		MandatoryStatements:     []policy.Statement{{Effect: policy.Deny, Action: []string{"admin:CreateServiceAccount"}}},
		Implications:            implications(),
		AnonymousBucketPolicies: true,
	}
}

// implications are what MinIO permits beyond what a document says. A PUT that names a version replaces that version in place.
// Reading a version could be denied under the same condition, but MinIO's own client names the newest version when it
// reads, and would fail; a Deny of s3:GetObjectVersion denies every read. The others have no statement that ends them.
func implications() []policy.Implication {
	const read, write, remove, list = "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"
	const removeVersion = "s3:DeleteObjectVersion"
	everywhere := []string{"arn:aws:s3:::*"}
	return []policy.Implication{
		{Action: removeVersion, By: remove, Deny: &policy.Statement{Effect: policy.Deny, Action: []string{removeVersion}, Resource: everywhere}},
		{Action: removeVersion, By: write, Deny: &policy.Statement{
			Effect: policy.Deny, Action: []string{write}, Resource: everywhere,
			Condition: map[string]map[string][]string{"StringLike": {"s3:versionid": {"?*"}}},
		}},
		{Action: "s3:GetObjectVersion", By: read},
		{Action: read, By: "s3:GetObjectVersion"},
		{Action: "s3:GetObjectVersionTagging", By: "s3:GetObjectTagging"},
		{Action: "s3:PutObjectTagging", By: write},
		{Action: "s3:ListBucketVersions", By: list},
		{Action: "s3:ListAllMyBuckets", By: list},
		{Action: "s3:ListAllMyBuckets", By: "s3:GetBucketLocation"},
	}
}

// rejected are the AWS actions that MinIO does not know; one of them makes it refuse a whole document. A test checks each
// on a server.
//
//go:embed names_actions.txt
var rejected string
