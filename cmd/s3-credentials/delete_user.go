package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

func newDeleteUser() *cli.Command {
	return &cli.Command{
		Name:    "delete-user",
		Summary: "Delete specified users, their access keys and their inline policies",
		Needs:   []driver.Capability{driver.CapUsers},
		Long:    "Attached policies are detached. A user that does not exist does not keep the others from being deleted.",
		Examples: []cli.Example{
			{Purpose: "To delete two users", Line: "s3-credentials delete-user username1 username2"},
		},
		Args: []cli.Arg{{Name: "USERNAMES", Required: true, Repeated: true, Complete: cli.CompleteUser}},
		Run:  deleteUsers,
	}
}

func deleteUsers(ctx context.Context, env *cli.Env, names []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	var missing []string
	var failed []error
	for _, name := range names {
		err := deleteUser(ctx, env, engine, name)
		if errors.Is(err, fault.NotFound) {
			missing = append(missing, "'"+name+"'")
		} else if err != nil {
			failed = append(failed, err)
		}
		if err != nil && !aboutTheUser(err) {
			break // the next one would fail too
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

func deleteUser(ctx context.Context, env *cli.Env, engine *core.Engine, name string) error {
	fmt.Fprintf(env.Stdout, "User: %s\n", name)
	plan, err := engine.PlanDeleteUser(ctx, name)
	if err != nil {
		return err
	}
	_, err = engine.Apply(ctx, plan, func(s core.Step, _ core.Outcome) { fmt.Fprintln(env.Stdout, deletedText(s)) })
	return err
}

// deletedText words a finished step, as the Python tool does where it has the same step.
func deletedText(s core.Step) string {
	switch s.Resource.Kind {
	case core.KindPolicy:
		return "  Deleted policy: " + s.Resource.Name
	case core.KindGrant:
		return "  Deleted grant in the policy of bucket: " + s.Resource.Bucket
	case core.KindAttachment:
		return "  Detached policy: " + s.Resource.Name
	case core.KindAccessKey:
		return "  Deleted access key: " + s.Resource.Name
	}
	return "  Deleted user"
}
