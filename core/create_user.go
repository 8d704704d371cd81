package core

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// planUser adds the steps that make a user, or take the one there is, give it the access, and make a key for it.
func (e *Engine) planUser(ctx context.Context, plan *CreatePlan, options CreateOptions, grants []grant) error {
	name := options.UserName
	if name == "" {
		name = derivedName(e.description.Names.User, e.description.Names.Separator, options.permission(), bucketsOf(grants))
	}
	if err := checkName("user", name, e.description.Names.User); err != nil {
		return err
	}
	exists, keys, err := e.lookUpUser(ctx, name)
	if err != nil {
		return err
	}
	if exists {
		plan.Notes = append(plan.Notes, existingUserNotes(name, options)...)
	} else {
		plan.Steps = append(plan.Steps, e.userStep(plan, name, e.boundaryFor(plan, options), options.PermissionsBoundary != ""))
	}
	granter, err := e.granter()
	if err != nil {
		return err
	}
	if err := granter.plan(ctx, &plan.Plan, name, exists, options.permission(), grants); err != nil {
		return err
	}
	if e.description.Has(driver.CapAccessKeys) {
		plan.Steps = append(plan.Steps, e.keyStep(plan, name, exists, keys))
	}
	return nil
}

func bucketsOf(grants []grant) []string {
	buckets := make([]string, len(grants))
	for i, g := range grants {
		buckets[i] = g.bucket
	}
	return buckets
}

// lookUpUser says whether there is such a user, and which keys it has. A user that cannot get a further key is an error.
func (e *Engine) lookUpUser(ctx context.Context, name string) (bool, []driver.AccessKey, error) {
	_, err := e.GetUser(ctx, driver.GetUserRequest{Name: name})
	if isMissing(err) {
		return false, nil, nil
	}
	if err != nil {
		return false, nil, err
	}
	if !e.description.Has(driver.CapAccessKeys) {
		return false, nil, fault.New(fault.AlreadyExists, "user '%s' exists, and the %s backend gives a user one key only; choose another --username, or delete the user first", name, e.description.Name)
	}
	keys, err := collect(e.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: name}))
	if err != nil {
		return false, nil, err
	}
	if limit := e.description.Limits.AccessKeysPerUser; limit > 0 && len(keys) >= limit {
		return false, nil, fault.New(fault.ResourceExhausted, "user '%s' has %d access keys, and %d are allowed; delete one, or choose another --username", name, len(keys), limit)
	}
	return true, keys, nil
}

func existingUserNotes(name string, options CreateOptions) []string {
	notes := []string{fmt.Sprintf("user '%s' exists and gets a further access key", name)}
	if options.PermissionsBoundary != "" {
		notes = append(notes, "the permissions boundary of an existing user is left as it is")
	}
	return notes
}

// boundaryFor returns the permissions boundary of a new user: the one asked for, or the backend's default for the
// access. A user with a policy or statements of the caller's own gets none by default, because a default boundary
// could silently take away what they allow.
func (e *Engine) boundaryFor(plan *CreatePlan, options CreateOptions) string {
	switch {
	case options.PermissionsBoundary == NoBoundary:
		return ""
	case options.PermissionsBoundary != "":
		return options.PermissionsBoundary
	case options.permission() == "custom":
		return ""
	case !e.description.Has(driver.CapPolicyBoundary):
		plan.Notes = append(plan.Notes, fmt.Sprintf("made without a permissions boundary, which the %s backend does not have", e.description.Name))
		return ""
	case options.Access == policy.ReadOnly:
		return e.description.Boundaries.ReadOnly
	}
	return e.description.Boundaries.ReadWrite
}

// userStep creates the user. On a system whose users are their own key, the key is the plan's result. A system that
// ignores the boundary is found out from what it says of the new user: a boundary that was asked for is then an error,
// and without the default one, which is a second line of defence only, the step says so.
func (e *Engine) userStep(plan *CreatePlan, name, boundary string, asked bool) Step {
	what := fmt.Sprintf("user: '%s'", name)
	if boundary != "" {
		what += fmt.Sprintf(" with permissions boundary: '%s'", boundary)
	}
	index := len(plan.Steps)
	return Step{
		Would: "Would create " + what, Did: "Created " + what, Thing: fmt.Sprintf("user '%s'", name),
		do: func(ctx context.Context) error {
			made, err := e.CreateUser(ctx, driver.CreateUserRequest{Name: name, PermissionsBoundary: boundary})
			if err != nil {
				return err
			}
			if made.AccessKey != nil {
				plan.Result = CreateResult{AccessKey: made.AccessKey, UserKeys: 1}
			}
			return e.checkBoundary(ctx, &plan.Steps[index], made.User, boundary, asked)
		},
		undo: func(ctx context.Context) error { return e.DeleteUser(ctx, driver.DeleteUserRequest{Name: name}) },
	}
}

// checkBoundary finds out whether the system took the boundary of a new user, and undoes the user if it must have and did not.
func (e *Engine) checkBoundary(ctx context.Context, step *Step, made driver.User, boundary string, asked bool) error {
	if made.PermissionsBoundary == boundary {
		return nil
	}
	// The answer to the creation need not say it.
	now, err := e.GetUser(ctx, driver.GetUserRequest{Name: made.Name})
	if err == nil && now.PermissionsBoundary == boundary {
		return nil
	}
	if err == nil && !asked {
		step.Did = fmt.Sprintf("Created user: '%s', without the permissions boundary, which the system ignored", made.Name)
		return nil
	}
	if err == nil {
		err = boundaryIgnored(made.Name)
	}
	return errors.Join(err, e.DeleteUser(context.WithoutCancel(ctx), driver.DeleteUserRequest{Name: made.Name}))
}

func boundaryIgnored(user string) error {
	return fault.New(fault.Unsupported, "the system ignored the permissions boundary of user '%s'; its own policies are all that limits it", user)
}

// keyStep makes an access key for the user, which has the given keys before.
func (e *Engine) keyStep(plan *CreatePlan, name string, exists bool, before []driver.AccessKey) Step {
	return Step{
		Would: fmt.Sprintf("Would call create access key for user '%s'", name),
		Did:   fmt.Sprintf("Created access key for user: %s", name),
		Thing: fmt.Sprintf("access key of user '%s'", name),
		do: func(ctx context.Context) error {
			key, err := e.CreateAccessKey(ctx, driver.CreateAccessKeyRequest{UserName: name})
			if err != nil {
				return err
			}
			plan.Result = CreateResult{AccessKey: &key, UserKeys: len(before) + 1}
			return nil
		},
		undo: func(ctx context.Context) error {
			if key := plan.Result.AccessKey; key != nil {
				return e.DeleteAccessKey(ctx, driver.DeleteAccessKeyRequest{UserName: name, AccessKeyID: key.AccessKeyID})
			}
			return e.undoUnknownKey(ctx, name, exists, before)
		},
	}
}

// undoUnknownKey deals with a key that may have been made although its making failed. All keys of a user that this run
// made are this run's. A new key of a user that was there before may be somebody else's: it is named, not deleted.
func (e *Engine) undoUnknownKey(ctx context.Context, user string, exists bool, before []driver.AccessKey) error {
	known := map[string]bool{}
	for _, k := range before {
		known[k.AccessKeyID] = true
	}
	now, err := collect(e.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: user}))
	if err != nil {
		return err
	}
	var unknown []string
	for _, k := range now {
		if known[k.AccessKeyID] {
			continue
		}
		if exists {
			unknown = append(unknown, k.AccessKeyID)
			continue
		}
		err = errors.Join(err, e.DeleteAccessKey(ctx, driver.DeleteAccessKeyRequest{UserName: user, AccessKeyID: k.AccessKeyID}))
	}
	if len(unknown) > 0 {
		return fault.New(fault.FailedPrecondition, "%s appeared meanwhile; delete it if nobody else made it", strings.Join(unknown, ", "))
	}
	return err
}
