package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/complete"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

func newCompletion() *cli.Command {
	return &cli.Command{
		Name:    "completion",
		Summary: "Output a script that makes a shell complete commands, options and names",
		Long: "After it, the Tab key completes commands, options and their values, and the names of buckets, keys of objects, users, roles " +
			"and backends, which are asked for with the credentials and the endpoint that the line names so far.",
		Examples: []cli.Example{
			{Purpose: "To complete in this bash", Line: "source <(s3-credentials completion bash)"},
			{
				Purpose: "To complete in every bash that starts from now on",
				Line: "mkdir -p ~/.local/share/bash-completion/completions\n" +
					"s3-credentials completion bash > ~/.local/share/bash-completion/completions/s3-credentials",
			},
			{
				Purpose: "The same for fish",
				Line:    "mkdir -p ~/.config/fish/completions\ns3-credentials completion fish > ~/.config/fish/completions/s3-credentials.fish",
			},
			{
				Purpose: "For zsh, put it into a folder of your own that $fpath names before compinit runs",
				Line:    "mkdir -p ~/.zfunc\ns3-credentials completion zsh > ~/.zfunc/_s3-credentials",
			},
			{
				Purpose: "For PowerShell 5.1 and later, a file for $PROFILE to load, as in: . ./s3-credentials.ps1. It was not tried in one",
				Line:    "s3-credentials completion powershell > s3-credentials.ps1",
			},
		},
		Args:    []cli.Arg{{Name: "SHELL", Required: true, Choices: complete.Shells()}},
		Offline: true,
		Run: func(_ context.Context, env *cli.Env, args []string) error {
			script, err := complete.Script(args[0])
			if err != nil {
				return cli.InvalidValue("SHELL", "'"+args[0]+"' is not one of '"+strings.Join(complete.Shells(), "', '")+"'.")
			}
			_, err = io.WriteString(env.Stdout, script)
			return err
		},
	}
}

// newComplete is the command that the completion scripts call. It reads the command line from standard input. From bash
// that is the line up to the cursor, and the argument CHARACTERS is how many characters before the cursor bash will
// replace. From other shells it is the words after the program's name, each followed by a zero byte. The first line of
// the answer is a complete.Kind. Each further line is a candidate, optionally followed by a tab and a description.
func newComplete(stdin *cli.Input) *cli.Command {
	return &cli.Command{
		Name:    "__complete",
		Summary: "Answer a shell's question for what can come next",
		Args:    []cli.Arg{{Name: "SHELL", Required: true}, {Name: "CHARACTERS"}},
		Hidden:  true,
		Offline: true,
		Run: func(ctx context.Context, env *cli.Env, args []string) error {
			r, err := stdin.Take("the command line")
			if err != nil {
				return err
			}
			content, err := io.ReadAll(r)
			if err != nil {
				return err
			}
			_, err = env.Stdout.Write(completed(ctx, env.App, string(content), args))
			return err
		},
	}
}

// completed returns the answer in the shell's own format.
func completed(ctx context.Context, app *cli.App, content string, args []string) []byte {
	var out bytes.Buffer
	if args[0] == "bash" {
		characters := 0
		if len(args) > 1 {
			characters, _ = strconv.Atoi(args[1])
		}
		line := complete.SplitLine(content)
		offer := complete.For(ctx, app, line.Words[1:])
		fmt.Fprintln(&out, offer.Kind)
		for _, c := range offer.Candidates {
			fmt.Fprintln(&out, line.Replacing(c.Text, characters))
		}
		return out.Bytes()
	}
	words := strings.Split(content, "\x00") // what follows the last zero byte is the end of the line that PowerShell adds
	offer := complete.For(ctx, app, words[:len(words)-1])
	fmt.Fprintln(&out, offer.Kind)
	for _, c := range offer.Candidates {
		out.WriteString(c.Text)
		if c.Help != "" {
			out.WriteString("\t" + c.Help)
		}
		out.WriteByte('\n')
	}
	return out.Bytes()
}
