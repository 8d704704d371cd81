package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// change is what every changing command is made of: the options that say what becomes of its plan, and the order of things. The plan
// is made, shown and, on a terminal, asked about; it is recorded, carried out, and its end recorded.
type change struct {
	dryRun, json, yes bool
	// mustAsk says that the command does nothing that nobody was asked about, or said --yes to.
	mustAsk bool
}

// options returns the options that all changing commands have.
func (c *change) options() []cli.Option {
	return []cli.Option{
		cli.Flag(&c.dryRun, "dry-run", "Show steps without executing them"),
		cli.Flag(&c.json, "json", "With --dry-run: show the steps as JSON"),
	}
}

// askingOptions are options for a command that asks on a terminal.
func (c *change) askingOptions() []cli.Option {
	return append(c.options(), cli.Flag(&c.yes, "yes", "Don't ask whether to go on; "+c.unasked()).WithShort("y"))
}

// unasked says what happens where there is no terminal to ask on.
func (c *change) unasked() string {
	if c.mustAsk {
		return "without a terminal to ask on, it is needed"
	}
	return "without a terminal, nobody is asked"
}

// check refuses --json where nothing would be shown.
func (c *change) check([]string) error {
	if c.json && !c.dryRun {
		return cli.Usagef("--json shows what would be done, and does nothing: it needs --dry-run.")
	}
	return nil
}

// proposal is a plan that a command has made, and how it would go on.
type proposal struct {
	plan *core.Plan
	// show writes the plan as text.
	show func(io.Writer)
	// question is asked on a terminal, below the plan; empty where nothing is asked.
	question string
	// apply carries the plan out.
	apply func(context.Context, *execution) error
}

// carryOut shows the plan where that is all that is asked for, and otherwise carries it out, once a person at a terminal agrees.
func (c *change) carryOut(ctx context.Context, env *cli.Env, engine *core.Engine, p proposal) error {
	switch {
	case c.json:
		value, err := planValue(p.plan)
		if err != nil {
			return err
		}
		return env.PrintJSON(value)
	case c.dryRun:
		p.show(env.Stdout)
		return nil
	}
	if err := c.confirm(ctx, env, engine, p); err != nil {
		return err
	}
	return recorded(ctx, env, engine, p.plan, p.apply)
}

// asks reports whether there is somebody to ask, who did not say that nothing is to be asked.
func (c *change) asks(env *cli.Env) bool { return !c.yes && env.CanAsk() }

// confirm asks where that is wanted. Without a terminal nobody is asked: scripts go on as they did.
func (c *change) confirm(ctx context.Context, env *cli.Env, engine *core.Engine, p proposal) error {
	if p.question == "" || len(p.plan.Steps) == 0 || !c.asks(env) {
		return nil
	}
	p.show(env.Stderr)
	return env.Confirm(ctx, strings.TrimSuffix(p.question, "?")+" on "+connect.Of(env).SystemName(engine.Description())+"?")
}

// asking adds the question.
func (p proposal) asking(format string, args ...any) proposal {
	p.question = fmt.Sprintf(format, args...)
	return p
}

// steps is a proposal whose steps have words, and nothing else to it: would is a step in a dry run, did what is told once it is done.
func steps(env *cli.Env, plan *core.Plan, would, did func(core.Step) string) proposal {
	return proposal{
		plan: plan,
		show: func(w io.Writer) {
			for _, s := range plan.Steps {
				fmt.Fprintln(w, would(s))
			}
		},
		apply: func(ctx context.Context, e *execution) error {
			_, err := e.apply(ctx, plan, func(s core.Step, _ core.Outcome) { env.Step("%s", did(s)) })
			return err
		},
	}
}
