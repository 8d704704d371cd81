package ceph

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
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
	case "s3:GetObject":
		answer, err := b.API.Probe(ctx, req)
		if err == nil && answer.Allowed && b.isSession(ctx) && b.isAbsent(ctx, req) {
			return driver.ProbeAnswer{}, driver.UnknownProbe(req.Action)
		}
		return answer, err
	default:
		return b.API.Probe(ctx, req)
	}
	err := b.adminOnce(ctx, http.MethodPut, url.Values{"key": {""}, "uid": {req.Key}, "generate-key": {"true"}}, nil)
	return driver.Probed(b.Wrap(ctx, err, "try %s", req.Action))
}

// isSession reports whether the credentials in use are temporary. Those are told of any object that does not exist that it does not.
func (b *backend) isSession(ctx context.Context) bool {
	found, err := b.Credentials.Retrieve(ctx)
	return err == nil && found.SessionToken != ""
}

func (b *backend) isAbsent(ctx context.Context, req driver.ProbeRequest) bool {
	_, err := b.HeadObject(ctx, driver.HeadObjectRequest{Bucket: req.Bucket, Key: req.Key})
	return errors.Is(err, fault.NotFound)
}
