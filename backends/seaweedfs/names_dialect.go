package seaweedfs

import (
	_ "embed"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/policy"
)

// dialect is how SeaweedFS's policy language differs from AWS's.
func dialect() policy.Dialect {
	return policy.Dialect{RejectedActions: strings.Fields(rejected), PlainUserPolicies: true}
}

// rejected are the AWS actions for which SeaweedFS refuses the policy of a user. A test checks each on a server.
//
//go:embed names_actions.txt
var rejected string
