package wire

import (
	"context"
	"iter"

	"github.com/s3-credentials/s3-credentials/core/driver"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

// PutPolicy implements driver.Policy.
func (c *Client) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	return unary(ctx, c, c.policy.PutPolicy,
		&pb.PutPolicyRequest{Principal: toPrincipal(req.Principal), Name: req.Name, Document: req.Document})
}

// GetPolicy implements driver.Policy.
func (c *Client) GetPolicy(ctx context.Context, req driver.GetPolicyRequest) (driver.PolicyDocument, error) {
	request := &pb.GetPolicyRequest{Principal: toPrincipal(req.Principal), Name: req.Name}
	document, err := call(ctx, c, c.policy.GetPolicy, request, (*pb.GetPolicyResponse).GetPolicy, fromPolicyDocument)
	return verifyName(c, document, err, "policy", req.Name, document.Name)
}

// ListPolicies implements driver.Policy.
func (c *Client) ListPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[string, error] {
	request := &pb.ListPoliciesRequest{Principal: toPrincipal(req.Principal)}
	return receiveListing(ctx, c, c.policy.ListPolicies, request, (*pb.ListPoliciesResponse).GetNames, identity)
}

// DeletePolicy implements driver.Policy.
func (c *Client) DeletePolicy(ctx context.Context, req driver.DeletePolicyRequest) error {
	return unary(ctx, c, c.policy.DeletePolicy, &pb.DeletePolicyRequest{Principal: toPrincipal(req.Principal), Name: req.Name})
}

// ListAttachedPolicies implements driver.Policy.
func (c *Client) ListAttachedPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[driver.AttachedPolicy, error] {
	request := &pb.ListAttachedPoliciesRequest{Principal: toPrincipal(req.Principal)}
	return receiveListing(ctx, c, c.policy.ListAttachedPolicies, request,
		(*pb.ListAttachedPoliciesResponse).GetPolicies, fromAttachedPolicy)
}

// AttachPolicy implements driver.Policy.
func (c *Client) AttachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	return unary(ctx, c, c.policy.AttachPolicy,
		&pb.AttachPolicyRequest{Principal: toPrincipal(req.Principal), PolicyArn: req.PolicyARN})
}

// DetachPolicy implements driver.Policy.
func (c *Client) DetachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	return unary(ctx, c, c.policy.DetachPolicy,
		&pb.DetachPolicyRequest{Principal: toPrincipal(req.Principal), PolicyArn: req.PolicyARN})
}

// GetManagedPolicy implements driver.Policy.
func (c *Client) GetManagedPolicy(ctx context.Context, req driver.GetManagedPolicyRequest) (driver.ManagedPolicy, error) {
	request := &pb.GetManagedPolicyRequest{Arn: req.ARN}
	managed, err := call(ctx, c, c.policy.GetManagedPolicy, request, (*pb.GetManagedPolicyResponse).GetPolicy, fromManagedPolicy)
	return verifyName(c, managed, err, "managed policy", req.ARN, managed.ARN)
}
