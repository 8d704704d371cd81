package aws

import (
	"context"
	"errors"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// ListAttachedPolicies yields the managed policies attached to a user, role or group.
func (b *backend) ListAttachedPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[driver.AttachedPolicy, error] {
	p, action := req.Principal, "list the policies attached to the %s %q"
	if err := checkPrincipal(p); err != nil {
		return failedListing[driver.AttachedPolicy](err)
	}
	switch p.Type {
	case driver.PrincipalGroup:
		return b.attachedToGroup(ctx, p)
	case driver.PrincipalRole:
		pages := iam.NewListAttachedRolePoliciesPaginator(b.iam(), &iam.ListAttachedRolePoliciesInput{RoleName: &p.Name})
		of := func(page *iam.ListAttachedRolePoliciesOutput) []types.AttachedPolicy { return page.AttachedPolicies }
		return listing(ctx, pages, of, attachedOf, action, p.Type, p.Name)
	}
	pages := iam.NewListAttachedUserPoliciesPaginator(b.iam(), &iam.ListAttachedUserPoliciesInput{UserName: &p.Name})
	of := func(page *iam.ListAttachedUserPoliciesOutput) []types.AttachedPolicy { return page.AttachedPolicies }
	return listing(ctx, pages, of, attachedOf, action, p.Type, p.Name)
}

func attachedOf(p *types.AttachedPolicy) driver.AttachedPolicy {
	return driver.AttachedPolicy{Name: aws.ToString(p.PolicyName), ARN: aws.ToString(p.PolicyArn)}
}

// AttachPolicy attaches a managed policy to a user or role.
func (b *backend) AttachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	return onPrincipal(ctx, req.Principal, func(user *string) error {
		return errOf(b.iam().AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: user, PolicyArn: &req.PolicyARN}))
	}, func(role *string) error {
		return errOf(b.iam().AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: &req.PolicyARN}))
	}, "attach the policy %q to the %s %q", req.PolicyARN)
}

// DetachPolicy detaches a managed policy from a user or role.
func (b *backend) DetachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	return onPrincipal(ctx, req.Principal, func(user *string) error {
		return errOf(b.iam().DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: user, PolicyArn: &req.PolicyARN}))
	}, func(role *string) error {
		return errOf(b.iam().DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: role, PolicyArn: &req.PolicyARN}))
	}, "detach the policy %q from the %s %q", req.PolicyARN)
}

// GetManagedPolicy returns a managed policy with its default version.
func (b *backend) GetManagedPolicy(ctx context.Context, req driver.GetManagedPolicyRequest) (driver.ManagedPolicy, error) {
	out, err := b.iam().GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &req.ARN})
	if err == nil && out.Policy == nil {
		err = errors.New("the answer holds no policy")
	}
	if err != nil {
		return driver.ManagedPolicy{}, wrapError(ctx, err, "read the policy %q", req.ARN)
	}
	version, err := b.iam().GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: &req.ARN, VersionId: out.Policy.DefaultVersionId})
	if err != nil {
		return driver.ManagedPolicy{}, wrapError(ctx, err, "read the version %s of the policy %q", aws.ToString(out.Policy.DefaultVersionId), req.ARN)
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
		PermissionsBoundaryUsageCount: optionalInt(p.PermissionsBoundaryUsageCount),
		IsAttachable:                  p.IsAttachable,
		Created:                       aws.ToTime(p.CreateDate),
		Updated:                       aws.ToTime(p.UpdateDate),
		Tags:                          tagsOf(p.Tags),
		Version: driver.PolicyVersion{
			Document:         decodeDocument(v.Document),
			VersionID:        aws.ToString(v.VersionId),
			IsDefaultVersion: v.IsDefaultVersion,
			Created:          aws.ToTime(v.CreateDate),
		},
	}
}

// optionalInt converts a number; nil, which is unknown, stays nil.
func optionalInt(n *int32) *int {
	if n == nil {
		return nil
	}
	value := int(*n)
	return &value
}
