package ceph

import (
	"context"
	"net/http"
	"net/url"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// Probe tries an action, of IAM on a user that does not exist.
func (b *backend) Probe(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	switch req.Action {
	case "iam:CreateAccessKey":
	case "s3:GetObjectVersion", "s3:PutObjectTagging":
		// Of an object that does not exist, the gateway says so to everybody who may list: that tells nothing but a refusal.
		answer, err := b.API.Probe(ctx, req)
		if err == nil && answer.Allowed {
			return driver.ProbeAnswer{}, driver.UnknownProbe(req.Action)
		}
		return answer, err
	default:
		return b.API.Probe(ctx, req)
	}
	err := b.adminOnce(ctx, http.MethodPut, url.Values{"key": {""}, "uid": {req.Key}, "generate-key": {"true"}}, nil)
	return driver.Probed(b.Wrap(ctx, err, "try %s", req.Action))
}
