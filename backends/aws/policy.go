package aws

import (
	"context"
	"iter"
	"net/url"
	"sort"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// checkPrincipal refuses what is neither a user nor a role.
func checkPrincipal(p driver.Principal) error {
	if p.Type != driver.PrincipalUser && p.Type != driver.PrincipalRole {
		return fault.New(fault.InvalidArgument, "a policy belongs to a user or a role, not to a %q", p.Type)
	}
	return checkPresent(string(p.Type), p.Name)
}

// PutPolicy gives a user or role an inline policy, or replaces the one of that name.
func (b *backend) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	if err := checkPrincipal(req.Principal); err != nil {
		return err
	}
	if err := checkName("policy", req.Name, names().Policy); err != nil {
		return err
	}
	var err error
	if req.Principal.Type == driver.PrincipalRole {
		_, err = b.iam().PutRolePolicy(ctx, &iam.PutRolePolicyInput{
			RoleName: &req.Principal.Name, PolicyName: &req.Name, PolicyDocument: &req.Document,
		})
	} else {
		_, err = b.iam().PutUserPolicy(ctx, &iam.PutUserPolicyInput{
			UserName: &req.Principal.Name, PolicyName: &req.Name, PolicyDocument: &req.Document,
		})
	}
	return wrapError(ctx, err, "put the policy %q of the %s %q", req.Name, req.Principal.Type, req.Principal.Name)
}

// GetPolicy returns an inline policy.
func (b *backend) GetPolicy(ctx context.Context, req driver.GetPolicyRequest) (driver.PolicyDocument, error) {
	if err := checkPrincipal(req.Principal); err != nil {
		return driver.PolicyDocument{}, err
	}
	encoded, err := b.inlineDocument(ctx, req)
	if err != nil {
		return driver.PolicyDocument{}, wrapError(ctx, err, "read the policy %q of the %s %q", req.Name, req.Principal.Type, req.Principal.Name)
	}
	return driver.PolicyDocument{Principal: req.Principal, Name: req.Name, Document: decodeDocument(encoded)}, nil
}

func (b *backend) inlineDocument(ctx context.Context, req driver.GetPolicyRequest) (*string, error) {
	if req.Principal.Type == driver.PrincipalRole {
		out, err := b.iam().GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: &req.Principal.Name, PolicyName: &req.Name})
		if err != nil {
			return nil, err
		}
		return out.PolicyDocument, nil
	}
	out, err := b.iam().GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: &req.Principal.Name, PolicyName: &req.Name})
	if err != nil {
		return nil, err
	}
	return out.PolicyDocument, nil
}

// ListPolicies yields the names of the inline policies, sorted. Their documents share one size limit, so there are few.
func (b *backend) ListPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if err := checkPrincipal(req.Principal); err != nil {
			yield("", err)
			return
		}
		found, err := b.inlineNames(ctx, req.Principal)
		if err != nil {
			yield("", wrapError(ctx, err, "list the policies of the %s %q", req.Principal.Type, req.Principal.Name))
			return
		}
		sort.Strings(found)
		for _, name := range found {
			if !yield(name, nil) {
				return
			}
		}
	}
}

func (b *backend) inlineNames(ctx context.Context, of driver.Principal) ([]string, error) {
	var found []string
	if of.Type == driver.PrincipalRole {
		pages := iam.NewListRolePoliciesPaginator(b.iam(), &iam.ListRolePoliciesInput{RoleName: &of.Name})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			found = append(found, page.PolicyNames...)
		}
		return found, nil
	}
	pages := iam.NewListUserPoliciesPaginator(b.iam(), &iam.ListUserPoliciesInput{UserName: &of.Name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		found = append(found, page.PolicyNames...)
	}
	return found, nil
}

// DeletePolicy deletes an inline policy.
func (b *backend) DeletePolicy(ctx context.Context, req driver.DeletePolicyRequest) error {
	if err := checkPrincipal(req.Principal); err != nil {
		return err
	}
	if err := checkPresent("policy", req.Name); err != nil {
		return err
	}
	var err error
	if req.Principal.Type == driver.PrincipalRole {
		_, err = b.iam().DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &req.Principal.Name, PolicyName: &req.Name})
	} else {
		_, err = b.iam().DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: &req.Principal.Name, PolicyName: &req.Name})
	}
	return wrapError(ctx, err, "delete the policy %q of the %s %q", req.Name, req.Principal.Type, req.Principal.Name)
}

// decodeDocument undoes the URL encoding in which IAM hands out policy documents. Not every system like it encodes
// them; a document that is no valid encoding is returned as it is.
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
