package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/format"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// creator is create with its options.
type creator struct {
	change
	access       accessOptions
	options      core.CreateOptions
	format       credentialsFormat
	silent       bool
	wait, verify bool
	ownRules     string // --policy
}

func newCreate(stdin *cli.Input) *cli.Command {
	c := &creator{}
	return &cli.Command{
		Name:    "create",
		Summary: "Create and return new credentials for specified S3 buckets",
		Long: "Optionally also creates the bucket if it does not yet exist.\n\n" +
			"If something fails, what was made until then is removed again. Running the same command again makes one " +
			"more key for the same user, with the same access. What the keys of a user may do is changed only with --replace-policy.\n\n" + grantForm,
		Examples: []cli.Example{
			{Purpose: "To create a new bucket and output read-write credentials", Line: "s3-credentials create my-new-bucket -c"},
			{Purpose: "To create read-only credentials for an existing bucket", Line: "s3-credentials create my-existing-bucket --read-only"},
			{
				Purpose: "To create write-only credentials that are only valid for 15 minutes",
				Line:    "s3-credentials create my-existing-bucket --write-only -d 15m",
			},
			{
				Purpose: "To create credentials that end by themselves in 30 days",
				Line:    "s3-credentials create my-existing-bucket --expires 30d",
			},
			{
				Purpose: "To do the same on MinIO or another system",
				Line:    "s3-credentials create my-new-bucket -c --endpoint-url http://127.0.0.1:9000",
			},
		},
		Args:    []cli.Arg{{Name: "BUCKETS", Required: true, Repeated: true, Complete: cli.CompleteBucket}},
		Options: c.flags(stdin),
		Check:   c.check,
		Run:     c.run,
	}
}

func (c *creator) flags(stdin *cli.Input) []cli.Option {
	o := &c.options
	policyFile := cli.Parsed(&c.ownRules, "policy", "POLICY",
		"Path to a policy.json file, or literal JSON string - $!BUCKET_NAME!$ will be replaced with the name of the bucket",
		policyParser(stdin))
	until := []cli.Option{
		cli.Parsed(&o.DurationSeconds, "duration", "DURATION", "How long should these credentials work for? Default is forever, "+
			"use 3600 for 3600 seconds, 15m for 15 minutes, 1h30m, 7d, within what the system allows (AWS: 15 minutes to 12 hours)", parseDuration).WithShort("d").
			Needing(driver.CapSessions),
		cli.Parsed(&o.Expires, "expires", "WHEN", "When should permanent credentials end by themselves? After a time such as 30d, or at a date, "+
			"2026-12-31 (the first moment of that day in UTC) or 2026-12-31T18:00Z", parseExpires).Needing(driver.CapUsers),
	}
	proof := []cli.Option{
		cli.Flag(&c.silent, "silent", "Don't show performed steps").FromConfig(),
		cli.Flag(&c.wait, "wait", "Return once the key works, after --timeout at most, or a minute").Needing(driver.CapPolicyProbe),
		cli.Flag(&c.verify, "verify", "Wait, and try whether the key may do what was asked for and no more; undo all if not").
			Needing(driver.CapPolicyProbe),
	}
	access := cli.Under(accessHeading, policyFile.Completing(cli.CompleteFile))
	user := cli.Under("User",
		cli.Text(&o.UserName, "username", "Username to create or existing user to use").Completing(cli.CompleteUser),
		cli.Flag(&o.ReplacePolicy, "replace-policy", "Let a user that exists have this access in place of what it has for these buckets: "+
			"the keys that it has change too"),
		cli.Text(&o.PermissionsBoundary, "user-permissions-boundary", "Custom permissions boundary to use for created users, "+
			"or 'none' to create without. Defaults to limiting to S3, and to reading if the access changes nothing.").
			Needing(driver.CapPolicyBoundary))
	bucket := cli.Under("Buckets",
		cli.Flag(&o.CreateBuckets, "create-bucket", "Create buckets if they do not already exist").WithShort("c"),
		cli.Text(&o.BucketRegion, "bucket-region", "Region in which to create buckets").FromConfig().
			Needing(driver.CapBucketRegion),
		cli.Flag(&o.Public, "public", "Make the bucket public: anyone will be able to download files if they know their name").
			Needing(driver.CapBucketPolicy),
		cli.Flag(&o.Website, "website", "Configure bucket to act as a website, using index.html and error.html").
			Needing(driver.CapBucketWebsite))
	return slices.Concat(until, c.format.options(), proof, c.change.options(), c.access.options(), access, user, bucket)
}

// check refuses contradictory options.
func (c *creator) check(buckets []string) error {
	if err := cmp.Or(c.change.check(nil), c.format.check()); err != nil {
		return err
	}
	if err := checkOwnRules(c.ownRules, &c.access, buckets); err != nil || !c.options.CreateBuckets {
		return err
	}
	for _, bucket := range c.access.buckets() {
		if err := checkNewBucket(bucket); err != nil {
			return err
		}
	}
	return nil
}

// checkOwnRules checks the access options, and that a policy of one's own comes without them.
func checkOwnRules(ownRules string, a *accessOptions, buckets []string) error {
	if ownRules != "" && a.said() {
		return cli.Usagef("--policy cannot be used with %s, --prefix or --statement: put all of it into the policy.",
			strings.Join(kindOptions(), ", "))
	}
	if err := a.check(buckets); err != nil || ownRules == "" {
		return err
	}
	for _, bucket := range buckets {
		if strings.ContainsAny(bucket, "/:") {
			return cli.Usagef("--policy cannot be used with the prefix or access of '%s': put all of it into the policy.", bucket)
		}
	}
	return nil
}

func (c *creator) run(ctx context.Context, env *cli.Env, _ []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	if err := checkDuration(engine.Description(), c.options.DurationSeconds); err != nil {
		return err
	}
	if err := c.format.fits(c.place(engine.Description())); err != nil {
		return err
	}
	plan, err := engine.PlanCreate(ctx, c.coreOptions())
	if err != nil {
		return err
	}
	if !c.json {
		c.showNotes(env, plan, engine.Description().Name)
	}
	return c.carryOut(ctx, env, engine, proposal{plan: plan, show: func(w io.Writer) { showCreate(w, plan) },
		apply: func(ctx context.Context, e *execution) error { return c.apply(ctx, env, e, plan) }})
}

// apply carries the plan out, tries the key where that is asked for, and prints it.
func (c *creator) apply(ctx context.Context, env *cli.Env, e *execution, plan *core.Plan) error {
	applied, err := e.apply(ctx, plan, func(s core.Step, o core.Outcome) { c.step(env, did(s, o)) })
	if err != nil {
		return err
	}
	if c.wait || c.verify {
		if err := c.prove(ctx, env, e.engine, applied.Result()); err != nil {
			return applied.Rollback(ctx, verification, err)
		}
	}
	return c.handOver(ctx, env, c.place(e.engine.Description()), applied)
}

// place is what a program needs besides the key.
func (c *creator) place(d driver.Description) format.Credentials {
	place := placeOf(d)
	place.Buckets = c.access.buckets()
	place.WriteOnly = c.ownRules == "" && len(c.access.statements) == 0 &&
		!slices.ContainsFunc(c.access.grants, func(g policy.Grant) bool { return g.Access&policy.Read != 0 })
	return place
}

// prove waits until the key works, and with --verify fails unless it does what was asked.
func (c *creator) prove(ctx context.Context, env *cli.Env, engine *core.Engine, made core.Result) error {
	if c.verify {
		verified, err := proveKey(ctx, env, engine, c.coreOptions(), credentialsIn(made))
		if err == nil {
			c.step(env, verified)
		}
		return err
	}
	found, err := verifyKey(ctx, env, engine, c.coreOptions(), credentialsIn(made))
	if err == nil && found.Verdict() == core.Narrower {
		env.Step("Warning: %v", differs(env, found))
	}
	return err
}

// credentialsIn are the credentials that a plan has handed out.
func credentialsIn(made core.Result) driver.Credentials {
	if s := made.Session; s != nil {
		return driver.Credentials{AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey, SessionToken: s.SessionToken}
	}
	return driver.Credentials{AccessKeyID: made.AccessKey.AccessKeyID, SecretAccessKey: made.AccessKey.SecretAccessKey}
}

// showNotes prints the plan's notes, warnings last. It prints warnings even with --silent.
func (c *creator) showNotes(env *cli.Env, plan *core.Plan, backend string) {
	var warnings []string
	for _, n := range plan.Notes {
		if n.Warning() {
			warnings = append(warnings, noteText(n, backend))
		} else {
			c.step(env, noteText(n, backend))
		}
	}
	for _, w := range warnings {
		env.Step("Warning: %s", w)
	}
}

// showCreate prints the steps of a dry run, and what the keys that the user has would gain and lose.
func showCreate(w io.Writer, plan *core.Plan) {
	made := map[string]bool{}
	for _, s := range plan.Steps {
		if s.Resource.Kind == core.KindBucket {
			made[s.Resource.Name] = true
		}
		if made[s.Resource.Bucket] {
			fmt.Fprintln(w, would(s))
		} else {
			fmt.Fprintln(w, wouldAlone(s))
		}
	}
	if plan.Change == nil {
		return
	}
	for _, r := range plan.Change.Gained {
		fmt.Fprintln(w, "The user's keys would gain "+explainedText(r))
	}
	for _, r := range plan.Change.Lost {
		fmt.Fprintln(w, "The user's keys would lose "+explainedText(r))
	}
}

func (c *creator) coreOptions() core.CreateOptions {
	access, o := createOptions(c.ownRules, &c.access), c.options
	o.Policy, o.Statements, o.Grants, o.Buckets = access.Policy, access.Statements, access.Grants, access.Buckets
	return o
}

// createOptions are the access that the options say.
func createOptions(ownRules string, a *accessOptions) core.CreateOptions {
	if ownRules != "" {
		return core.CreateOptions{Policy: ownRules, Buckets: a.buckets()}
	}
	return core.CreateOptions{Grants: a.grants, Statements: a.statements}
}

// step prints a step, except with --silent.
func (c *creator) step(env *cli.Env, text string) {
	if !c.silent {
		env.Step("%s", text)
	}
}

// handOver prints the credentials. They cannot be shown again, so if that fails it rolls everything back.
func (c *creator) handOver(ctx context.Context, env *cli.Env, place format.Credentials, applied *core.Applied) error {
	result := applied.Result()
	if result.UserKeys > 1 {
		c.step(env, fmt.Sprintf("User %s has %d access keys now", result.AccessKey.UserName, result.UserKeys))
	}
	if len(result.OtherKeys) > 0 {
		env.Step("Warning: somebody else made a key for user %s meanwhile, which has this access too: %s",
			result.AccessKey.UserName, strings.Join(result.OtherKeys, ", "))
	}
	if err := c.format.print(env, place, result); err != nil {
		return applied.Rollback(ctx, "printing the credentials", err)
	}
	return nil
}
