package core

import (
	"context"
	"iter"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// PutPolicy is driver.Policy.PutPolicy, after a check of the capabilities it needs.
func (e *Engine) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	if err := e.require(driver.CapPolicyInline); err != nil {
		return err
	}
	return e.driver.PutPolicy(ctx, req)
}

// GetPolicy is driver.Policy.GetPolicy, after a check of the capabilities it needs.
func (e *Engine) GetPolicy(ctx context.Context, req driver.GetPolicyRequest) (driver.PolicyDocument, error) {
	if err := e.require(driver.CapPolicyInline); err != nil {
		return driver.PolicyDocument{}, err
	}
	return e.driver.GetPolicy(ctx, req)
}

// ListPolicies is driver.Policy.ListPolicies, after a check of the capabilities it needs.
func (e *Engine) ListPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[string, error] {
	return guarded(e.require(driver.CapPolicyInline), func() iter.Seq2[string, error] {
		return e.driver.ListPolicies(ctx, req)
	})
}

// DeletePolicy is driver.Policy.DeletePolicy, after a check of the capabilities it needs.
func (e *Engine) DeletePolicy(ctx context.Context, req driver.DeletePolicyRequest) error {
	if err := e.require(driver.CapPolicyInline); err != nil {
		return err
	}
	return e.driver.DeletePolicy(ctx, req)
}

// ListAttachedPolicies is driver.Policy.ListAttachedPolicies, after a check of the capabilities it needs.
func (e *Engine) ListAttachedPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[driver.AttachedPolicy, error] {
	return guarded(e.require(driver.CapPolicyManaged), func() iter.Seq2[driver.AttachedPolicy, error] {
		return e.driver.ListAttachedPolicies(ctx, req)
	})
}

// AttachPolicy is driver.Policy.AttachPolicy, after a check of the capabilities it needs.
func (e *Engine) AttachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	if err := e.require(driver.CapPolicyManaged); err != nil {
		return err
	}
	return e.driver.AttachPolicy(ctx, req)
}

// DetachPolicy is driver.Policy.DetachPolicy, after a check of the capabilities it needs.
func (e *Engine) DetachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	if err := e.require(driver.CapPolicyManaged); err != nil {
		return err
	}
	return e.driver.DetachPolicy(ctx, req)
}

// GetManagedPolicy is driver.Policy.GetManagedPolicy, after a check of the capabilities it needs.
func (e *Engine) GetManagedPolicy(ctx context.Context, req driver.GetManagedPolicyRequest) (driver.ManagedPolicy, error) {
	if err := e.require(driver.CapPolicyManaged); err != nil {
		return driver.ManagedPolicy{}, err
	}
	return e.driver.GetManagedPolicy(ctx, req)
}
