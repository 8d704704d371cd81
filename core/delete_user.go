package core

import (
	"context"
	"errors"
	"fmt"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// PlanDeleteUser makes the plan to delete a user with its policies, its attachments and its access keys. It changes
// nothing. NotFound if there is no such user. A deletion has no undo: after an error, the user has still what the
// steps that were not done would have deleted, and running the plan again goes on.
func (e *Engine) PlanDeleteUser(ctx context.Context, name string) (*Plan, error) {
	if _, err := e.GetUser(ctx, driver.GetUserRequest{Name: name}); err != nil {
		return nil, err
	}
	granter, err := e.granter()
	if err != nil {
		return nil, err
	}
	steps, err := granter.revoke(ctx, name)
	if err != nil {
		return nil, err
	}
	plan := &Plan{Steps: steps}
	if err := e.planDetach(ctx, plan, name); err != nil {
		return nil, err
	}
	if err := e.planDeleteKeys(ctx, plan, name); err != nil {
		return nil, err
	}
	plan.Steps = append(plan.Steps, Step{
		Would: "  Would delete user", Did: "  Deleted user", Thing: fmt.Sprintf("user '%s'", name),
		do: func(ctx context.Context) error { return e.DeleteUser(ctx, driver.DeleteUserRequest{Name: name}) },
	})
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
		plan.Steps = append(plan.Steps, Step{
			Would: "  Would detach policy: " + a.ARN, Did: "  Detached policy: " + a.ARN,
			Thing: fmt.Sprintf("policy %s of user '%s'", a.ARN, name),
			do: func(ctx context.Context) error {
				return e.DetachPolicy(ctx, driver.AttachPolicyRequest{Principal: driver.UserPrincipal(name), PolicyARN: a.ARN})
			},
		})
	}
	return err
}

func (e *Engine) planDeleteKeys(ctx context.Context, plan *Plan, name string) error {
	if !e.description.Has(driver.CapAccessKeys) {
		return nil
	}
	keys, err := collect(e.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: name}))
	for _, k := range keys {
		plan.Steps = append(plan.Steps, Step{
			Would: "  Would delete access key: " + k.AccessKeyID, Did: "  Deleted access key: " + k.AccessKeyID,
			Thing: fmt.Sprintf("access key %s of user '%s'", k.AccessKeyID, name),
			do: func(ctx context.Context) error {
				return e.DeleteAccessKey(ctx, driver.DeleteAccessKeyRequest{UserName: name, AccessKeyID: k.AccessKeyID})
			},
		})
	}
	return err
}
