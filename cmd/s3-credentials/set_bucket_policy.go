package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// bucketPolicySetter is set-bucket-policy with its options.
type bucketPolicySetter struct {
	change
	stdin       *cli.Input
	file        string
	allowAllGet bool
	// document is the content of the file.
	document orderedjson.Value
}

func newSetBucketPolicy(stdin *cli.Input) *cli.Command {
	s := &bucketPolicySetter{stdin: stdin}
	file := cli.Text(&s.file, "policy-file", "Path to a file with the policy, - for standard input").Completing(cli.CompleteFile)
	file.Metavar = "FILENAME"
	return &cli.Command{
		Name:    "set-bucket-policy",
		Summary: "Set bucket policy for a bucket",
		Needs:   []driver.Capability{driver.CapBucketPolicy},
		Examples: []cli.Example{
			{Purpose: "To set a policy of your own", Line: "s3-credentials set-bucket-policy my-bucket --policy-file policy.json"},
			{
				Purpose: "Or to set a policy that allows GET requests from all",
				Line:    "s3-credentials set-bucket-policy my-bucket --allow-all-get",
			},
		},
		Args:    []cli.Arg{bucketArg},
		Options: append([]cli.Option{file, cli.Flag(&s.allowAllGet, "allow-all-get", "Allow GET requests from all")}, s.options()...),
		Check:   s.check,
		Run:     s.run,
	}
}

// check reads the policy file, and refuses invalid JSON before a plugin starts.
func (s *bucketPolicySetter) check([]string) error {
	if err := s.change.check(nil); err != nil {
		return err
	}
	switch {
	case s.allowAllGet && s.file != "":
		return cli.Failure("Cannot pass both --allow-all-get and --policy-file")
	case s.allowAllGet:
		return nil
	case s.file == "":
		return cli.Failure("Pass either --policy-file or --allow-all-get")
	}
	content, err := s.stdin.ReadFile(s.file, "--policy-file")
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return cli.Usagef("Invalid value for '--policy-file': '%s': %v.", s.file, pathErr.Err)
	}
	if err != nil {
		return err
	}
	if s.document, err = orderedjson.Parse(content); err != nil {
		return cli.Failure("the policy file '" + s.file + "' is not valid JSON")
	}
	return nil
}

func (s *bucketPolicySetter) run(ctx context.Context, env *cli.Env, args []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	document, err := s.wanted(engine, args[0])
	if err != nil {
		return err
	}
	plan, err := s.settingPlan(ctx, env, engine, args[0], driver.BucketSetting{Policy: &driver.BucketPolicy{Document: orderedjson.Compact(document)}})
	if err != nil {
		return err
	}
	text := orderedjson.Indented(document, 4)
	return s.carryOut(ctx, env, engine, settingProposal(env, plan,
		fmt.Sprintf("Would set the policy of bucket '%s':\n%s", args[0], text), "Policy set:\n"+text))
}

// wanted returns the policy to set.
func (s *bucketPolicySetter) wanted(engine *core.Engine, bucket string) (orderedjson.Value, error) {
	if !s.allowAllGet {
		return s.document, nil
	}
	return orderedjson.Parse([]byte(policy.PublicGet(bucket, engine.Description().Partition).JSON()))
}
