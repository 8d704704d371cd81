package iam

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
)

// The policies of groups are only read.

// groupPolicy returns an inline policy of a group.
func (a *API) groupPolicy(ctx context.Context, req driver.GetPolicyRequest) (driver.PolicyDocument, error) {
	if err := checkPrincipal(req.Principal); err != nil {
		return driver.PolicyDocument{}, err
	}
	out, err := a.IAM().GetGroupPolicy(ctx, &iam.GetGroupPolicyInput{GroupName: &req.Principal.Name, PolicyName: &req.Name})
	if err != nil {
		return driver.PolicyDocument{}, a.Wrap(ctx, err, "read the policy %q of the group %q", req.Name, req.Principal.Name)
	}
	return driver.PolicyDocument{Principal: req.Principal, Name: req.Name, Document: decodeDocument(out.PolicyDocument)}, nil
}

// groupPolicies yields the sorted names of a group's inline policies.
func (a *API) groupPolicies(ctx context.Context, p driver.Principal) iter.Seq2[string, error] {
	pages := iam.NewListGroupPoliciesPaginator(a.IAM(), &iam.ListGroupPoliciesInput{GroupName: &p.Name})
	of := func(page *iam.ListGroupPoliciesOutput) []string { return page.PolicyNames }
	return sdk.Sorted(sdk.Listing(ctx, a.Config, pages, of, func(s *string) string { return *s }, "list the policies of the group %q", p.Name))
}

// attachedToGroup yields the managed policies attached to a group.
func (a *API) attachedToGroup(ctx context.Context, p driver.Principal) iter.Seq2[driver.AttachedPolicy, error] {
	pages := iam.NewListAttachedGroupPoliciesPaginator(a.IAM(), &iam.ListAttachedGroupPoliciesInput{GroupName: &p.Name})
	of := func(page *iam.ListAttachedGroupPoliciesOutput) []types.AttachedPolicy { return page.AttachedPolicies }
	return sdk.Listing(ctx, a.Config, pages, of, attachedOf, "list the policies attached to the group %q", p.Name)
}
