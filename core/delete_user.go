package core

import (
	"context"
	"errors"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// PlanDeleteUser makes the plan to delete a user with its policies, its attachments and its access keys. It changes
// nothing. NotFound if there is no such user; FailedPrecondition for the user whose credentials these are, and for one that the
// system would not delete because of something that the plan cannot delete, such as a password. All steps are final: after an error, the user still has what the steps that
// were not done would have deleted, and making the plan again goes on.
func (e *Engine) PlanDeleteUser(ctx context.Context, name string) (*Plan, error) {
	if name == "" {
		return nil, fault.New(fault.InvalidArgument, "the name of the user is empty; name the user to delete")
	}
	granter, err := e.granter()
	if err != nil {
		return nil, err
	}
	if err := e.checkDeletable(ctx, name); err != nil {
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

// checkDeletable refuses a user that does not exist or must stay, before anything of it is deleted.
func (e *Engine) checkDeletable(ctx context.Context, name string) error {
	user, err := e.GetUser(ctx, driver.GetUserRequest{Name: name})
	if err != nil {
		return err
	}
	if caller, err := e.WhoAmI(ctx); err == nil && caller.ARN != "" && caller.ARN == user.ARN {
		return fault.New(fault.FailedPrecondition, "user '%s' is whose credentials these are; delete it with those of another user", name)
	}
	items, err := e.itemsOf(ctx, name)
	if errors.Is(err, fault.PermissionDenied) {
		err = nil // who may delete users need not be allowed to look at all; the system refuses in the end
	}
	var keep []string
	for _, i := range items {
		if i.KeepsUser {
			keep = append(keep, i.String())
		}
	}
	if len(keep) > 0 {
		return fault.New(fault.FailedPrecondition, "user '%s' cannot be deleted while it has %s; remove that first", name, strings.Join(keep, ", "))
	}
	return err
}

// planDetach adds the steps that detach managed policies: a user that still has one cannot be deleted.
func (e *Engine) planDetach(ctx context.Context, plan *Plan, name string) error {
	attached, err := e.attachedTo(ctx, name)
	for _, arn := range attached {
		plan.add(Step{Verb: Detach, Resource: Resource{Kind: KindAttachment, Name: arn, Owner: driver.UserPrincipal(name)}})
	}
	return err
}

func (e *Engine) planDeleteKeys(ctx context.Context, plan *Plan, name string) error {
	if !e.description.Has(driver.CapAccessKeys) {
		return nil
	}
	keys, err := e.keysOf(ctx, name)
	for _, id := range keys {
		plan.add(Step{Verb: Delete, Resource: Resource{Kind: KindAccessKey, Name: id, Owner: driver.UserPrincipal(name)}})
	}
	return err
}
