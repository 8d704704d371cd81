package seaweedfs

import (
	_ "embed"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/policy"
)

// dialect is how SeaweedFS's policy language differs from AWS's.
func dialect() policy.Dialect {
	return policy.Dialect{RejectedActions: strings.Fields(rejected), PlainUserPolicies: true, IgnoresCase: true, Implications: implications()}
}

// implications are what SeaweedFS permits beyond what a document says. No statement of a user's policy could take it away.
func implications() []policy.Implication {
	const write, list = "s3:PutObject", "s3:ListBucket"
	return []policy.Implication{
		{Action: "s3:AbortMultipartUpload", By: write},
		{Action: "s3:ListMultipartUploadParts", By: write},
		{Action: "s3:PutObjectTagging", By: write},
		{Action: "s3:GetAccelerateConfiguration", By: list},
		{Action: "s3:GetBucketLogging", By: list},
		{Action: "s3:GetBucketPolicyStatus", By: list},
		{Action: "s3:ListAllMyBuckets"},
	}
}

// rejected are the AWS actions for which SeaweedFS refuses the policy of a user. A test checks each on a server.
//
//go:embed names_actions.txt
var rejected string
