package seaweedfs

import (
	"context"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// CheckPolicy refuses a document that the server would keep as another one, or take for more than it says (4.53).
func (b *backend) CheckPolicy(_ context.Context, req driver.CheckPolicyRequest) error {
	return checkDocument(req.Document, req.Session)
}

func checkDocument(document string, session bool) error {
	parsed, err := policy.Parse([]byte(document))
	if err != nil {
		return err
	}
	if !session {
		if err := checkUser(parsed); err != nil {
			return err
		}
	}
	for _, s := range parsed.Statement {
		for operator, keys := range s.Condition {
			for key := range keys {
				if err := checkCondition(operator, key); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// checkUser refuses what the policy of a user cannot have.
func checkUser(document policy.Document) error {
	if err := dialect().CheckUserPolicy(document); err != nil {
		return fault.New(fault.InvalidArgument, "%v", err)
	}
	for _, s := range document.Statement {
		everywhere := slices.Contains(s.Resource, "*") || slices.Contains(s.Resource, "arn:aws:s3:::*")
		if everywhere && slices.Contains(s.Action, "s3:*") {
			return fault.New(fault.InvalidArgument, `SeaweedFS takes "s3:*" on all buckets for the right to administer the server; name the buckets or the actions`)
		}
	}
	return nil
}

// checkCondition permits what the server decides as it reads: it knows neither dates nor most keys, and of an operator with IfExists, or one that
// it does not know, it says that it does not hold.
func checkCondition(operator, key string) error {
	text := strings.HasPrefix(operator, "String") && !strings.HasSuffix(operator, "IfExists")
	address := operator == "IpAddress" || operator == "NotIpAddress"
	if text && key == "s3:prefix" || address && key == "aws:SourceIp" {
		return nil
	}
	return fault.New(fault.InvalidArgument, "SeaweedFS decides the condition %s of %s otherwise than it reads; it has String… of s3:prefix and IpAddress of aws:SourceIp, without IfExists and ForAllValues", operator, key)
}
