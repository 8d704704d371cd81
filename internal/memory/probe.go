package memory

import (
	"context"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Probe asks the authorizer, and nothing else.
func (b *backend) Probe(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	switch req.Action {
	case "iam:CreateAccessKey", "iam:PutUserPolicy":
		who, unlock, err := b.begin(ctx, "Probe", driver.CapPolicyProbe)
		if err != nil {
			return driver.ProbeAnswer{}, err
		}
		defer unlock()
		answer, err := driver.Probed(who.may(req.Action, iamARN("user", req.Key), nil, nil))
		if b.servesItself(who, req.Action, "user", who.name) {
			answer.Caveat = selfServiceCaveat
		}
		return answer, err
	case "s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketPolicy", "s3:GetBucketTagging", "s3:PutObjectTagging",
		"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectVersion", "s3:DeleteObjectVersion":
	default:
		return driver.ProbeAnswer{}, fault.New(fault.InvalidArgument, "%q is no action that can be tried", req.Action)
	}
	k, who, unlock, err := b.withBucket(ctx, "Probe", req.Bucket, driver.CapPolicyProbe)
	if err != nil {
		return driver.ProbeAnswer{}, err
	}
	defer unlock()
	resource := k.arn()
	context := map[string][]string{}
	switch req.Action {
	case "s3:ListBucket", "s3:ListBucketVersions":
		context["s3:prefix"] = []string{req.Key}
	case "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectVersion", "s3:DeleteObjectVersion", "s3:PutObjectTagging":
		resource += "/" + req.Key
	}
	return driver.Probed(who.may(req.Action, resource, k, context))
}
