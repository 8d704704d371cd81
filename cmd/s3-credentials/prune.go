package main

import (
	"context"
	"errors"
	"time"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// pruner is prune with its options.
type pruner struct {
	change
	expired, byName bool
	unusedSeconds   int
}

func newPrune() *cli.Command {
	p := &pruner{change: change{mustAsk: true}}
	return &cli.Command{
		Name:    "prune",
		Summary: "Delete users that this program made and nobody needs any more",
		Needs:   []driver.Capability{driver.CapUsers},
		Long: "Deletes users as delete-user does, and only those that list-users --mine shows. With both --expired and --unused, one of them is enough. " +
			"Shows the users and asks, on a terminal; elsewhere it needs --yes. A user that was used or changed after the plan was made stays.\n\n" +
			"Access has ended when the last key of the user has ended, where keys end by themselves (MinIO), and the last policy elsewhere (AWS). It " +
			"has not where something else gives the user access: a policy that is attached to it, a group, a password.\n\n" +
			"When keys were used is what the system tells, and where it does not, --unused is refused. A key that was never used counts from the day it " +
			"was made. A user without keys is not unused: nothing tells when it was used.",
		Examples: []cli.Example{
			{Purpose: "To see which users have ended", Line: "s3-credentials prune --expired --dry-run"},
			{Purpose: "To delete them", Line: "s3-credentials prune --expired --yes"},
			{Purpose: "To see which users were not used for 90 days, on AWS", Line: "s3-credentials prune --unused 90d --dry-run"},
		},
		Options: append([]cli.Option{
			cli.Flag(&p.expired, "expired", "Users whose access has ended by itself, as create --expires makes them"),
			cli.Parsed(&p.unusedSeconds, "unused", "TIME", "Users whose every key was not used for a time such as 90d, a day at least", parsePeriod).
				Needing(driver.CapKeyUse),
			cli.Flag(&p.byName, "by-name", byNameHelp),
		}, p.askingOptions()...),
		Check: p.check,
		Run:   p.run,
	}
}

func (p *pruner) check([]string) error {
	switch {
	case !p.expired && p.unusedSeconds == 0:
		return cli.Usagef("Say which users to delete: --expired, --unused 90d, or both.")
	case p.unusedSeconds != 0 && p.pruneOptions().Unused < core.LeastUnused:
		return cli.Usagef("Invalid value for '--unused': a system may need hours to know that a key was used, so it must be a day (1d) or more.")
	}
	return p.change.check(nil)
}

func (p *pruner) pruneOptions() core.PruneOptions {
	return core.PruneOptions{Expired: p.expired, Unused: time.Duration(p.unusedSeconds) * time.Second, ByName: p.byName}
}

func (p *pruner) run(ctx context.Context, env *cli.Env, _ []string) error {
	if !p.dryRun && !p.yes && !env.CanAsk() {
		return cli.Usagef("prune asks before it deletes users, and there is no terminal to ask on: use --yes, or --dry-run to see the users.")
	}
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	if err := engine.CheckPrune(p.pruneOptions()); err != nil {
		return err
	}
	users, err := p.plan(ctx, engine)
	if err != nil {
		return err
	}
	if len(users) == 0 {
		env.Step("No user is to be deleted")
	}
	return p.deleteUsers(ctx, env, engine, users)
}

// plan makes the plan for each user to whom a reason applies. One that cannot be deleted does not keep the others.
func (p *pruner) plan(ctx context.Context, engine *core.Engine) ([]*deletion, error) {
	options := p.pruneOptions()
	found := lookedUp(ctx, engine.ListUsers(ctx), func(ctx context.Context, user driver.User) (deletion, error) {
		pruning, err := engine.PlanPrune(ctx, user.Name, options)
		switch {
		case errors.Is(err, fault.FailedPrecondition):
			return deletion{name: user.Name, plan: &core.Plan{}, err: err}, nil
		case err != nil:
			return deletion{}, err
		case pruning == nil:
			return deletion{}, errNotListed
		}
		return deletion{name: user.Name, why: pruneReason(pruning), plan: pruning.Plan, still: func(ctx context.Context) error {
			return engine.StillPrune(ctx, pruning, options)
		}}, nil
	})
	var users []*deletion
	for user, err := range found {
		if err != nil {
			return nil, err
		}
		users = append(users, &user)
	}
	return users, nil
}

// pruneReason words why a user is to be deleted, after its name.
func pruneReason(p *core.Pruning) string {
	switch {
	case !p.Ended.IsZero():
		return ", whose access ended at " + p.Ended.UTC().Format(time.RFC3339)
	case p.Used.IsZero():
		return ", which was never used"
	}
	return ", last used at " + p.Used.UTC().Format(time.RFC3339)
}
