package main

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

var userPolicyColumns = []string{"UserName", "PolicyName", "PolicyDocument"}

// userPolicyLister is list-user-policies with its options.
type userPolicyLister struct {
	list listing
	json bool
}

func newListUserPolicies() *cli.Command {
	l := &userPolicyLister{}
	return &cli.Command{
		Name:    "list-user-policies",
		Summary: "List inline policies for specified users",
		Needs:   []driver.Capability{driver.CapUsers},
		Long:    "Returns policies for all users if no usernames are provided.",
		Examples: []cli.Example{
			{Purpose: "To see what one user may do", Line: "s3-credentials list-user-policies username"},
			{Purpose: "To list the policies of all users as JSON", Line: "s3-credentials list-user-policies --json"},
		},
		Args:    []cli.Arg{{Name: "USERNAMES", Repeated: true, Complete: cli.CompleteUser}},
		Options: append([]cli.Option{cli.Flag(&l.json, "json", "Output JSON")}, l.list.options()...),
		Check:   l.check,
		Run:     l.run,
	}
}

func (l *userPolicyLister) check([]string) error {
	if given := l.list.given(); l.json && len(given) > 0 {
		return cli.Usagef("--json cannot be used with --%s.", given[0].Name)
	}
	return l.list.check(nil)
}

func (l *userPolicyLister) run(ctx context.Context, env *cli.Env, names []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	if l.json || len(l.list.given()) > 0 {
		return printRows(env, &l.list, userPolicyColumns, policiesOfUsers(ctx, engine, names), userPolicyRow)
	}
	if len(names) > 0 {
		for _, name := range names {
			if err := printUserPolicies(ctx, env, engine, name); err != nil {
				return err
			}
		}
		return nil
	}
	for user, err := range engine.ListUsers(ctx) {
		if err != nil {
			return err
		}
		err = printUserPolicies(ctx, env, engine, user.Name)
		if err != nil && !errors.Is(err, fault.NotFound) { // NotFound: it was deleted after it was listed
			return err
		}
	}
	return nil
}

func printUserPolicies(ctx context.Context, env *cli.Env, engine *core.Engine, user string) error {
	fmt.Fprintf(env.Stdout, "User: %s\n", user)
	for policy, err := range engine.ListUserPolicies(ctx, user) {
		if err != nil {
			return err
		}
		fmt.Fprintf(env.Stdout, "PolicyName: %s\n", policy.Name)
		if err := env.PrintDocument([]byte(policy.Document)); err != nil {
			return err
		}
	}
	return nil
}

// policiesOfUsers yields the policies of the users, who have to exist, or of all if none is named.
func policiesOfUsers(ctx context.Context, engine *core.Engine, names []string) iter.Seq2[driver.PolicyDocument, error] {
	if len(names) == 0 {
		return flat(lookedUp(ctx, engine.ListUsers(ctx), func(ctx context.Context, user driver.User) ([]driver.PolicyDocument, error) {
			return collected(engine.ListUserPolicies(ctx, user.Name))
		}))
	}
	return func(yield func(driver.PolicyDocument, error) bool) {
		for _, name := range names {
			for p, err := range engine.ListUserPolicies(ctx, name) {
				if !yield(p, err) || err != nil {
					return
				}
			}
		}
	}
}

func userPolicyRow(p driver.PolicyDocument) (orderedjson.Object, error) {
	row := orderedjson.Object{{Name: "UserName", Value: p.Principal.Name}, {Name: "PolicyName", Value: p.Name}}
	return row, addDocument(&row, "PolicyDocument", p.Document)
}
