package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

func newListUserPolicies() *cli.Command {
	return &cli.Command{
		Name:    "list-user-policies",
		Summary: "List inline policies for specified users",
		Needs:   []driver.Capability{driver.CapUsers},
		Long:    "Returns policies for all users if no usernames are provided.",
		Examples: []cli.Example{
			{Purpose: "To see what one user may do", Line: "s3-credentials list-user-policies username"},
		},
		Args: []cli.Arg{{Name: "USERNAMES", Repeated: true, Complete: cli.CompleteUser}},
		Run:  listUserPolicies,
	}
}

func listUserPolicies(ctx context.Context, env *cli.Env, names []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
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
