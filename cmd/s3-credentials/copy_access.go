package main

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// accessCopier is copy-access with its options.
type accessCopier struct {
	change
	from, to string
	byName   bool
}

func newCopyAccess() *cli.Command {
	c := &accessCopier{}
	return &cli.Command{
		Name:    "copy-access",
		Summary: "Give users of one system the same access on another",
		Long: "Makes the users, their access and the buckets that it is about on the other system, and prints a new key for each: a line of JSON with its " +
			"user. Secrets cannot be copied, and no objects are. Without USERNAMES, it copies all users that this program made.\n\n" +
			"Access is copied by what it means, and each new key is tried: it does what was asked for and no more, or is taken back. If the access of one user cannot be copied, " +
			"or not given on the other system, nothing is changed. Running it again makes one more key for each user. " +
			"Where the systems are, the profiles say, whatever AWS_ENDPOINT_URL says.",
		Examples: []cli.Example{
			{Purpose: "To see what would be made for a user, from one profile or alias of mc to another", Line: "s3-credentials copy-access username1 --from-profile old --to-profile new --dry-run"},
			{Purpose: "To copy two users", Line: "s3-credentials copy-access username1 username2 --from-profile old --to-profile new"},
		},
		Args: []cli.Arg{{Name: "USERNAMES", Repeated: true}},
		Options: append(c.options(),
			cli.Text(&c.from, "from-profile", "Profile of the AWS configuration files, or alias of mc, of the system to copy from"),
			cli.Text(&c.to, "to-profile", "Profile, or alias of mc, of the system to copy to"),
			cli.Flag(&c.byName, "by-name", byNameHelp)),
		Offline: true, // until it is said where
		Check: func(args []string) error {
			if err := c.check(args); err != nil {
				return err
			}
			if c.from == "" || c.to == "" {
				return cli.Usagef("Missing option '%s': copy-access works on two systems.", map[bool]string{true: "--from-profile", false: "--to-profile"}[c.from == ""])
			}
			if c.byName && len(args) > 0 {
				return cli.Usagef("--by-name says which users to copy: leave it out, or the names.")
			}
			return nil
		},
		Run: c.run,
	}
}

// copied is a user, and what gives it the same access on the other system.
type copied struct {
	options core.CreateOptions
	plan    *core.Plan
}

func (c *accessCopier) run(ctx context.Context, env *cli.Env, names []string) error {
	session := connect.Of(env)
	from, end, err := session.On(ctx, env, c.from)
	if err != nil {
		return err
	}
	defer end()
	if err := session.StartOn(ctx, env, c.to); err != nil {
		return err
	}
	to, err := connect.Engine(env)
	if err != nil {
		return err
	}
	if err := checkTwo(ctx, from, to); err != nil {
		return err
	}
	if len(names) == 0 {
		if names, err = namesOfOurs(ctx, from, c.byName); err != nil {
			return err
		}
	}
	users, err := planCopies(ctx, from, to, once(names))
	if err != nil {
		return err
	}
	whole := &core.Plan{}
	for _, u := range users {
		whole.Steps = append(whole.Steps, u.plan.Steps...)
		for _, n := range u.plan.Notes {
			env.Step("User %s: %s", u.options.UserName, noteText(n, to.Description().Name))
		}
	}
	return c.carryOut(ctx, env, to, proposal{
		plan:  whole,
		show:  func(w io.Writer) { showCopies(w, users) },
		apply: func(ctx context.Context, e *execution) error { return applyCopies(ctx, env, e, users) },
	})
}

// checkTwo refuses to copy within one system, where users would only get further keys. At one endpoint there may be several accounts.
func checkTwo(ctx context.Context, from, to *core.Engine) error {
	if from.Description().EndpointURL != to.Description().EndpointURL {
		return nil
	}
	old, err := from.WhoAmI(ctx)
	if err != nil {
		return err
	}
	there, err := to.WhoAmI(ctx)
	if err != nil || there.Account != old.Account {
		return err
	}
	return fault.New(fault.InvalidArgument, "both profiles lead to the same system, %s, where the users have their access already",
		cmp.Or(to.Description().EndpointURL, "account "+there.Account))
}

// namesOfOurs are the names of the users that this program made.
func namesOfOurs(ctx context.Context, engine *core.Engine, byName bool) ([]string, error) {
	if err := engine.CheckMine(byName); err != nil {
		return nil, err
	}
	var names []string
	for user, err := range ourUsers(ctx, engine, byName) {
		if err != nil {
			return nil, err
		}
		names = append(names, user.Name)
	}
	if len(names) == 0 {
		return nil, fault.New(fault.NotFound, "there are no users that this program made; name those to copy")
	}
	return names, nil
}

// planCopies makes the plan of each user. Whatever keeps one from being copied keeps all, and all of it is told.
func planCopies(ctx context.Context, from, to *core.Engine, names []string) ([]copied, error) {
	var users []copied
	var failed []error
	for _, name := range names {
		options, err := from.CopyOptions(ctx, name)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		plan, err := to.PlanCreate(ctx, options)
		if err != nil {
			failed = append(failed, fmt.Errorf("user '%s': %w", name, err))
			continue
		}
		users = append(users, copied{options, plan})
	}
	return users, inOneSentence(failed)
}

func showCopies(w io.Writer, users []copied) {
	for _, u := range users {
		fmt.Fprintf(w, "User: %s\n", u.options.UserName)
		for _, s := range u.plan.Steps {
			fmt.Fprintln(w, "  "+would(s))
		}
	}
}

// applyCopies carries out one user's plan after the other, so that each key is printed before the next is made.
func applyCopies(ctx context.Context, env *cli.Env, e *execution, users []copied) error {
	for at, u := range users {
		err := applyCopy(ctx, env, e, u)
		if err == nil {
			continue
		}
		if at > 0 {
			return fmt.Errorf("%d of %d users are copied, and their keys are printed; user '%s' is not: %w", at, len(users), u.options.UserName, err)
		}
		return err
	}
	return nil
}

func applyCopy(ctx context.Context, env *cli.Env, e *execution, u copied) error {
	applied, err := e.apply(ctx, u.plan, func(s core.Step, o core.Outcome) { env.Step("%s", did(s, o)) })
	if err != nil {
		return err
	}
	key := applied.Result().AccessKey
	if e.engine.Description().Has(driver.CapPolicyProbe) {
		verified, err := proveKey(ctx, env, e.engine, u.options, credentialsIn(applied.Result()))
		if err != nil {
			return applied.Rollback(ctx, verification, err)
		}
		env.Step("%s", verified)
	}
	if key.Caveat != "" {
		env.Step("Warning: %s", key.Caveat)
	}
	line := orderedjson.Object{member("UserName", key.UserName), member("AccessKeyId", key.AccessKeyID), member("SecretAccessKey", key.SecretAccessKey)}
	if _, err := fmt.Fprintln(env.Stdout, orderedjson.Compact(line)); err != nil {
		return applied.Rollback(ctx, "printing the credentials", err)
	}
	return nil
}
