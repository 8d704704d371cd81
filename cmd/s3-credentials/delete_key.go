package main

import (
	"context"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

func newDeleteKey() *cli.Command {
	return &cli.Command{
		Name:    "delete-key",
		Summary: "Delete an access key of a user",
		Needs:   []driver.Capability{driver.CapAccessKeys},
		Long: "The user and its other keys stay as they are. A deleted key cannot be put back; to see first what breaks without it, " +
			"use set-key-status.",
		Examples: []cli.Example{
			{Purpose: "To delete a key of a user", Line: "s3-credentials delete-key username AKIAIOSFODNN7EXAMPLE"},
		},
		Args: []cli.Arg{{Name: "USERNAME", Required: true, Complete: cli.CompleteUser}, {Name: "ACCESS_KEY_ID", Required: true}},
		Run: func(ctx context.Context, env *cli.Env, args []string) error {
			engine, err := connect.Engine(env)
			if err != nil {
				return err
			}
			plan, err := engine.PlanDeleteKey(ctx, args[0], args[1])
			if err != nil {
				return err
			}
			_, err = engine.Apply(ctx, plan, func(core.Step, core.Outcome) {
				env.Step("Deleted access key %s of user %s", args[1], args[0])
			})
			return err
		},
	}
}
