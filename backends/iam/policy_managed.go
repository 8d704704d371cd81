package iam

import (
	"context"
	"errors"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// ListAttachedPolicies yields the managed policies attached to a user, role or group.
func (a *API) ListAttachedPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[driver.AttachedPolicy, error] {
	p, action := req.Principal, "list the policies attached to the %s %q"
	if err := checkPrincipal(p); err != nil {
		return sdk.Failed[driver.AttachedPolicy](err)
	}
	switch p.Type {
	case driver.PrincipalGroup:
		return a.attachedToGroup(ctx, p)
	case driver.PrincipalRole:
		pages := iam.NewListAttachedRolePoliciesPaginator(a.IAM(), &iam.ListAttachedRolePoliciesInput{RoleName: &p.Name})
		of := func(page *iam.ListAttachedRolePoliciesOutput) []types.AttachedPolicy { return page.AttachedPolicies }
		return sdk.Listing(ctx, a.Config, pages, of, attachedOf, action, p.Type, p.Name)
	}
	pages := iam.NewListAttachedUserPoliciesPaginator(a.IAM(), &iam.ListAttachedUserPoliciesInput{UserName: &p.Name})
	of := func(page *iam.ListAttachedUserPoliciesOutput) []types.AttachedPolicy { return page.AttachedPolicies }
	return sdk.Listing(ctx, a.Config, pages, of, attachedOf, action, p.Type, p.Name)
}

func attachedOf(p *types.AttachedPolicy) driver.AttachedPolicy {
	return driver.AttachedPolicy{Name: aws.ToString(p.PolicyName), ARN: aws.ToString(p.PolicyArn)}
}

// AttachPolicy attaches a managed policy to a user or role.
func (a *API) AttachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	return a.onPrincipal(ctx, req.Principal, func(user *string) error {
		return sdk.ErrOf(a.IAM().AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: user, PolicyArn: &req.PolicyARN}))
	}, func(role *string) error {
		return sdk.ErrOf(a.IAM().AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: &req.PolicyARN}))
	}, "attach the policy %q to the %s %q", req.PolicyARN)
}

// DetachPolicy detaches a managed policy from a user or role.
func (a *API) DetachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	return a.onPrincipal(ctx, req.Principal, func(user *string) error {
		return sdk.ErrOf(a.IAM().DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: user, PolicyArn: &req.PolicyARN}))
	}, func(role *string) error {
		return sdk.ErrOf(a.IAM().DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: role, PolicyArn: &req.PolicyARN}))
	}, "detach the policy %q from the %s %q", req.PolicyARN)
}

// GetManagedPolicy returns a managed policy with its default version.
func (a *API) GetManagedPolicy(ctx context.Context, req driver.GetManagedPolicyRequest) (driver.ManagedPolicy, error) {
	out, err := a.IAM().GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &req.ARN})
	if err == nil && out.Policy == nil {
		err = errors.New("the answer holds no policy")
	}
	if err != nil {
		return driver.ManagedPolicy{}, a.Wrap(ctx, err, "read the policy %q", req.ARN)
	}
	version, err := a.IAM().GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: &req.ARN, VersionId: out.Policy.DefaultVersionId})
	if err != nil {
		return driver.ManagedPolicy{}, a.Wrap(ctx, err, "read the version %s of the policy %q", aws.ToString(out.Policy.DefaultVersionId), req.ARN)
	}
	if version.PolicyVersion == nil {
		return driver.ManagedPolicy{}, fault.New(fault.Internal, "the system sent the policy %q without its document", req.ARN)
	}
	return managedPolicyOf(out.Policy, version.PolicyVersion), nil
}

func managedPolicyOf(p *types.Policy, v *types.PolicyVersion) driver.ManagedPolicy {
	return driver.ManagedPolicy{
		Name:                          aws.ToString(p.PolicyName),
		ID:                            aws.ToString(p.PolicyId),
		ARN:                           aws.ToString(p.Arn),
		Path:                          aws.ToString(p.Path),
		Description:                   aws.ToString(p.Description),
		DefaultVersionID:              aws.ToString(p.DefaultVersionId),
		AttachmentCount:               int(aws.ToInt32(p.AttachmentCount)),
		PermissionsBoundaryUsageCount: sdk.Int(p.PermissionsBoundaryUsageCount),
		IsAttachable:                  p.IsAttachable,
		Created:                       aws.ToTime(p.CreateDate),
		Updated:                       aws.ToTime(p.UpdateDate),
		Tags:                          TagsOf(p.Tags),
		Version: driver.PolicyVersion{
			Document:         decodeDocument(v.Document),
			VersionID:        aws.ToString(v.VersionId),
			IsDefaultVersion: v.IsDefaultVersion,
			Created:          aws.ToTime(v.CreateDate),
		},
	}
}
