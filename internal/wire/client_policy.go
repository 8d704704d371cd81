package wire

import (
	"context"
	"iter"

	"google.golang.org/grpc"

	"github.com/s3-credentials/s3-credentials/core/driver"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

// PutPolicy implements driver.Policy.
func (c *Client) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	return do(ctx, c.name, c.policy.PutPolicy,
		&pb.PutPolicyRequest{Principal: toPrincipal(req.Principal), Name: req.Name, Document: req.Document})
}

// GetPolicy implements driver.Policy.
func (c *Client) GetPolicy(ctx context.Context, req driver.GetPolicyRequest) (driver.PolicyDocument, error) {
	document, err := call(ctx, c.name, c.policy.GetPolicy, &pb.GetPolicyRequest{Principal: toPrincipal(req.Principal), Name: req.Name},
		func(a *pb.GetPolicyResponse) driver.PolicyDocument { return fromPolicyDocument(a.GetPolicy()) })
	return answersFor(c, document, err, "policy", req.Name, document.Name)
}

// ListPolicies implements driver.Policy.
func (c *Client) ListPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[string, error] {
	open := func(ctx context.Context) (grpc.ServerStreamingClient[pb.ListPoliciesResponse], error) {
		return c.policy.ListPolicies(ctx, &pb.ListPoliciesRequest{Principal: toPrincipal(req.Principal)})
	}
	return receiveListing(ctx, c.name, open, (*pb.ListPoliciesResponse).GetNames, itself)
}

// DeletePolicy implements driver.Policy.
func (c *Client) DeletePolicy(ctx context.Context, req driver.DeletePolicyRequest) error {
	return do(ctx, c.name, c.policy.DeletePolicy, &pb.DeletePolicyRequest{Principal: toPrincipal(req.Principal), Name: req.Name})
}

// ListAttachedPolicies implements driver.Policy.
func (c *Client) ListAttachedPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[driver.AttachedPolicy, error] {
	open := func(ctx context.Context) (grpc.ServerStreamingClient[pb.ListAttachedPoliciesResponse], error) {
		return c.policy.ListAttachedPolicies(ctx, &pb.ListAttachedPoliciesRequest{Principal: toPrincipal(req.Principal)})
	}
	return receiveListing(ctx, c.name, open, (*pb.ListAttachedPoliciesResponse).GetPolicies, fromAttachedPolicy)
}

// AttachPolicy implements driver.Policy.
func (c *Client) AttachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	return do(ctx, c.name, c.policy.AttachPolicy,
		&pb.AttachPolicyRequest{Principal: toPrincipal(req.Principal), PolicyArn: req.PolicyARN})
}

// DetachPolicy implements driver.Policy.
func (c *Client) DetachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	return do(ctx, c.name, c.policy.DetachPolicy,
		&pb.DetachPolicyRequest{Principal: toPrincipal(req.Principal), PolicyArn: req.PolicyARN})
}

// GetManagedPolicy implements driver.Policy.
func (c *Client) GetManagedPolicy(ctx context.Context, req driver.GetManagedPolicyRequest) (driver.ManagedPolicy, error) {
	managed, err := call(ctx, c.name, c.policy.GetManagedPolicy, &pb.GetManagedPolicyRequest{Arn: req.ARN},
		func(a *pb.GetManagedPolicyResponse) driver.ManagedPolicy { return fromManagedPolicy(a.GetPolicy()) })
	return answersFor(c, managed, err, "managed policy", req.ARN, managed.ARN)
}
