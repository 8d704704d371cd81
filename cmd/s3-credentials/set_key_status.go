package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// keyStatuses are the words for the status of a key; list-keys prints them with a capital, and case does not matter.
var keyStatuses = map[string]string{"active": driver.KeyActive, "inactive": driver.KeyInactive}

// keySwitch is set-key-status with its options.
type keySwitch struct{ change }

func newSetKeyStatus() *cli.Command {
	k := &keySwitch{}
	return &cli.Command{
		Name:    "set-key-status",
		Summary: "Switch an access key of a user off or on",
		Needs:   []driver.Capability{driver.CapKeyStatus},
		Long:    "STATUS is active or inactive. A key that is inactive does not work until it is active again.",
		Examples: []cli.Example{
			{Purpose: "To see what breaks without a key, before it is deleted", Line: "s3-credentials set-key-status username AKIAIOSFODNN7EXAMPLE inactive"},
			{Purpose: "To let it work again", Line: "s3-credentials set-key-status username AKIAIOSFODNN7EXAMPLE active"},
		},
		Args:    []cli.Arg{{Name: "USERNAME", Required: true, Complete: cli.CompleteUser}, {Name: "ACCESS_KEY_ID", Required: true}, {Name: "STATUS", Required: true}},
		Options: k.options(),
		Check:   k.check,
		Run:     k.run,
	}
}

func (k *keySwitch) check(args []string) error {
	if keyStatuses[strings.ToLower(args[2])] == "" {
		return cli.InvalidValue("STATUS", fmt.Sprintf("'%s' is not one of 'active', 'inactive'.", args[2]))
	}
	return k.change.check(args)
}

func (k *keySwitch) run(ctx context.Context, env *cli.Env, args []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	status := strings.ToLower(args[2])
	plan, err := engine.PlanSetKeyStatus(ctx, args[0], args[1], keyStatuses[status])
	if err != nil {
		return err
	}
	if len(plan.Steps) == 0 {
		env.Step("Access key %s of user %s is %s already", args[1], args[0], status)
	}
	return k.carryOut(ctx, env, engine, steps(env, plan, would, done))
}
