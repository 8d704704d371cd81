package core

import (
	"context"
	"errors"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// PlanDeleteUser makes the plan to delete a user with its policies, its attachments and its access keys. It changes
// nothing. NotFound if there is no such user. All steps are final: after an error, the user still has what the steps that
// were not done would have deleted, and making the plan again goes on.
func (e *Engine) PlanDeleteUser(ctx context.Context, name string) (*Plan, error) {
	if _, err := e.GetUser(ctx, driver.GetUserRequest{Name: name}); err != nil {
		return nil, err
	}
	granter, err := e.granter()
	if err != nil {
		return nil, err
	}
	plan := &Plan{}
	if err := granter.planRevoke(ctx, e.newSurvey(), plan, name); err != nil {
		return nil, err
	}
	if err := e.planDetach(ctx, plan, name); err != nil {
		return nil, err
	}
	if err := e.planDeleteKeys(ctx, plan, name); err != nil {
		return nil, err
	}
	plan.add(Step{Verb: Delete, Resource: Resource{Kind: KindUser, Name: name}})
	for i := range plan.Steps {
		plan.Steps[i].Final = true
	}
	return plan, nil
}

// planDetach adds the steps that detach managed policies: a user that still has one cannot be deleted.
func (e *Engine) planDetach(ctx context.Context, plan *Plan, name string) error {
	if !e.description.Has(driver.CapPolicyManaged) {
		return nil
	}
	attached, err := collect(e.ListAttachedPolicies(ctx, driver.ListPoliciesRequest{Principal: driver.UserPrincipal(name)}))
	if errors.Is(err, fault.Unsupported) {
		return nil // the system behind the endpoint has no managed policies, so none is attached
	}
	for _, a := range attached {
		plan.add(Step{Verb: Detach, Resource: Resource{Kind: KindAttachment, Name: a.ARN, Owner: driver.UserPrincipal(name)}})
	}
	return err
}

func (e *Engine) planDeleteKeys(ctx context.Context, plan *Plan, name string) error {
	if !e.description.Has(driver.CapAccessKeys) {
		return nil
	}
	keys, err := collect(e.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: name}))
	for _, k := range keys {
		plan.add(Step{Verb: Delete, Resource: Resource{Kind: KindAccessKey, Name: k.AccessKeyID, Owner: driver.UserPrincipal(name)}})
	}
	return err
}
