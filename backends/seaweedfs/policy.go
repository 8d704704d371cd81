package seaweedfs

import (
	"context"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// PutPolicy puts a policy, unless the server would take it for another one than it is.
func (b *backend) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	if err := checkDocument(req.Document, req.Principal.Type != driver.PrincipalUser); err != nil {
		return err
	}
	return b.API.PutPolicy(ctx, req)
}

// DeletePolicy deletes a policy that is there. The server answers that it deleted one that is not, too.
func (b *backend) DeletePolicy(ctx context.Context, req driver.DeletePolicyRequest) error {
	if req.Principal.Type != driver.PrincipalUser {
		return b.API.DeletePolicy(ctx, req)
	}
	for name, err := range b.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: req.Principal}) {
		if err != nil {
			return err
		}
		if name == req.Name {
			return b.API.DeletePolicy(ctx, req)
		}
	}
	return fault.New(fault.NotFound, "the %s %q has no policy %q", req.Principal.Type, req.Principal.Name, req.Name)
}
