package wire

import (
	"context"

	"google.golang.org/grpc"

	"github.com/s3-credentials/s3-credentials/core/driver"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

type policyServer struct {
	pb.UnimplementedPolicyServiceServer
	s *Server
}

func (p *policyServer) PutPolicy(ctx context.Context, in *pb.PutPolicyRequest) (*pb.PutPolicyResponse, error) {
	req := driver.PutPolicyRequest{
		Principal: fromPrincipal(in.GetPrincipal()), Name: in.GetName(), Document: in.GetDocument(),
	}
	return done(ctx, p.s, driver.Driver.PutPolicy, req, &pb.PutPolicyResponse{})
}

func (p *policyServer) GetPolicy(ctx context.Context, in *pb.GetPolicyRequest) (*pb.GetPolicyResponse, error) {
	req := driver.GetPolicyRequest{Principal: fromPrincipal(in.GetPrincipal()), Name: in.GetName()}
	return answer(ctx, p.s, driver.Driver.GetPolicy, req,
		func(d driver.PolicyDocument) *pb.GetPolicyResponse {
			return &pb.GetPolicyResponse{Policy: toPolicyDocument(d)}
		})
}

func (p *policyServer) ListPolicies(in *pb.ListPoliciesRequest, stream grpc.ServerStreamingServer[pb.ListPoliciesResponse]) error {
	req := driver.ListPoliciesRequest{Principal: fromPrincipal(in.GetPrincipal())}
	return sendListing(p.s, stream, driver.Driver.ListPolicies, req, identity,
		func(page []string) *pb.ListPoliciesResponse { return &pb.ListPoliciesResponse{Names: page} })
}

func (p *policyServer) DeletePolicy(ctx context.Context, in *pb.DeletePolicyRequest) (*pb.DeletePolicyResponse, error) {
	req := driver.DeletePolicyRequest{Principal: fromPrincipal(in.GetPrincipal()), Name: in.GetName()}
	return done(ctx, p.s, driver.Driver.DeletePolicy, req, &pb.DeletePolicyResponse{})
}

func (p *policyServer) CheckPolicy(ctx context.Context, in *pb.CheckPolicyRequest) (*pb.CheckPolicyResponse, error) {
	req := driver.CheckPolicyRequest{Document: in.GetDocument(), Session: in.GetSession()}
	return done(ctx, p.s, driver.Driver.CheckPolicy, req, &pb.CheckPolicyResponse{})
}

func (p *policyServer) ListAttachedPolicies(
	in *pb.ListAttachedPoliciesRequest, stream grpc.ServerStreamingServer[pb.ListAttachedPoliciesResponse],
) error {
	req := driver.ListPoliciesRequest{Principal: fromPrincipal(in.GetPrincipal())}
	return sendListing(p.s, stream, driver.Driver.ListAttachedPolicies, req, toAttachedPolicy,
		func(page []*pb.AttachedPolicy) *pb.ListAttachedPoliciesResponse {
			return &pb.ListAttachedPoliciesResponse{Policies: page}
		})
}

func (p *policyServer) AttachPolicy(ctx context.Context, in *pb.AttachPolicyRequest) (*pb.AttachPolicyResponse, error) {
	req := driver.AttachPolicyRequest{Principal: fromPrincipal(in.GetPrincipal()), PolicyARN: in.GetPolicyArn()}
	return done(ctx, p.s, driver.Driver.AttachPolicy, req, &pb.AttachPolicyResponse{})
}

func (p *policyServer) DetachPolicy(ctx context.Context, in *pb.DetachPolicyRequest) (*pb.DetachPolicyResponse, error) {
	req := driver.AttachPolicyRequest{Principal: fromPrincipal(in.GetPrincipal()), PolicyARN: in.GetPolicyArn()}
	return done(ctx, p.s, driver.Driver.DetachPolicy, req, &pb.DetachPolicyResponse{})
}

func (p *policyServer) GetManagedPolicy(ctx context.Context, in *pb.GetManagedPolicyRequest) (*pb.GetManagedPolicyResponse, error) {
	return answer(ctx, p.s, driver.Driver.GetManagedPolicy, driver.GetManagedPolicyRequest{ARN: in.GetArn()},
		func(m driver.ManagedPolicy) *pb.GetManagedPolicyResponse {
			return &pb.GetManagedPolicyResponse{Policy: toManagedPolicy(m)}
		})
}

func (p *policyServer) PutGrant(ctx context.Context, in *pb.PutGrantRequest) (*pb.PutGrantResponse, error) {
	req := driver.PutGrantRequest{UserName: in.GetUserName(), Grant: fromBucketGrant(in.GetGrant())}
	return done(ctx, p.s, driver.Driver.PutGrant, req, &pb.PutGrantResponse{})
}

func (p *policyServer) ListGrants(in *pb.ListGrantsRequest, stream grpc.ServerStreamingServer[pb.ListGrantsResponse]) error {
	req := driver.ListGrantsRequest{UserName: in.GetUserName()}
	return sendListing(p.s, stream, driver.Driver.ListGrants, req, toBucketGrant,
		func(page []*pb.BucketGrant) *pb.ListGrantsResponse { return &pb.ListGrantsResponse{Grants: page} })
}

func (p *policyServer) Probe(ctx context.Context, in *pb.ProbeRequest) (*pb.ProbeResponse, error) {
	req := driver.ProbeRequest{Action: in.GetAction(), Bucket: in.GetBucket(), Key: in.GetKey()}
	return answer(ctx, p.s, driver.Driver.Probe, req, toProbe)
}
