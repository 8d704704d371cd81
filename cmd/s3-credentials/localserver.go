package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/format"
	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/localserver"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// defaultPort is the Python tool's.
const defaultPort = 8094

// localServer is localserver with its options.
type localServer struct {
	access    accessOptions
	port      int
	host      string
	tokenFile string
	seconds   int
	verify    bool
}

func newLocalserver() *cli.Command {
	l := &localServer{host: "localhost", port: defaultPort}
	return &cli.Command{
		Name:    "localserver",
		Summary: "Start a localhost server that serves S3 credentials",
		Needs:   []driver.Capability{driver.CapSessions},
		Long: "The server responds to GET requests on / with JSON containing temporary credentials that allow access to the " +
			"specified bucket. They are kept, and replaced some minutes before they expire.\n\n" +
			"It is a container credentials endpoint as well: with the two environment variables that it prints, any AWS SDK " +
			"takes its credentials from it. The second holds a token, which that endpoint always asks for. The token is made at " +
			"random and kept in a file that only you can read, as long as the server runs; one of your own can be given in a " +
			"file, with --token-file, or in the environment variable " + localserver.TokenVariable + ".\n\n" +
			"Web pages are refused. With a token of your own, or a --host that other machines can reach, / asks for the token too.",
		Examples: []cli.Example{
			{
				Purpose: "To serve read-only credentials for a bucket, each valid for 1 hour",
				Line:    "s3-credentials localserver my-bucket --read-only --duration 1h",
			},
			{Purpose: "To run on a different port", Line: "s3-credentials localserver my-bucket --duration 1h --port 9000"},
		},
		Args:    []cli.Arg{bucketArg},
		Options: l.flags(),
		Check:   l.access.check,
		Run:     l.run,

		KeepsRunning: true,
	}
}

func (l *localServer) flags() []cli.Option {
	return append([]cli.Option{
		cli.Parsed(&l.port, "port", "INTEGER", fmt.Sprintf("Port to run the server on, 0 for any that is free (default: %d)", l.port), parsePort).WithShort("p"),
		cli.Text(&l.host, "host", "Host to bind the server to (default: localhost)"),
		cli.Parsed(&l.seconds, "duration", "DURATION", "How long should credentials be valid for, e.g. 15m, 1h, 12h", parseDuration).
			WithShort("d").FromConfig().MustBeGiven(),
		cli.Flag(&l.verify, "verify", "Before the first answer, try whether the credentials may do what was asked for and no more; undo all and end if not").
			Needing(driver.CapPolicyProbe),
		cli.Text(&l.tokenFile, "token-file", "Path to a file with the token to ask for").FromConfig().Completing(cli.CompleteFile),
	}, l.access.options()...)
}

func (l *localServer) run(ctx context.Context, env *cli.Env, _ []string) error {
	bucket := l.access.buckets()[0]
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	if d := engine.Description(); !d.Has(driver.CapSessions) {
		return fault.New(fault.Unsupported, "the %s backend cannot make temporary credentials, which is what localserver hands out; make a key with create instead", d.Name)
	}
	if err := checkDuration(engine.Description(), l.seconds); err != nil {
		return err
	}
	if _, err := engine.HeadBucket(ctx, driver.HeadBucketRequest{Bucket: bucket}); errors.Is(err, fault.NotFound) {
		return fault.Wrap(fault.NotFound, err, "bucket does not exist: %s", bucket)
	}
	token, err := localserver.FindToken(ctx, l.tokenFile)
	if err != nil {
		return err
	}
	defer token.Close() //nolint:errcheck // the token is worthless once the server ends
	server, err := localserver.Listen(ctx, localserver.Options{
		Bucket: bucket, Permission: core.AccessName(l.access.grants), Host: l.host, Port: l.port,
		Exports: format.Exports(placeOf(engine.Description())), DurationSeconds: l.seconds, Token: token, Stderr: env.Stderr, Open: l.source(ctx, engine, env),
		Sentence: env.Sentence,
	})
	if err != nil {
		return err
	}
	return server.Serve(ctx)
}

func parsePort(s string) (int, error) {
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 16)
	if err != nil {
		return 0, fmt.Errorf("'%s' is not a whole number from 0 to 65535", s)
	}
	return int(n), nil
}

// source opens sessions as create does. The first has its plan's notes printed, and is verified, which may take longer than a session that
// a client waits for: as long as the whole run does.
func (l *localServer) source(run context.Context, engine *core.Engine, env *cli.Env) localserver.Source {
	first := true
	return func(ctx context.Context) (session driver.Session, err error) {
		plan, err := engine.PlanCreate(ctx, l.options())
		if err != nil {
			return driver.Session{}, err
		}
		if first {
			for _, note := range plan.Notes {
				env.Step("%s", noteText(note, engine.Description().Name))
			}
		}
		err = recorded(ctx, env, engine, plan, func(ctx context.Context, e *execution) error {
			applied, err := e.apply(ctx, plan, func(core.Step, core.Outcome) {})
			if err != nil {
				return err
			}
			session = *applied.Result().Session
			if first && l.verify {
				err = l.prove(run, env, engine, applied)
			}
			return err
		})
		first = first && err != nil
		return session, err
	}
}

func (l *localServer) options() core.CreateOptions {
	return core.CreateOptions{Grants: l.access.grants, Statements: l.access.statements, DurationSeconds: l.seconds}
}

// prove fails unless the session does what was asked, and undoes what was made for it then.
func (l *localServer) prove(ctx context.Context, env *cli.Env, engine *core.Engine, applied *core.Applied) error {
	verified, err := proveKey(ctx, env, engine, l.options(), credentialsIn(applied.Result()))
	if err != nil {
		return applied.Rollback(ctx, verification, err)
	}
	env.Step("%s", verified)
	return nil
}
