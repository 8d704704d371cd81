package iam

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// denyAll is a policy for a user that does not exist.
const denyAll = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`

// Probe tries an action, of IAM on a user that does not exist.
func (a *API) Probe(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	var err error
	switch req.Action {
	case "iam:CreateAccessKey":
		_, err = a.IAM().CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &req.Key})
	case "iam:PutUserPolicy":
		_, err = a.IAM().PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &req.Key, PolicyName: aws.String("probe"), PolicyDocument: aws.String(denyAll)})
	default:
		return a.Store.Probe(ctx, req)
	}
	return driver.Probed(a.Wrap(ctx, err, "try %s", req.Action))
}
