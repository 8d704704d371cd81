package ceph

import (
	"context"
	"errors"
	"iter"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// ListRoles yields every role. Of none at all, the gateway says that they do not exist.
func (b *backend) ListRoles(ctx context.Context) iter.Seq2[driver.Role, error] {
	return func(yield func(driver.Role, error) bool) {
		for role, err := range b.API.ListRoles(ctx) {
			if errors.Is(err, fault.NotFound) || !yield(role, err) {
				return
			}
		}
	}
}

// CreateRole creates a role without policies.
func (b *backend) CreateRole(ctx context.Context, req driver.CreateRoleRequest) (driver.Role, error) {
	document, err := sendable(req.TrustPolicy)
	if err != nil {
		return driver.Role{}, err
	}
	req.TrustPolicy = document
	return b.API.CreateRole(ctx, req)
}

// CreateSession assumes the role with the policy as session policy, and looks whether the gateway accepts what it gives out: one that has a
// key for sessions, and has them switched off, does not.
func (b *backend) CreateSession(ctx context.Context, req driver.CreateSessionRequest) (driver.Session, error) {
	if req.Policy != "" { // it is refused
		if err := checkDocument(req.Policy); err != nil {
			return driver.Session{}, err
		}
		document, err := sendable(req.Policy)
		if err != nil {
			return driver.Session{}, err
		}
		req.Policy = document
	}
	made, err := b.API.CreateSession(ctx, req)
	var f *fault.Error
	switch {
	case errors.As(err, &f) && f.Code == fault.InvalidArgument && f.Service != nil:
		f.Message += "; a gateway says so, too, if it has no key for sessions: set \"rgw sts key\", a text of 16 characters"
		return made, err
	case err != nil:
		return made, err
	}
	key := credentials.NewStaticCredentialsProvider(made.AccessKeyID, made.SecretAccessKey, made.SessionToken)
	if b.refuses(ctx, func(o *s3.Options) { o.Credentials = key }) {
		return driver.Session{}, fault.New(fault.Unsupported, "the gateway opens sessions, and does not accept them: set \"rgw s3 auth use sts = true\" there").
			WithHint(fault.HintPermanent)
	}
	return made, nil
}
