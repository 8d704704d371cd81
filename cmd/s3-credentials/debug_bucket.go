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
		Args: []cli.Arg{{Name: "BUCKET", Required: true, Complete: cli.CompleteBucket}},
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
		if err := env.PrintJSON(diagnosis(value)); err != nil {
			return err
		}
	}
	return nil
}

// diagnosis returns the setting as in the service's answer.
func diagnosis(v driver.BucketSetting) orderedjson.Value {
	value := settingValue(v, "")
	if v.PublicAccessBlock != nil {
		return orderedjson.Object{{Name: "PublicAccessBlockConfiguration", Value: value}}
	}
	return value
}

// inServiceWords returns what the service answered, as the Python tool prints it, or else our own sentence.
func inServiceWords(env *cli.Env, err error, operation string) string {
	if said := fault.ServiceOf(err); said != nil && said.Code != "" {
		return fmt.Sprintf("An error occurred (%s) when calling the %s operation: %s", said.Code, operation, said.Message)
	}
	return env.Sentence(err)
}
