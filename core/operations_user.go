package core

import (
	"context"
	"errors"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// createUser creates a user. On a system whose users are their own key, the key comes with it. A system that ignores the
// boundary is found out from what it says of the new user: where the boundary is required, the step fails and is rolled
// back; a default one, which is a second line of defence only, is reported as ignored.
func createUser(ctx context.Context, run *Applied, s Step) (Outcome, error) {
	e, want := run.engine, s.after()
	request := driver.CreateUserRequest{Name: s.Resource.Name, PermissionsBoundary: want.Boundary, Tags: run.userTags(ctx, s)}
	if e.endsUsers() {
		request.Expires = want.Until
	}
	made, untagged, err := run.createTagged(ctx, request)
	if err != nil {
		return Outcome{}, err
	}
	outcome := Outcome{AccessKey: made.AccessKey, Untagged: untagged}
	if made.User.PermissionsBoundary == want.Boundary {
		return outcome, nil
	}
	// The answer to the creation need not have it.
	var now driver.User
	err = e.await(ctx, func() (err error) {
		now, err = e.GetUser(ctx, driver.GetUserRequest{Name: s.Resource.Name})
		return err
	})
	switch {
	case err == nil && now.PermissionsBoundary == want.Boundary:
		return outcome, nil
	case err == nil && !want.BoundaryRequired:
		outcome.Ignored = true
		return outcome, nil
	case err == nil:
		err = fault.New(fault.Unsupported, "the system ignores permissions boundaries, so the user's own policies are all that limit it").
			WithHint(fault.HintNoBoundary)
	}
	outcome.made = true
	return outcome, err
}

// deleteRounds is how often the deletion of a user goes on with what the user got meanwhile.
const deleteRounds = 3

// deleteUser deletes a user. A key or policy that the user got after the plan to delete it was made, or while it was carried
// out, would keep it there, with a key and without access: it is deleted too.
func deleteUser(ctx context.Context, run *Applied, s Step) (Outcome, error) {
	request := driver.DeleteUserRequest{Name: s.Resource.Name}
	err := run.engine.DeleteUser(ctx, request)
	reported := map[string]bool{}
	for _, done := range run.plan.Steps[:len(run.outcomes)] {
		reported[done.String()] = true
	}
	for round := 0; s.Final && round < deleteRounds && errors.Is(err, fault.FailedPrecondition); round++ {
		late, planErr := run.engine.PlanDeleteUser(ctx, s.Resource.Name)
		if planErr != nil {
			break
		}
		for _, step := range late.Steps[:len(late.Steps)-1] {
			outcome, stepErr := run.step(ctx, step)
			if stepErr != nil && !errors.Is(stepErr, fault.NotFound) {
				return Outcome{}, stepErr
			}
			// What was deleted before may linger in a listing.
			if !reported[step.String()] {
				reported[step.String()] = true
				run.report(step, outcome)
			}
		}
		err = run.engine.DeleteUser(ctx, request)
	}
	return Outcome{}, err
}
