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
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// publicAccessBlocker is set-public-access-block with its options. Nil means that the option is not given.
type publicAccessBlocker struct {
	change
	blockACLs, ignoreACLs, blockPolicy, restrict *bool
	allowPublicAccess                            bool
}

func newSetPublicAccessBlock() *cli.Command {
	p := &publicAccessBlocker{}
	return &cli.Command{
		Name:    "set-public-access-block",
		Summary: "Configure public access settings for an S3 bucket",
		Needs:   []driver.Capability{driver.CapBucketPublicAccessBlock},
		Long:    "Settings that are not named stay as they are.",
		Examples: []cli.Example{
			{Purpose: "To allow public ACLs", Line: "s3-credentials set-public-access-block my-bucket --block-public-acls false"},
			{
				Purpose: "To allow full public access to the bucket, use the --allow-public-access flag",
				Line:    "s3-credentials set-public-access-block my-bucket --allow-public-access",
			},
		},
		Args: []cli.Arg{bucketArg},
		Options: append([]cli.Option{
			cli.Truth(&p.blockACLs, "block-public-acls", "Block public ACLs for the bucket (true/false)."),
			cli.Truth(&p.ignoreACLs, "ignore-public-acls", "Ignore public ACLs for the bucket (true/false)."),
			cli.Truth(&p.blockPolicy, "block-public-policy", "Block public bucket policies (true/false)."),
			cli.Truth(&p.restrict, "restrict-public-buckets", "Restrict public buckets (true/false)."),
			cli.Flag(&p.allowPublicAccess, "allow-public-access", "Set all public access settings to false (allows full public access)."),
		}, p.options()...),
		Check: p.check,
		Run:   p.run,
	}
}

func (p *publicAccessBlocker) check([]string) error {
	if err := p.change.check(nil); err != nil {
		return err
	}
	if !p.allowPublicAccess && p.blockACLs == nil && p.ignoreACLs == nil && p.blockPolicy == nil && p.restrict == nil {
		return cli.Failure("No valid options provided. Use --help to see available options.")
	}
	return nil
}

func (p *publicAccessBlocker) run(ctx context.Context, env *cli.Env, args []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	block, err := p.wanted(ctx, engine, args[0])
	if err != nil {
		return err
	}
	plan, err := p.settingPlan(ctx, env, engine, args[0], driver.BucketSetting{PublicAccessBlock: &block})
	if err != nil {
		return err
	}
	what := fmt.Sprintf("public access block settings for bucket '%s': %s", args[0], orderedjson.Compact(publicAccessBlockValue(&block)))
	return p.carryOut(ctx, env, engine, settingProposal(env, plan, "Would update "+what, "Updated "+what))
}

// wanted returns the current settings with the requested changes.
func (p *publicAccessBlocker) wanted(ctx context.Context, engine *core.Engine, bucket string) (driver.PublicAccessBlock, error) {
	var block driver.PublicAccessBlock
	if p.allowPublicAccess {
		return block, nil
	}
	now, err := engine.GetBucketSetting(ctx, driver.GetBucketSettingRequest{Bucket: bucket, Setting: driver.SettingPublicAccessBlock})
	switch {
	case err == nil:
		block = *now.PublicAccessBlock
	case !errors.Is(err, fault.NotFound): // not set means that nothing is blocked
		return block, err
	}
	for _, change := range []struct {
		setting *bool
		to      *bool
	}{
		{&block.BlockPublicACLs, p.blockACLs}, {&block.IgnorePublicACLs, p.ignoreACLs},
		{&block.BlockPublicPolicy, p.blockPolicy}, {&block.RestrictPublicBuckets, p.restrict},
	} {
		if change.to != nil {
			*change.setting = *change.to
		}
	}
	return block, nil
}
