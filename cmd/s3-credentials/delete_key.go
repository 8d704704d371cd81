package main

import (
	"context"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// keyDeleter is delete-key with its options.
type keyDeleter struct{ change }

func newDeleteKey() *cli.Command {
	d := &keyDeleter{}
	return &cli.Command{
		Name:    "delete-key",
		Summary: "Delete an access key of a user",
		Needs:   []driver.Capability{driver.CapAccessKeys},
		Long: "The user and its other keys stay as they are. A deleted key cannot be put back; to see first what breaks without it, " +
			"use set-key-status.",
		Examples: []cli.Example{
			{Purpose: "To delete a key of a user", Line: "s3-credentials delete-key username AKIAIOSFODNN7EXAMPLE"},
		},
		Args:    []cli.Arg{{Name: "USERNAME", Required: true, Complete: cli.CompleteUser}, {Name: "ACCESS_KEY_ID", Required: true}},
		Options: d.askingOptions(),
		Check:   d.check,
		Run:     d.run,
	}
}

func (d *keyDeleter) run(ctx context.Context, env *cli.Env, args []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	plan, err := engine.PlanDeleteKey(ctx, args[0], args[1])
	if err != nil {
		return err
	}
	return d.carryOut(ctx, env, engine, steps(env, plan, would, done).asking("Delete access key %s of user %s?", args[1], args[0]))
}
