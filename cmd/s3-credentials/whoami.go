package main

import (
	"context"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

func newWhoami() *cli.Command {
	return &cli.Command{
		Name:     "whoami",
		Summary:  "Identify currently authenticated user",
		Examples: []cli.Example{{Purpose: "To see whose credentials are in use", Line: "s3-credentials whoami"}},
		Run:      whoami,
	}
}

func whoami(ctx context.Context, env *cli.Env, _ []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	caller, err := engine.WhoAmI(ctx)
	if err != nil {
		return err
	}
	return env.PrintJSON(callerValue(caller))
}

func callerValue(c driver.Caller) orderedjson.Object {
	return orderedjson.Object{
		{Name: "UserId", Value: c.UserID},
		{Name: "Account", Value: c.Account},
		{Name: "Arn", Value: c.ARN},
	}
}
