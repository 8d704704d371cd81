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
	return done(ctx, p.s, func(d driver.Driver) error { return d.PutPolicy(ctx, req) }, &pb.PutPolicyResponse{})
}

func (p *policyServer) GetPolicy(ctx context.Context, in *pb.GetPolicyRequest) (*pb.GetPolicyResponse, error) {
	req := driver.GetPolicyRequest{Principal: fromPrincipal(in.GetPrincipal()), Name: in.GetName()}
	return answer(ctx, p.s,
		func(d driver.Driver) (driver.PolicyDocument, error) { return d.GetPolicy(ctx, req) },
		func(doc driver.PolicyDocument) *pb.GetPolicyResponse {
			return &pb.GetPolicyResponse{Policy: toPolicyDocument(doc)}
		})
}

func (p *policyServer) ListPolicies(in *pb.ListPoliciesRequest, stream grpc.ServerStreamingServer[pb.ListPoliciesResponse]) error {
	d, err := p.s.driver()
	if err != nil {
		return err
	}
	names := d.ListPolicies(stream.Context(), driver.ListPoliciesRequest{Principal: fromPrincipal(in.GetPrincipal())})
	return sendListing(stream.Context(), names, itself, func(page []string) error {
		return stream.Send(&pb.ListPoliciesResponse{Names: page})
	})
}

func (p *policyServer) DeletePolicy(ctx context.Context, in *pb.DeletePolicyRequest) (*pb.DeletePolicyResponse, error) {
	req := driver.DeletePolicyRequest{Principal: fromPrincipal(in.GetPrincipal()), Name: in.GetName()}
	return done(ctx, p.s, func(d driver.Driver) error { return d.DeletePolicy(ctx, req) }, &pb.DeletePolicyResponse{})
}

func (p *policyServer) ListAttachedPolicies(
	in *pb.ListAttachedPoliciesRequest, stream grpc.ServerStreamingServer[pb.ListAttachedPoliciesResponse],
) error {
	d, err := p.s.driver()
	if err != nil {
		return err
	}
	attached := d.ListAttachedPolicies(stream.Context(), driver.ListPoliciesRequest{Principal: fromPrincipal(in.GetPrincipal())})
	return sendListing(stream.Context(), attached, toAttachedPolicy, func(page []*pb.AttachedPolicy) error {
		return stream.Send(&pb.ListAttachedPoliciesResponse{Policies: page})
	})
}

func (p *policyServer) AttachPolicy(ctx context.Context, in *pb.AttachPolicyRequest) (*pb.AttachPolicyResponse, error) {
	req := driver.AttachPolicyRequest{Principal: fromPrincipal(in.GetPrincipal()), PolicyARN: in.GetPolicyArn()}
	return done(ctx, p.s, func(d driver.Driver) error { return d.AttachPolicy(ctx, req) }, &pb.AttachPolicyResponse{})
}

func (p *policyServer) DetachPolicy(ctx context.Context, in *pb.DetachPolicyRequest) (*pb.DetachPolicyResponse, error) {
	req := driver.AttachPolicyRequest{Principal: fromPrincipal(in.GetPrincipal()), PolicyARN: in.GetPolicyArn()}
	return done(ctx, p.s, func(d driver.Driver) error { return d.DetachPolicy(ctx, req) }, &pb.DetachPolicyResponse{})
}

func (p *policyServer) GetManagedPolicy(ctx context.Context, in *pb.GetManagedPolicyRequest) (*pb.GetManagedPolicyResponse, error) {
	return answer(ctx, p.s,
		func(d driver.Driver) (driver.ManagedPolicy, error) {
			return d.GetManagedPolicy(ctx, driver.GetManagedPolicyRequest{ARN: in.GetArn()})
		},
		func(m driver.ManagedPolicy) *pb.GetManagedPolicyResponse {
			return &pb.GetManagedPolicyResponse{Policy: toManagedPolicy(m)}
		})
}
