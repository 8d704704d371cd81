package main

import (
	"context"
	"fmt"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

func newDeleteBucketPolicy() *cli.Command {
	return deletingSetting(driver.SettingPolicy, "bucket policy", &cli.Command{
		Name:    "delete-bucket-policy",
		Summary: "Delete the bucket policy of a bucket",
		Long: "Whoever may use the bucket through its policy alone, such as everybody, may not any more. get-bucket-policy shows the policy, and " +
			"set-bucket-policy puts it back.",
		Examples: []cli.Example{
			{Purpose: "To keep a bucket's policy, and delete it", Line: "s3-credentials get-bucket-policy my-bucket > policy.json && " +
				"s3-credentials delete-bucket-policy my-bucket"},
		},
	})
}

// settingDeleter is a command that deletes a setting of a bucket.
type settingDeleter struct {
	change
	setting driver.Setting
	// noun names the setting.
	noun string
}

// deletingSetting completes a command that deletes a setting.
func deletingSetting(setting driver.Setting, noun string, c *cli.Command) *cli.Command {
	d := &settingDeleter{setting: setting, noun: noun}
	c.Needs = []driver.Capability{setting.Capability()}
	c.Args = []cli.Arg{bucketArg}
	c.Options, c.Check, c.Run = d.askingOptions(), d.check, d.run
	return c
}

func (d *settingDeleter) run(ctx context.Context, env *cli.Env, args []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	plan, err := engine.PlanDeleteBucketSetting(ctx, args[0], d.setting)
	if err != nil {
		return err
	}
	return d.carryOut(ctx, env, engine, steps(env, plan,
		func(s core.Step) string {
			return fmt.Sprintf("Would delete the %s of bucket '%s':\n%s", d.noun, args[0], settingDocument(s.Before.Setting))
		},
		func(core.Step) string { return fmt.Sprintf("Deleted the %s of bucket '%s'", d.noun, args[0]) },
	).asking("Delete the %s of bucket '%s'?", d.noun, args[0]))
}

// settingDocument is a setting as the command prints it that gets it.
func settingDocument(v driver.BucketSetting) string {
	if v.Policy != nil {
		return indented(v.Policy.Document)
	}
	return orderedjson.Indented(settingTextOf(v.Setting()).value(v, ""), 4)
}
