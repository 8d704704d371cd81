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

// ListAttachedPolicies yields the managed policies attached to a user or role.
func (b *backend) ListAttachedPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[driver.AttachedPolicy, error] {
	return func(yield func(driver.AttachedPolicy, error) bool) {
		if err := checkPrincipal(req.Principal); err != nil {
			yield(driver.AttachedPolicy{}, err)
			return
		}
		next := b.attachedPages(req.Principal)
		for {
			page, more, err := next(ctx)
			if err != nil {
				yield(driver.AttachedPolicy{}, wrapError(ctx, err, "list the policies attached to the %s %q", req.Principal.Type, req.Principal.Name))
				return
			}
			for _, p := range page {
				if !yield(driver.AttachedPolicy{Name: aws.ToString(p.PolicyName), ARN: aws.ToString(p.PolicyArn)}, nil) {
					return
				}
			}
			if !more {
				return
			}
		}
	}
}

// attachedPages returns the function that fetches the next page, for either kind of principal.
func (b *backend) attachedPages(of driver.Principal) func(context.Context) ([]types.AttachedPolicy, bool, error) {
	if of.Type == driver.PrincipalRole {
		pages := iam.NewListAttachedRolePoliciesPaginator(b.iam(), &iam.ListAttachedRolePoliciesInput{RoleName: &of.Name})
		return func(ctx context.Context) ([]types.AttachedPolicy, bool, error) {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, false, err
			}
			return page.AttachedPolicies, pages.HasMorePages(), nil
		}
	}
	pages := iam.NewListAttachedUserPoliciesPaginator(b.iam(), &iam.ListAttachedUserPoliciesInput{UserName: &of.Name})
	return func(ctx context.Context) ([]types.AttachedPolicy, bool, error) {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, false, err
		}
		return page.AttachedPolicies, pages.HasMorePages(), nil
	}
}

// AttachPolicy attaches a managed policy to a user or role.
func (b *backend) AttachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	if err := checkPrincipal(req.Principal); err != nil {
		return err
	}
	var err error
	if req.Principal.Type == driver.PrincipalRole {
		_, err = b.iam().AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: &req.Principal.Name, PolicyArn: &req.PolicyARN})
	} else {
		_, err = b.iam().AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: &req.Principal.Name, PolicyArn: &req.PolicyARN})
	}
	return wrapError(ctx, err, "attach the policy %q to the %s %q", req.PolicyARN, req.Principal.Type, req.Principal.Name)
}

// DetachPolicy detaches a managed policy from a user or role.
func (b *backend) DetachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	if err := checkPrincipal(req.Principal); err != nil {
		return err
	}
	var err error
	if req.Principal.Type == driver.PrincipalRole {
		_, err = b.iam().DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: &req.Principal.Name, PolicyArn: &req.PolicyARN})
	} else {
		_, err = b.iam().DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: &req.Principal.Name, PolicyArn: &req.PolicyARN})
	}
	return wrapError(ctx, err, "detach the policy %q from the %s %q", req.PolicyARN, req.Principal.Type, req.Principal.Name)
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

// optionalInt keeps the difference between 0 and what the system does not tell.
func optionalInt(n *int32) *int {
	if n == nil {
		return nil
	}
	value := int(*n)
	return &value
}
