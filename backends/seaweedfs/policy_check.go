package seaweedfs

import (
	"slices"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// checkDocument refuses a policy of a user that the server would keep as another one, or take for more than it says.
func checkDocument(document string) error {
	parsed, err := policy.Parse([]byte(document))
	if err != nil {
		return err
	}
	if err := dialect().CheckUserPolicy(parsed); err != nil {
		return fault.New(fault.InvalidArgument, "%v", err)
	}
	for _, s := range parsed.Statement {
		everywhere := slices.Contains(s.Resource, "*") || slices.Contains(s.Resource, "arn:aws:s3:::*")
		if everywhere && slices.Contains(s.Action, "s3:*") {
			return fault.New(fault.InvalidArgument, `SeaweedFS takes "s3:*" on all buckets for the right to administer the server; name the buckets or the actions`)
		}
	}
	return nil
}
