// Command s3-credentials-conformance runs the conformance suite against a plugin, whatever language it is written in,
// and says of each check whether it passed.
package main

import (
	"context"
	"os"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

func main() { newApp(cli.NewInput(os.Stdin)).Exec() }

func newApp(stdin *cli.Input) *cli.App {
	return &cli.App{
		Program:  "s3-credentials-conformance",
		Commands: []*cli.Command{newSuiteCommand()},
		Stdin:    stdin,
		ExitCodes: [][2]string{
			{"0", "All is right."},
			{"1", "Something is not, or is left behind."},
			{"2", "Wrong usage."},
			{"130", "Interrupted (Ctrl-C)."},
			{"143", "Terminated."},
		},
		Hints: map[fault.Hint]string{
			fault.HintCredentials:       "; give --access-key and --secret-key, --auth or --profile",
			fault.HintCredentialsApart:  "; give credentials by --access-key and --secret-key, or --auth",
			fault.HintSetEndpoint:       "; name it with --endpoint-url",
			fault.HintEndpoint:          "; check --endpoint-url",
			fault.HintEndpointOrBackend: "; check --endpoint-url",
			fault.HintRegion:            "; check --region",
		},
	}
}

func newSuiteCommand() *cli.Command {
	s := newSettings()
	return &cli.Command{
		Summary: "Run the conformance suite against a backend plugin, over the wire, on a real system",
		Long: "The credentials must be those of somebody who may do everything there. Each check prints one line: 'pass'; 'fail', with what " +
			"was expected and what came below it; 'unsupported', where the backend does not declare what the check is about and says " +
			"Unsupported as it must, or where --preset, --lacks or --not-enforced say that the system does not have it; 'lied', where the " +
			"backend declares what it does not do, or does what it does not declare; or 'not run', where the run ended in the middle of it.\n\n" +
			"A check in which the plugin crashes, hangs or talks nonsense has failed; the next one starts it anew. A check that fails with the words of an earlier one says so in one line. Everything that " +
			"the checks make has a name of its own and is removed again; what could not be removed is named at the end.",
		Examples: []cli.Example{
			{Purpose: "To test a plugin on a server of its own", Line: "s3-credentials-conformance --plugin ./s3-credentials-backend-acme --endpoint-url http://127.0.0.1:9000 --auth admin.json"},
			{Purpose: "To see what is tested, and which capabilities that needs", Line: "s3-credentials-conformance --list"},
		},
		Options: s.options(),
		Check:   func([]string) error { return s.check() },
		Run:     s.run,
	}
}

// run runs the suite. What is wrong with the plugin stands in the report, which the exit code repeats.
func (s *settings) run(ctx context.Context, env *cli.Env, _ []string) (err error) {
	if s.list {
		return s.listChecks(env.Stdout)
	}
	if s.config.Credentials, err = s.key.Read(env); err != nil {
		return cli.Usagef("%v", err)
	}
	result, err := runSuite(ctx, s, env, reporters[s.format](env.Stdout))
	switch {
	case fault.CodeOf(err) == fault.InvalidArgument:
		return cli.Usagef("%s", env.Sentence(err))
	case err != nil:
		return err
	case result.Interrupted:
		return context.Cause(ctx)
	case !result.right():
		return cli.ErrReported
	}
	return nil
}
