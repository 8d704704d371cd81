package iam

import (
	"context"
	"iter"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// onPrincipal makes the call for the principal's type, of a user or a role. The action completes "cannot ..."; its last two arguments
// are the principal's type and name.
func (a *API) onPrincipal(ctx context.Context, p driver.Principal, user, role func(name *string) error, action string, args ...any) error {
	if err := checkPrincipal(p); err != nil {
		return err
	}
	call := user
	switch p.Type {
	case driver.PrincipalRole:
		call = role
	case driver.PrincipalGroup:
		return fault.New(fault.Unsupported, "the policies of groups are only read")
	}
	return a.Wrap(ctx, call(&p.Name), action, append(args, p.Type, p.Name)...)
}

// checkPrincipal refuses a principal that has no policies.
func checkPrincipal(p driver.Principal) error {
	switch p.Type {
	case driver.PrincipalUser, driver.PrincipalRole, driver.PrincipalGroup:
		return sdk.CheckPresent(string(p.Type), p.Name)
	}
	return fault.New(fault.InvalidArgument, "a policy belongs to a user, a role or a group, not to a %q", p.Type)
}

// PutPolicy creates or replaces an inline policy of a user or role.
func (a *API) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	if err := a.Description.Names.Policy.Check("policy", req.Name); err != nil {
		return err
	}
	return a.onPrincipal(ctx, req.Principal, func(user *string) error {
		return sdk.ErrOf(a.IAM().PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: user, PolicyName: &req.Name, PolicyDocument: &req.Document}))
	}, func(role *string) error {
		return sdk.ErrOf(a.IAM().PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: role, PolicyName: &req.Name, PolicyDocument: &req.Document}))
	}, "put the policy %q of the %s %q", req.Name)
}

// GetPolicy returns an inline policy.
func (a *API) GetPolicy(ctx context.Context, req driver.GetPolicyRequest) (driver.PolicyDocument, error) {
	if req.Principal.Type == driver.PrincipalGroup {
		return a.groupPolicy(ctx, req)
	}
	var encoded *string
	err := a.onPrincipal(ctx, req.Principal, func(user *string) error {
		out, err := a.IAM().GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: user, PolicyName: &req.Name})
		if err == nil {
			encoded = out.PolicyDocument
		}
		return err
	}, func(role *string) error {
		out, err := a.IAM().GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: role, PolicyName: &req.Name})
		if err == nil {
			encoded = out.PolicyDocument
		}
		return err
	}, "read the policy %q of the %s %q", req.Name)
	if err != nil {
		return driver.PolicyDocument{}, err
	}
	return driver.PolicyDocument{Principal: req.Principal, Name: req.Name, Document: decodeDocument(encoded)}, nil
}

// ListPolicies yields the sorted names of the inline policies. They are few: their documents share one size limit.
func (a *API) ListPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[string, error] {
	p, action := req.Principal, "list the policies of the %s %q"
	if err := checkPrincipal(p); err != nil {
		return sdk.Failed[string](err)
	}
	name := func(s *string) string { return *s }
	switch p.Type {
	case driver.PrincipalGroup:
		return a.groupPolicies(ctx, p)
	case driver.PrincipalRole:
		pages := iam.NewListRolePoliciesPaginator(a.IAM(), &iam.ListRolePoliciesInput{RoleName: &p.Name})
		return sdk.Sorted(sdk.Listing(ctx, a.Config, pages, func(page *iam.ListRolePoliciesOutput) []string { return page.PolicyNames }, name, action, p.Type, p.Name))
	}
	pages := iam.NewListUserPoliciesPaginator(a.IAM(), &iam.ListUserPoliciesInput{UserName: &p.Name})
	return sdk.Sorted(sdk.Listing(ctx, a.Config, pages, func(page *iam.ListUserPoliciesOutput) []string { return page.PolicyNames }, name, action, p.Type, p.Name))
}

// DeletePolicy deletes an inline policy.
func (a *API) DeletePolicy(ctx context.Context, req driver.DeletePolicyRequest) error {
	if err := sdk.CheckPresent("policy", req.Name); err != nil {
		return err
	}
	return a.onPrincipal(ctx, req.Principal, func(user *string) error {
		return sdk.ErrOf(a.IAM().DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: user, PolicyName: &req.Name}))
	}, func(role *string) error {
		return sdk.ErrOf(a.IAM().DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: role, PolicyName: &req.Name}))
	}, "delete the policy %q of the %s %q", req.Name)
}

// decodeDocument decodes IAM's URL-encoded policy documents. Some systems do not encode them; a document that is not
// validly encoded is returned unchanged.
func decodeDocument(document *string) string {
	encoded := aws.ToString(document)
	if len(encoded) > 0 && (encoded[0] == '{' || encoded[0] == '[') {
		return encoded
	}
	decoded, err := url.PathUnescape(encoded)
	if err != nil {
		return encoded
	}
	return decoded
}
