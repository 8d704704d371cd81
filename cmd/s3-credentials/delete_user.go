package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// usersDeleter is delete-user with its options.
type usersDeleter struct{ change }

func newDeleteUser() *cli.Command {
	d := &usersDeleter{}
	return &cli.Command{
		Name:    "delete-user",
		Summary: "Delete specified users, their access keys and their inline policies",
		Needs:   []driver.Capability{driver.CapUsers},
		Long:    "Attached policies are detached. A user that does not exist does not keep the others from being deleted.",
		Examples: []cli.Example{
			{Purpose: "To delete two users", Line: "s3-credentials delete-user username1 username2"},
			{Purpose: "To see what would be deleted", Line: "s3-credentials delete-user username --dry-run"},
		},
		Args:    []cli.Arg{{Name: "USERNAMES", Required: true, Repeated: true, Complete: cli.CompleteUser}},
		Options: d.askingOptions(),
		Check:   d.check,
		Run:     d.run,
	}
}

// deletion is one user to delete.
type deletion struct {
	// why is told after the name.
	name, why string
	// plan is empty where there is an error.
	plan *core.Plan
	// still fails if the user is not to be deleted after all; nil where nothing is to be looked at again.
	still func(context.Context) error
	err   error
}

func (d *usersDeleter) run(ctx context.Context, env *cli.Env, names []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	return d.deleteUsers(ctx, env, engine, planDeletions(ctx, engine, names))
}

// deleteUsers carries out the plans of several users as one.
func (c *change) deleteUsers(ctx context.Context, env *cli.Env, engine *core.Engine, users []deletion) error {
	whole, count := &core.Plan{}, 0
	for _, u := range users {
		if u.err != nil && !aboutTheUser(u.err) {
			return joined(users)
		}
		if u.err == nil {
			whole.Steps, count = append(whole.Steps, u.plan.Steps...), count+1
		}
	}
	err := c.carryOut(ctx, env, engine, proposal{
		plan:     whole,
		show:     func(w io.Writer) { showDeletions(w, users) },
		question: "Delete " + counted(int64(count), "user") + "?",
		apply:    func(ctx context.Context, e *execution) error { return applyDeletions(ctx, env, e, users) },
	})
	if err != nil {
		return err
	}
	return joined(users)
}

// planDeletions makes the plan for each user, up to an error that the next one would have too.
func planDeletions(ctx context.Context, engine *core.Engine, names []string) []deletion {
	var users []deletion
	for _, name := range names {
		plan, err := engine.PlanDeleteUser(ctx, name)
		if err != nil {
			plan = &core.Plan{}
		}
		users = append(users, deletion{name: name, plan: plan, err: err})
		if err != nil && !aboutTheUser(err) {
			break
		}
	}
	return users
}

// applyDeletions deletes the users, up to an error that the next one would have too.
func applyDeletions(ctx context.Context, env *cli.Env, e *execution, users []deletion) error {
	for i := range users {
		u := &users[i]
		fmt.Fprintf(env.Stdout, "User: %s%s\n", u.name, u.why)
		if u.err = u.apply(ctx, env, e); u.err != nil && !aboutTheUser(u.err) {
			break
		}
	}
	return joined(users)
}

// apply deletes the user, unless its plan could not be made or is not to be carried out any more.
func (u *deletion) apply(ctx context.Context, env *cli.Env, e *execution) error {
	if u.err != nil {
		return u.err
	}
	if u.still != nil {
		if err := u.still(ctx); err != nil {
			return err
		}
	}
	_, err := e.apply(ctx, u.plan, func(s core.Step, _ core.Outcome) {
		fmt.Fprintln(env.Stdout, "  "+deletedText(s, "Deleted", "Detached"))
	})
	return err
}

func showDeletions(w io.Writer, users []deletion) {
	for _, u := range users {
		fmt.Fprintf(w, "User: %s%s\n", u.name, u.why)
		for _, s := range u.plan.Steps {
			fmt.Fprintln(w, "  "+deletedText(s, "Would delete", "Would detach"))
		}
	}
}

// joined is the errors of all users in one sentence.
func joined(users []deletion) error {
	var missing []string
	var failed []error
	for _, u := range users {
		if errors.Is(u.err, fault.NotFound) {
			missing = append(missing, "'"+u.name+"'")
		} else if u.err != nil {
			failed = append(failed, u.err)
		}
	}
	switch len(missing) {
	case 0:
	case 1:
		failed = append(failed, fault.New(fault.NotFound, "there is no user %s", missing[0]))
	default:
		failed = append(failed, fault.New(fault.NotFound, "there are no users %s", strings.Join(missing, ", ")))
	}
	return inOneSentence(failed)
}

// aboutTheUser reports whether an error is about one user and says nothing of the others.
func aboutTheUser(err error) bool {
	return errors.Is(err, fault.NotFound) || errors.Is(err, fault.FailedPrecondition) || errors.Is(err, fault.InvalidArgument)
}

// inOneSentence joins errors; the code is the first one's.
func inOneSentence(errs []error) error {
	switch len(errs) {
	case 0:
		return nil
	case 1:
		return errs[0]
	}
	var sentences []string
	for _, err := range errs {
		sentences = append(sentences, err.Error())
	}
	return fault.Wrap(fault.CodeOf(errs[0]), errs[0], "%s", strings.Join(sentences, "; "))
}

// deletedText words a step, as the Python tool does where it has the same step.
func deletedText(s core.Step, deleted, detached string) string {
	switch s.Resource.Kind {
	case core.KindPolicy:
		return deleted + " policy: " + s.Resource.Name
	case core.KindGrant:
		return deleted + " grant in the policy of bucket: " + s.Resource.Bucket
	case core.KindAttachment:
		return detached + " policy: " + s.Resource.Name
	case core.KindAccessKey:
		return deleted + " access key: " + s.Resource.Name
	}
	return deleted + " user"
}
