package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/format"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// rotator is rotate with its options.
type rotator struct {
	change
	options core.RotateOptions
	// overlap is how many seconds the older keys have left; 0 for no end.
	overlap  int
	format   credentialsFormat
	silent   bool
	finishes bool
	finish   core.FinishOptions
}

func newRotate() *cli.Command {
	r := &rotator{}
	return &cli.Command{
		Name:    "rotate",
		Summary: "Make a new access key for a user, to take the place of those it has",
		Needs:   []driver.Capability{driver.CapUsers, driver.CapAccessKeys},
		Long: "The new key has the same access, and ends when the newest key that has not ended was made to end, if it was; older ones may end later, or not at all. It is printed once it works and may do what the user's policies say; one that does not, or " +
			"not within --timeout or a minute, is deleted again, exit code 4. The older keys go on working. Once the new one is in use, --finish switches the older ones off.\n\n" +
			"--finish refuses while the new key was never used or an older one was used within the last hour, on systems that tell, which may take " +
			"them hours. Use within two minutes after a key was made does not count: it is tried then. A run that was killed may leave a key whose secret nobody " +
			"knows: run it again. The next --finish ends that key too, and where it takes up the last place, --replace-oldest deletes it.",
		Examples: []cli.Example{
			{Purpose: "To make a new key for a user", Line: "s3-credentials rotate username > new-key.json"},
			{Purpose: "To switch the older ones off, once the new one is in use", Line: "s3-credentials rotate username --finish"},
			{Purpose: "To make a new key, and let the older ones end by themselves in a day", Line: "s3-credentials rotate username --overlap 24h"},
		},
		Args:    []cli.Arg{{Name: "USERNAME", Required: true, Complete: cli.CompleteUser}},
		Options: r.flags(),
		Check:   r.check,
		Run:     r.run,
	}
}

func (r *rotator) flags() []cli.Option {
	return slices.Concat(r.format.options(), []cli.Option{
		cli.Parsed(&r.options.Expires, "expires", "WHEN", "When should the new key end by itself? Default is the end that the newest was made for, if it was; "+
			"a time such as 30d, or a date, 2026-12-31 or 2026-12-31T18:00Z", parseExpires).Needing(driver.CapKeyExpiry),
		cli.Parsed(&r.overlap, "overlap", "DURATION", "Let the older keys end by themselves after this time, such as 24h, unless they end earlier", parsePeriod).
			Needing(driver.CapKeyExpiry),
		cli.Flag(&r.options.ReplaceOldest, "replace-oldest", "Where the user has as many keys as it may: delete one that is inactive, or was never used but within two minutes after it was made, as far as the system knows by then"),
		cli.Flag(&r.finishes, "finish", "Make no key, but switch off all keys of the user except the newest; delete them where the system cannot switch keys off"),
		cli.Flag(&r.finish.Delete, "delete", "With --finish: delete them"),
		cli.Flag(&r.finish.Force, "force", "With --finish: do so although they may still be needed"),
		cli.Flag(&r.silent, "silent", "Don't show performed steps").FromConfig(),
	}, r.askingOptions())
}

// check refuses options of the other half of a rotation.
func (r *rotator) check([]string) error {
	switch {
	case r.finishes && (!r.options.Expires.IsZero() || r.overlap > 0 || r.options.ReplaceOldest):
		return cli.Usagef("--finish makes no key: it cannot be used with --expires, --overlap or --replace-oldest.")
	case !r.finishes && (r.finish.Delete || r.finish.Force):
		return cli.Usagef("--delete and --force say how to --finish: they cannot be used without it.")
	}
	return cmp.Or(r.change.check(nil), r.format.check())
}

func (r *rotator) run(ctx context.Context, env *cli.Env, args []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	if r.finishes {
		return r.end(ctx, env, engine, args[0])
	}
	ends := &core.Plan{}
	if r.overlap > 0 {
		if ends, err = engine.PlanEndKeys(ctx, args[0], time.Now().UTC().Add(time.Duration(r.overlap)*time.Second).Truncate(time.Second)); err != nil {
			return err
		}
	}
	key, err := engine.PlanRotate(ctx, args[0], r.options)
	if err != nil {
		return err
	}
	access, err := engine.AccessOf(ctx, args[0])
	if err != nil {
		return err
	}
	if err := r.format.fits(placeFor(engine.Description(), access)); err != nil {
		return err
	}
	whole := &core.Plan{Steps: slices.Concat(key.Steps, ends.Steps), Notes: key.Notes}
	return r.carryOut(ctx, env, engine, askingToDelete(proposal{
		plan: whole,
		show: func(w io.Writer) { showSteps(w, whole) },
		apply: func(ctx context.Context, e *execution) error {
			return r.replace(ctx, env, e, access, key, ends)
		},
	}, args[0]))
}

// end switches off or deletes the older keys.
func (r *rotator) end(ctx context.Context, env *cli.Env, engine *core.Engine, user string) error {
	plan, err := engine.PlanFinishRotation(ctx, user, r.finish)
	if err != nil {
		return err
	}
	if len(plan.Steps) == 0 {
		r.step(env, fmt.Sprintf("User %s has no other key than its newest that is left to end", user))
	}
	return r.carryOut(ctx, env, engine, askingToDelete(steps(env, plan, would, done), user))
}

// askingToDelete asks for a plan that deletes keys, which cannot be put back.
func askingToDelete(p proposal, user string) proposal {
	var gone []string
	for _, s := range p.plan.Steps {
		if s.Verb == core.Delete {
			gone = append(gone, s.Resource.Name)
		}
	}
	if len(gone) == 0 {
		return p
	}
	return p.asking("Delete access key %s of user %s?", strings.Join(gone, ", "), user)
}

func showSteps(w io.Writer, plan *core.Plan) {
	for _, s := range plan.Steps {
		fmt.Fprintln(w, would(s))
	}
}

// replace makes the new key, tries and prints it. Only then do the older ones get an end, which cannot be taken from them.
func (r *rotator) replace(ctx context.Context, env *cli.Env, e *execution, access *core.UserAccess, key, ends *core.Plan) error {
	report := func(s core.Step, o core.Outcome) { r.step(env, did(s, o)) }
	applied, err := e.apply(ctx, key, report)
	if err != nil {
		return err
	}
	result := applied.Result()
	if err := r.prove(ctx, env, e.engine, access, result); err != nil {
		return applied.Rollback(ctx, verification, err)
	}
	if others := key.Steps[len(key.Steps)-1].Before.AccessKeys; len(others) > 0 {
		r.step(env, fmt.Sprintf("User %s has %d access keys now; the others are %s", access.User, result.UserKeys, strings.Join(others, ", ")))
	}
	if err := r.format.print(env, placeFor(e.engine.Description(), access), result); err != nil {
		return applied.Rollback(ctx, "printing the credentials", err)
	}
	if _, err := e.apply(ctx, ends, report); err != nil {
		return fmt.Errorf("the new key is printed and works, but not all older keys have an end: %w", err)
	}
	return nil
}

// placeFor is what a program needs besides the key of a user.
func placeFor(d driver.Description, access *core.UserAccess) format.Credentials {
	place := placeOf(d)
	place.Buckets = access.NamedBuckets()
	var own []policy.Document // what everybody may read besides is not what the key is for
	for _, p := range access.Policies {
		own = append(own, p.Document)
	}
	rows, err := policy.Explain(own, policy.ExplainOptions{})
	place.WriteOnly = err == nil && len(rows) > 0 && !slices.ContainsFunc(rows, func(r policy.Row) bool { return r.Access&policy.Read != 0 })
	return place
}

// prove fails unless the new key works, is the user's, and may do what its policies say. What it may do besides, the older ones may too.
func (r *rotator) prove(ctx context.Context, env *cli.Env, admin *core.Engine, access *core.UserAccess, made core.Result) error {
	engine, end, err := connect.Of(env).As(ctx, env, credentialsIn(made))
	if err != nil {
		return working(err)
	}
	defer end()
	found, err := engine.VerifyUserWithin(ctx, access, anotherBucket(ctx, admin, access.NamedBuckets()), settleTime(env))
	if err != nil {
		return working(err)
	}
	switch found.Verdict() {
	case core.Untold:
		env.Step("Warning: not verified: the key is one of user %s, and nothing was found that it could be tried with", access.User)
	case core.Wider:
		env.Step("Warning: %v; the older keys of user %s may do so too", differs(env, found), access.User)
	default:
		if err := differs(env, found); err != nil {
			return err
		}
		r.step(env, fmt.Sprintf("Verified: the key does what user %s may do, in %d tries", access.User, len(found.Probes)))
	}
	return nil
}

// step prints a step, except with --silent.
func (r *rotator) step(env *cli.Env, text string) {
	if !r.silent {
		env.Step("%s", text)
	}
}
