// Command s3-credentials-sandbox serves S3, IAM and STS on a loopback port for tests and trials. It stores its data in a
// folder and enforces the policies of its users.
package main

import (
	"context"

	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/sandbox"
)

func main() { newApp().Exec() }

func newApp() *cli.App {
	return &cli.App{
		Program:  "s3-credentials-sandbox",
		Commands: []*cli.Command{newSandbox()},
		ExitCodes: [][2]string{
			{"0", "Ended by Ctrl-C or a signal."},
			{"1", "Failed: one sentence on standard error says why."},
			{"2", "Wrong usage."},
		},
	}
}

func newSandbox() *cli.Command {
	options := sandbox.Options{Listen: "127.0.0.1:0"}
	format, allowRemote := formats[0], false
	return &cli.Command{
		Summary: "Serve S3, IAM and STS on one port of this machine until interrupted",
		Long: "Buckets, users, keys and policies are kept in a folder, which is made if need be, and are there again the next " +
			"time. The root user's keys are random, in its file root-keys.json. It has no sessions: s3-credentials create -d and " +
			"localserver do not work on it.",
		Examples: []cli.Example{
			{Purpose: "To serve on any free port, with the data in the folder sandbox", Line: "s3-credentials-sandbox --dir sandbox"},
		},
		Options: []cli.Option{
			cli.Text(&options.Dir, "dir", "Folder for the data").Showing("DIR").FromConfig().MustBeGiven(),
			cli.Text(&options.Listen, "listen", "Address to listen on; port 0 is any free one (default: 127.0.0.1:0)").FromConfig(),
			cli.Flag(&allowRemote, "allow-remote", "Let --listen name an address that other machines can reach").FromConfig(),
			cli.Choice(&format, "format", "What to print once ready (default: text)", formats...).FromConfig(),
		},
		Check: func([]string) error { return checkListen(options.Listen, allowRemote) },
		Run: func(ctx context.Context, env *cli.Env, _ []string) error {
			options.Ready = func(info sandbox.Info) error { return announce(env.Stdout, format, info) }
			return sandbox.Run(ctx, options)
		},
	}
}
