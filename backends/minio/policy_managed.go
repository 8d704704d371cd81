package minio

import (
	"context"
	"iter"
	"strings"

	"github.com/minio/madmin-go/v3"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// MinIO's canned policies are its managed policies, except for those that are users' own. The name of one serves as its ARN.

// ListAttachedPolicies yields the attached canned policies that are not the user's own, and all of a group. The guard is among them where it is
// not what this tool makes it.
func (b *backend) ListAttachedPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[driver.AttachedPolicy, error] {
	return driver.Listing(func() ([]driver.AttachedPolicy, error) {
		if req.Principal.Type == driver.PrincipalGroup {
			return b.attachedToGroup(ctx, req.Principal.Name)
		}
		info, err := b.principal(ctx, req.Principal)
		var attached []driver.AttachedPolicy
		for _, canned := range policiesOf(info) {
			if _, own := inlineName(req.Principal.Name, canned); !own {
				attached = append(attached, driver.AttachedPolicy{Name: canned, ARN: canned})
			}
		}
		if err != nil {
			return attached, err
		}
		foreign, err := b.foreignGuard(ctx, info)
		if foreign {
			attached = append(attached, driver.AttachedPolicy{Name: guardName, ARN: guardName})
		}
		return attached, b.wrapError(ctx, err, "read the policy %q", guardName)
	})
}

// AttachPolicy attaches a canned policy to a user.
func (b *backend) AttachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	if err := b.ensurePrincipal(ctx, req.Principal); err != nil {
		return err
	}
	if err := checkManaged(req.PolicyARN); err != nil {
		return err
	}
	err := b.attach(ctx, req.Principal.Name, req.PolicyARN)
	return b.wrapError(ctx, err, "attach the policy %q to the user %q", req.PolicyARN, req.Principal.Name)
}

// DetachPolicy detaches a canned policy from a user.
func (b *backend) DetachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	if err := b.ensurePrincipal(ctx, req.Principal); err != nil {
		return err
	}
	if _, own := inlineName(req.Principal.Name, req.PolicyARN); own || req.PolicyARN == "" {
		return fault.New(fault.NotFound, "there is no policy %q that is attached", req.PolicyARN)
	}
	err := b.detach(ctx, req.Principal.Name, req.PolicyARN)
	if codeIs(err, codeAlreadyApplied) {
		return fault.New(fault.NotFound, "the policy %q is not attached to the user %q", req.PolicyARN, req.Principal.Name)
	}
	return b.wrapError(ctx, err, "detach the policy %q from the user %q", req.PolicyARN, req.Principal.Name)
}

// GetManagedPolicy returns a canned policy.
func (b *backend) GetManagedPolicy(ctx context.Context, req driver.GetManagedPolicyRequest) (driver.ManagedPolicy, error) {
	if err := b.ready(ctx); err != nil {
		return driver.ManagedPolicy{}, err
	}
	if err := checkManaged(req.ARN); err != nil {
		return driver.ManagedPolicy{}, err
	}
	info, err := adminCall(ctx, func(ctx context.Context) (*madmin.PolicyInfo, error) {
		return b.admin.InfoCannedPolicyV2(ctx, req.ARN)
	})
	if err != nil {
		return driver.ManagedPolicy{}, b.wrapError(ctx, err, "read the policy %q", req.ARN)
	}
	return driver.ManagedPolicy{
		Name: req.ARN, ID: req.ARN, ARN: req.ARN, Path: "/", DefaultVersionID: "v1", IsAttachable: true,
		Created: info.CreateDate, Updated: info.UpdateDate,
		Version: driver.PolicyVersion{Document: asPut(info.Policy), VersionID: "v1", IsDefaultVersion: true, Created: info.UpdateDate},
	}, nil
}

// checkManaged hides the canned policies that are users' own: one attached to a second user would end with the first.
func checkManaged(canned string) error {
	if canned == "" || strings.HasPrefix(canned, ownedRoot) && canned != guardName {
		return fault.New(fault.NotFound, "there is no policy %q that can be attached", canned)
	}
	return nil
}
