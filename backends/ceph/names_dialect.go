package ceph

import (
	_ "embed"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/policy"
)

// dialect is how the gateway's policy language differs from AWS's.
func dialect() policy.Dialect {
	return policy.Dialect{RejectedActions: strings.Fields(rejected), Implications: implications()}
}

// implications are what the gateway permits beyond what a document says (16.2.15). Every user may list the buckets that it owns, which are
// none. What a user stores is its own: it may read and change that, unless a policy denies it. What is asked for by a parameter
// that the gateway does not know is a listing of the bucket, or the object itself. A PUT may set an ACL and tags.
func implications() []policy.Implication {
	const read, write, list = "s3:GetObject", "s3:PutObject", "s3:ListBucket"
	all := []policy.Implication{
		{Action: "s3:ListAllMyBuckets"},
		{Action: "s3:PutObjectAcl", By: write},
		{Action: "s3:PutObjectTagging", By: write},
		{Action: "s3:AbortMultipartUpload", By: write},
		{Action: "s3:GetObjectAttributes", By: read},
		{Action: "s3:GetEncryptionConfiguration", By: list},
		{Action: "s3:GetBucketNotification", By: list},
		{Action: "s3:GetAccelerateConfiguration", By: list},
		{Action: "s3:GetBucketOwnershipControls", By: list},
	}
	for _, own := range []string{read, "s3:GetObjectAcl", "s3:GetObjectTagging", "s3:DeleteObjectTagging"} {
		all = append(all, policy.Implication{Action: own, By: write, Deny: &policy.Statement{
			Effect: policy.Deny, Action: []string{own}, Resource: []string{"arn:aws:s3:::*"},
		}})
	}
	return all
}

// rejected are the actions that the gateway does not know; one of them makes it refuse a whole document. A test checks each.
//
//go:embed names_actions.txt
var rejected string
