package wire

import (
	"context"
	"iter"

	"github.com/s3-credentials/s3-credentials/core/driver"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

func (c *client) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	return unary(ctx, c, c.policy.PutPolicy,
		&pb.PutPolicyRequest{Principal: toPrincipal(req.Principal), Name: req.Name, Document: req.Document})
}

func (c *client) GetPolicy(ctx context.Context, req driver.GetPolicyRequest) (driver.PolicyDocument, error) {
	request := &pb.GetPolicyRequest{Principal: toPrincipal(req.Principal), Name: req.Name}
	document, err := call(ctx, c, c.policy.GetPolicy, request, (*pb.GetPolicyResponse).GetPolicy, fromPolicyDocument)
	return verifyName(c, document, err, "policy", req.Name, document.Name)
}

func (c *client) ListPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[string, error] {
	request := &pb.ListPoliciesRequest{Principal: toPrincipal(req.Principal)}
	return receiveListing(ctx, c, c.policy.ListPolicies, request, (*pb.ListPoliciesResponse).GetNames, identity)
}

func (c *client) DeletePolicy(ctx context.Context, req driver.DeletePolicyRequest) error {
	return unary(ctx, c, c.policy.DeletePolicy, &pb.DeletePolicyRequest{Principal: toPrincipal(req.Principal), Name: req.Name})
}

func (c *client) CheckPolicy(ctx context.Context, req driver.CheckPolicyRequest) error {
	return unary(ctx, c, c.policy.CheckPolicy, &pb.CheckPolicyRequest{Document: req.Document, Session: req.Session})
}

func (c *client) ListAttachedPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[driver.AttachedPolicy, error] {
	request := &pb.ListAttachedPoliciesRequest{Principal: toPrincipal(req.Principal)}
	return receiveListing(ctx, c, c.policy.ListAttachedPolicies, request,
		(*pb.ListAttachedPoliciesResponse).GetPolicies, fromAttachedPolicy)
}

func (c *client) AttachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	return unary(ctx, c, c.policy.AttachPolicy,
		&pb.AttachPolicyRequest{Principal: toPrincipal(req.Principal), PolicyArn: req.PolicyARN})
}

func (c *client) DetachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	return unary(ctx, c, c.policy.DetachPolicy,
		&pb.DetachPolicyRequest{Principal: toPrincipal(req.Principal), PolicyArn: req.PolicyARN})
}

func (c *client) GetManagedPolicy(ctx context.Context, req driver.GetManagedPolicyRequest) (driver.ManagedPolicy, error) {
	request := &pb.GetManagedPolicyRequest{Arn: req.ARN}
	managed, err := call(ctx, c, c.policy.GetManagedPolicy, request, (*pb.GetManagedPolicyResponse).GetPolicy, fromManagedPolicy)
	return verifyName(c, managed, err, "managed policy", req.ARN, managed.ARN)
}

func (c *client) PutGrant(ctx context.Context, req driver.PutGrantRequest) error {
	return unary(ctx, c, c.policy.PutGrant, &pb.PutGrantRequest{UserName: req.UserName, Grant: toBucketGrant(req.Grant)})
}

func (c *client) ListGrants(ctx context.Context, req driver.ListGrantsRequest) iter.Seq2[driver.BucketGrant, error] {
	request := &pb.ListGrantsRequest{UserName: req.UserName}
	return receiveListing(ctx, c, c.policy.ListGrants, request, (*pb.ListGrantsResponse).GetGrants, fromBucketGrant)
}

func (c *client) Probe(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	request := &pb.ProbeRequest{Action: req.Action, Bucket: req.Bucket, Key: req.Key}
	return call(ctx, c, c.policy.Probe, request, identity, fromProbe)
}
