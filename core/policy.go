package core

import (
	"context"
	"errors"
	"iter"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// readingPolicies is the capability to read a principal's policies of a kind.
func readingPolicies(p driver.Principal, kind driver.Capability) driver.Capability {
	if p.Type == driver.PrincipalGroup {
		return driver.CapPolicyGroup
	}
	return kind
}

// PutPolicy is driver.Policy.PutPolicy.
func (e *Engine) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	return do(ctx, e, driver.CapPolicyInline, e.driver.PutPolicy, req)
}

// checkDocument is driver.Policy.CheckPolicy, which a backend need not have.
func (e *Engine) checkDocument(ctx context.Context, document policy.Document, session bool) error {
	err := e.driver.CheckPolicy(ctx, driver.CheckPolicyRequest{Document: document.JSON(), Session: session})
	if errors.Is(err, fault.Unsupported) {
		return nil
	}
	return err
}

// GetPolicy is driver.Policy.GetPolicy.
func (e *Engine) GetPolicy(ctx context.Context, req driver.GetPolicyRequest) (driver.PolicyDocument, error) {
	return call(ctx, e, readingPolicies(req.Principal, driver.CapPolicyInline), e.driver.GetPolicy, req)
}

// ListPolicies is driver.Policy.ListPolicies.
func (e *Engine) ListPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[string, error] {
	return listing(ctx, e, readingPolicies(req.Principal, driver.CapPolicyInline), e.driver.ListPolicies, req)
}

// DeletePolicy is driver.Policy.DeletePolicy.
func (e *Engine) DeletePolicy(ctx context.Context, req driver.DeletePolicyRequest) error {
	return do(ctx, e, driver.CapPolicyInline, e.driver.DeletePolicy, req)
}

// ListAttachedPolicies is driver.Policy.ListAttachedPolicies.
func (e *Engine) ListAttachedPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[driver.AttachedPolicy, error] {
	return listing(ctx, e, readingPolicies(req.Principal, driver.CapPolicyManaged), e.driver.ListAttachedPolicies, req)
}

// AttachPolicy is driver.Policy.AttachPolicy.
func (e *Engine) AttachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	return do(ctx, e, driver.CapPolicyManaged, e.driver.AttachPolicy, req)
}

// DetachPolicy is driver.Policy.DetachPolicy.
func (e *Engine) DetachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	return do(ctx, e, driver.CapPolicyManaged, e.driver.DetachPolicy, req)
}

// GetManagedPolicy is driver.Policy.GetManagedPolicy.
func (e *Engine) GetManagedPolicy(ctx context.Context, req driver.GetManagedPolicyRequest) (driver.ManagedPolicy, error) {
	return call(ctx, e, driver.CapPolicyManaged, e.driver.GetManagedPolicy, req)
}

// PutGrant is driver.Policy.PutGrant.
func (e *Engine) PutGrant(ctx context.Context, req driver.PutGrantRequest) error {
	return do(ctx, e, driver.CapPolicyGrant, e.driver.PutGrant, req)
}

// ListGrants is driver.Policy.ListGrants.
func (e *Engine) ListGrants(ctx context.Context, req driver.ListGrantsRequest) iter.Seq2[driver.BucketGrant, error] {
	return listing(ctx, e, driver.CapPolicyGrant, e.driver.ListGrants, req)
}

// Probe is driver.Policy.Probe.
func (e *Engine) Probe(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	return call(ctx, e, driver.CapPolicyProbe, e.driver.Probe, req)
}
