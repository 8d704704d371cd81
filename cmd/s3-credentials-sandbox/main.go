// Command s3-credentials-sandbox serves S3, IAM and STS on a loopback port, for trying and testing: its data is in a
// folder, and it enforces the policies of the users that are made in it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/peterbourgon/ff/v3"

	"github.com/s3-credentials/s3-credentials/internal/sandbox"
)

const usage = `usage: s3-credentials-sandbox --dir DIR [--listen 127.0.0.1:0] [--format text|env|json]

Serve S3, IAM and STS on one port of this machine until interrupted. Buckets, users, keys and policies are kept in
DIR, which is made if need be, and are there again the next time. The root user's keys are random, in
DIR/root-keys.json. Every option can be set in the environment: S3_CREDENTIALS_SANDBOX_DIR and so on.

`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run returns the exit code: 0 ended as told, 1 failed, 2 wrong usage.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	options, format, err := parse(args, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "Error: %v; see s3-credentials-sandbox --help\n", err)
		return 2
	}
	options.Ready = func(info sandbox.Info) error { return announce(stdout, format, info) }
	if err := sandbox.Run(ctx, options); err != nil {
		fmt.Fprintf(stderr, "Error: %v\n", err)
		return 1
	}
	return 0
}

// parse prints the help to stdout where that is asked for.
func parse(args []string, stdout io.Writer) (sandbox.Options, string, error) {
	var options sandbox.Options
	var format string
	flags := flag.NewFlagSet("s3-credentials-sandbox", flag.ContinueOnError)
	flags.StringVar(&options.Dir, "dir", "", "folder for the data (required)")
	flags.StringVar(&options.Listen, "listen", "127.0.0.1:0", "address to listen on; port 0 is any free one")
	flags.BoolVar(&options.AllowRemote, "allow-remote", false, "let --listen name an address that other machines can reach")
	flags.StringVar(&format, "format", "text", "what to print once ready: text, env or json")
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	err := ff.Parse(flags, args, ff.WithEnvVarPrefix("S3_CREDENTIALS_SANDBOX"))
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		flags.SetOutput(stdout)
		flags.PrintDefaults()
	case err == nil && flags.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case err == nil && options.Dir == "":
		err = errors.New("name a folder for the data with --dir")
	case err == nil && announcements[format] == nil:
		err = fmt.Errorf("there is no format %q, use one of text, env, json", format)
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		err = errors.New(strings.TrimPrefix(err.Error(), "error parsing commandline args: "))
	}
	return options, format, err
}
