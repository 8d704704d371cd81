package main

import (
	"context"
	"fmt"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

func newDebugBucket() *cli.Command {
	return &cli.Command{
		Name:    "debug-bucket",
		Summary: "Run a bunch of diagnostics to help debug a bucket",
		Uses:    []driver.Capability{driver.CapBucketACL, driver.CapBucketPolicyStatus, driver.CapBucketPublicAccessBlock},
		Examples: []cli.Example{
			{Purpose: "To see who can get at a bucket", Line: "s3-credentials debug-bucket my-bucket"},
		},
		Args: []cli.Arg{bucketArg},
		Run:  debugBucket,
	}
}

func debugBucket(ctx context.Context, env *cli.Env, args []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	for _, d := range settingTexts {
		if d.title == "" {
			continue
		}
		value, err := engine.GetBucketSetting(ctx, driver.GetBucketSettingRequest{Bucket: args[0], Setting: d.setting})
		if ctx.Err() != nil {
			return err
		}
		if err != nil {
			fmt.Fprintf(env.Stdout, "Error checking bucket %s: %s\n", d.title, inServiceWords(env, err, d.operation))
			continue
		}
		fmt.Fprintf(env.Stdout, "Bucket %s:\n", d.title)
		shown := d.value(value, "")
		if value.PublicAccessBlock != nil { // S3's answer wraps it
			shown = orderedjson.Object{{Name: "PublicAccessBlockConfiguration", Value: shown}}
		}
		if err := env.PrintJSON(shown); err != nil {
			return err
		}
	}
	return nil
}

// inServiceWords words an error of the service as the Python tool does; other errors with our own sentence.
func inServiceWords(env *cli.Env, err error, operation string) string {
	if said := fault.ServiceOf(err); said != nil && said.Code != "" {
		return fmt.Sprintf("An error occurred (%s) when calling the %s operation: %s", said.Code, operation, said.Message)
	}
	return env.Sentence(err)
}
