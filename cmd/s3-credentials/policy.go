package main

import (
	"context"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// policyPrinter is policy with its options.
type policyPrinter struct {
	access       accessOptions
	publicBucket bool
}

func newPolicy() *cli.Command {
	p := &policyPrinter{}
	return &cli.Command{
		Name:    "policy",
		Summary: "Output generated JSON policy for one or more buckets",
		Long: "Prints the policy that s3-credentials create would give with the same options. Needs no server: nothing is looked up or changed.\n\n" +
			grantForm,
		Examples: []cli.Example{
			{Purpose: "To output a read-only JSON policy for a bucket", Line: "s3-credentials policy my-bucket --read-only"},
			{Purpose: "To output a policy for backups that cannot be deleted", Line: "s3-credentials policy my-bucket:list+read+write my-bucket/locks/:read-write"},
		},
		Args: []cli.Arg{{Name: "BUCKETS", Required: true, Repeated: true, Complete: cli.CompleteBucket}},
		Options: append(p.access.options(),
			cli.Flag(&p.publicBucket, "public-bucket", "Bucket policy for allowing public access")),
		Offline: true,
		Check:   p.check,
		Run:     p.run,
	}
}

func (p *policyPrinter) check(buckets []string) error {
	if p.publicBucket && len(buckets) != 1 {
		return cli.Failure("--public-bucket policy can only be generated for a single bucket")
	}
	return p.access.check(buckets)
}

func (p *policyPrinter) run(_ context.Context, env *cli.Env, buckets []string) error {
	if p.publicBucket {
		return env.PrintDocument([]byte(policy.PublicGet(buckets[0], partitionOf(connect.Of(env).Region)).JSON()))
	}
	document, err := policy.Build(p.access.grants, policy.Options{Extra: p.access.statements, Partition: partitionOf(connect.Of(env).Region)})
	if err != nil {
		return err
	}
	return env.PrintDocument([]byte(document.JSON()))
}
