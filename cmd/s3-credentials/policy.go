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
	explain      bool
	explainer    explainer
	// document and user are what to explain in place of what the other options say.
	document, user string
}

func newPolicy(stdin *cli.Input) *cli.Command {
	p := &policyPrinter{explainer: newExplainer()}
	options := append(p.access.options(),
		cli.Flag(&p.publicBucket, "public-bucket", "Bucket policy for allowing public access"),
		cli.Flag(&p.explain, "explain", "Say what the policy allows, in place of the policy"),
		cli.Parsed(&p.document, "policy", "POLICY", "With --explain: a policy of your own. Path to a policy.json file, or literal JSON, or - to read it from "+
			"standard input", policyParser(stdin)).Completing(cli.CompleteFile),
		cli.Text(&p.user, "user", "With --explain: a user, by its own policies, those attached to it, those of its groups and those of buckets").Showing("USERNAME").Completing(cli.CompleteUser))
	return &cli.Command{
		Name:    "policy",
		Summary: "Output generated JSON policy for one or more buckets",
		Long: "Prints the policy that s3-credentials create would give with the same options. Needs no server, but for --user: nothing is looked up or " +
			"changed.\n\n" + grantForm + "\n\n" +
			"With --explain, prints what the policy allows, and nothing else is allowed: a row for each prefix of each bucket, with its access, further " +
			"actions, and the conditions when something holds only under such. The row that names a key most closely holds: one for logs/* says all about " +
			"the keys there. A Bucket or Prefix of * is all others.",
		Examples: []cli.Example{
			{Purpose: "To output a read-only JSON policy for a bucket", Line: "s3-credentials policy my-bucket --read-only"},
			{Purpose: "To output a policy for backups that cannot be deleted", Line: "s3-credentials policy my-bucket:list+read+write my-bucket/locks/:read-write"},
			{Purpose: "To see what a user may do", Line: "s3-credentials policy --user username --explain"},
			{Purpose: "To see what a policy of your own allows", Line: "s3-credentials policy my-bucket --explain --policy policy.json --table"},
		},
		Args:    []cli.Arg{{Name: "BUCKETS", Repeated: true, Complete: cli.CompleteBucket}},
		Options: append(options, p.explainer.options()...),
		Offline: true,
		Check:   p.check,
		Run:     p.run,
	}
}

func (p *policyPrinter) check(buckets []string) error {
	ofOwn := p.document != "" || p.user != ""
	switch {
	case ofOwn && !p.explain:
		return cli.Usagef("--policy and --user are for --explain.")
	case p.document != "" && p.user != "":
		return cli.Usagef("--policy and --user cannot be used together.")
	case p.user != "" && len(buckets) > 0:
		return cli.Usagef("--user explains all that the user may do: leave the buckets out.")
	case ofOwn && (p.publicBucket || p.access.said()):
		return cli.Usagef("--policy and --user say what to explain: leave out the options that make a policy.")
	case !p.explain && len(p.explainer.given()) > 0:
		return cli.Usagef("--%s is for --explain.", p.explainer.given()[0].Name)
	case len(buckets) == 0 && !ofOwn:
		return cli.Usagef("Missing argument 'BUCKETS...'.")
	case p.publicBucket && len(buckets) != 1:
		return cli.Failure("--public-bucket policy can only be generated for a single bucket")
	case ofOwn:
		return p.explainer.check(nil)
	}
	if err := p.explainer.check(nil); err != nil {
		return err
	}
	return p.access.check(buckets)
}

func (p *policyPrinter) run(ctx context.Context, env *cli.Env, buckets []string) error {
	if p.user != "" {
		return p.explainUser(ctx, env)
	}
	documents, err := p.documents(env, buckets)
	if err != nil {
		return err
	}
	if !p.explain {
		return env.PrintDocument([]byte(documents[0].JSON()))
	}
	rows, err := policy.Explain(documents, policy.ExplainOptions{})
	if err != nil {
		return err
	}
	return p.explainer.print(env, rows)
}

// documents are what to print or to explain.
func (p *policyPrinter) documents(env *cli.Env, buckets []string) ([]policy.Document, error) {
	partition := partitionOf(connect.Of(env).Region)
	switch {
	case p.publicBucket:
		return []policy.Document{policy.PublicGet(buckets[0], partition)}, nil
	case p.document == "":
		document, err := policy.Build(p.access.grants, policy.Options{Extra: p.access.statements, Partition: partition})
		return []policy.Document{document}, err
	case len(buckets) == 0:
		document, err := policy.Parse([]byte(p.document))
		return []policy.Document{document}, err
	}
	var documents []policy.Document
	for _, bucket := range buckets {
		document, err := policy.Parse([]byte(policy.SubstituteBucket(p.document, bucket)))
		if err != nil {
			return nil, err
		}
		documents = append(documents, document)
	}
	return documents, nil
}

// explainUser is the one form that asks a system.
func (p *policyPrinter) explainUser(ctx context.Context, env *cli.Env) error {
	if err := env.Session.Start(ctx, env); err != nil {
		return err
	}
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	access, err := engine.AccessOf(ctx, p.user)
	if err != nil {
		return err
	}
	rows, err := access.Explain()
	if err != nil {
		return err
	}
	for _, unknown := range access.Unknown {
		env.Step("Warning: not looked at: %s", unknown)
	}
	return p.explainer.print(env, rows)
}
