package main

import (
	"context"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/man"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// newManual is what "make man" runs.
func newManual() *cli.Command {
	return &cli.Command{
		Name:    "__man",
		Summary: "Write the manual's pages into a folder",
		Args:    []cli.Arg{{Name: "FOLDER", Required: true}},
		Hidden:  true,
		Offline: true,
		Run: func(_ context.Context, env *cli.Env, args []string) error {
			return man.Write(args[0], env.App)
		},
	}
}
