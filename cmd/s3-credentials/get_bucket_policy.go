package main

import (
	"context"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

func newGetBucketPolicy() *cli.Command {
	return &cli.Command{
		Name:    "get-bucket-policy",
		Summary: "Get bucket policy for a bucket",
		Needs:   []driver.Capability{driver.CapBucketPolicy},
		Long:    "Returns the bucket policy for this bucket, if set, as JSON.",
		Examples: []cli.Example{
			{Purpose: "To see a bucket's policy", Line: "s3-credentials get-bucket-policy my-bucket"},
		},
		Args: []cli.Arg{bucketArg},
		Run:  getBucketPolicy,
	}
}

func getBucketPolicy(ctx context.Context, env *cli.Env, args []string) error {
	value, err := getSetting(ctx, env, args[0], driver.SettingPolicy)
	if err != nil {
		return err
	}
	return env.PrintDocument([]byte(value.Policy.Document))
}

func getSetting(ctx context.Context, env *cli.Env, bucket string, setting driver.Setting) (driver.BucketSetting, error) {
	engine, err := connect.Engine(env)
	if err != nil {
		return driver.BucketSetting{}, err
	}
	return engine.GetBucketSetting(ctx, driver.GetBucketSettingRequest{Bucket: bucket, Setting: setting})
}

// printSetting runs a command that prints a setting of the bucket args[0].
func printSetting(setting driver.Setting) func(context.Context, *cli.Env, []string) error {
	return func(ctx context.Context, env *cli.Env, args []string) error {
		value, err := getSetting(ctx, env, args[0], setting)
		if err != nil {
			return err
		}
		return env.PrintJSON(settingTextOf(setting).value(value, ""))
	}
}
