package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync/atomic"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/parallel"
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
		Long:    "Attached policies are detached. Several users are deleted at the same time. A user that does not exist does not keep the others from being deleted.",
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
	// err is why it cannot be planned, or was not carried out.
	err     error
	deleted bool
}

func (d *usersDeleter) run(ctx context.Context, env *cli.Env, names []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	users, err := planDeletions(ctx, engine, names)
	if err != nil {
		return err
	}
	return d.deleteUsers(ctx, env, engine, users)
}

// deleteUsers carries out the plans of several users as one.
func (c *change) deleteUsers(ctx context.Context, env *cli.Env, engine *core.Engine, users []*deletion) error {
	whole, count := &core.Plan{}, int64(0)
	for _, u := range users {
		if u.err == nil {
			whole.Steps, count = append(whole.Steps, u.plan.Steps...), count+1
		}
	}
	err := c.carryOut(ctx, env, engine, proposal{
		plan:     whole,
		show:     func(w io.Writer) { showDeletions(w, users) },
		question: "Delete " + counted(count, "user") + "?",
		apply:    func(ctx context.Context, e *execution) error { return applyDeletions(ctx, env, e, users, count) },
	})
	if err != nil {
		return err
	}
	return joined(users)
}

// usersAtOnce is how many users are looked at or deleted at the same time. Each takes a dozen requests, one after another.
const usersAtOnce = 8

// eachUser does something for several users at a time. After an error that the next user would have too, it begins no further one, and
// lets those end that have begun.
func eachUser(ctx context.Context, users []*deletion, do func(ctx context.Context, at int, u *deletion)) error {
	var stop atomic.Bool
	source := func(context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for at := range users {
				if !yield(at, nil) {
					return
				}
			}
		}
	}
	return parallel.Each(ctx, usersAtOnce, source, func(ctx context.Context, at int) error {
		u := users[at]
		if stop.Load() { // it has waited for its turn
			return nil
		}
		do(ctx, at, u)
		if u.err != nil && !aboutTheUser(u.err) {
			stop.Store(true)
		}
		return nil
	})
}

// planDeletions makes the plan for each user. It fails with an error that is not about one user.
func planDeletions(ctx context.Context, engine *core.Engine, names []string) ([]*deletion, error) {
	var users []*deletion
	for _, name := range once(names) {
		users = append(users, &deletion{name: name, plan: &core.Plan{}})
	}
	err := eachUser(ctx, users, func(ctx context.Context, _ int, u *deletion) {
		plan, err := engine.PlanDeleteUser(ctx, u.name)
		if u.err = err; err == nil {
			u.plan = plan
		}
	})
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		if u.err != nil && !aboutTheUser(u.err) {
			return nil, joined(users)
		}
	}
	return users, nil
}

// applyDeletions deletes the users. Count is how many are to be deleted.
func applyDeletions(ctx context.Context, env *cli.Env, e *execution, users []*deletion, count int64) error {
	out := newTurns(env.Stdout, len(users))
	err := eachUser(ctx, users, func(ctx context.Context, at int, u *deletion) {
		defer out.end(at)
		out.println(at, "User: "+u.name+u.why)
		if u.err == nil {
			u.err = u.apply(ctx, e, func(line string) { out.println(at, line) })
			u.deleted = u.err == nil
		}
	})
	for at := range users {
		out.end(at) // an interrupt, or such an error, kept some from beginning
	}
	if err == nil {
		return joined(users)
	}
	return interrupted(users, count, err)
}

// apply deletes the user, unless it is not to be deleted any more.
func (u *deletion) apply(ctx context.Context, e *execution, say func(line string)) error {
	if u.still != nil {
		if err := u.still(ctx); err != nil {
			return err
		}
	}
	_, err := e.apply(ctx, u.plan, func(s core.Step, _ core.Outcome) { say("  " + deletedText(s, "Deleted", "Detached")) })
	return err
}

// interrupted says how many users were deleted until an interrupt, and what was done of the others.
func interrupted(users []*deletion, count int64, err error) error {
	var deleted int64
	for _, u := range users {
		var failed *core.ApplyError
		switch {
		case u.deleted:
			deleted++
		case errors.As(u.err, &failed) && len(failed.Kept)+len(failed.Orphans) == 0:
			u.err = nil // nothing is done of it
		}
	}
	message := fmt.Sprintf("interrupted; %d of %s deleted", deleted, counted(count, "user"))
	if failed := joined(users); failed != nil {
		message += "; " + failed.Error()
	}
	return &partialError{message, err}
}

func showDeletions(w io.Writer, users []*deletion) {
	for _, u := range users {
		fmt.Fprintf(w, "User: %s%s\n", u.name, u.why)
		for _, s := range u.plan.Steps {
			fmt.Fprintln(w, "  "+deletedText(s, "Would delete", "Would detach"))
		}
	}
}

// joined is the errors of all users in one sentence.
func joined(users []*deletion) error {
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
