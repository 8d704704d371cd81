package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/bulk"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// objectsGetter is get-objects with its options.
type objectsGetter struct {
	transferOptions
	output   string
	patterns []string
}

func newGetObjects() *cli.Command {
	g := &objectsGetter{transferOptions: transferOptions{done: "downloaded", noun: "file"}}
	output := cli.Text(&g.output, "output", "Write to this directory instead of the current one").WithShort("o").Completing(cli.CompleteFolder)
	output.Metavar = "DIRECTORY"
	return &cli.Command{
		Name:    "get-objects",
		Summary: "Download multiple objects from an S3 bucket",
		Needs:   []driver.Capability{driver.CapObjects},
		Long: "Each object is written to a file of its key's name below the directory, whole or not at all. Keys that would lead out of the " +
			"directory are refused, and an object whose key ends with a slash becomes a directory.\n\n" +
			"Keys and patterns can be combined. In a pattern * stands for any characters, slashes among them, ? for one, and [abc] for one of those.\n\n" +
			"Objects that could not be downloaded are listed at the end. After these, and after a run that was interrupted or killed, run the same " +
			"command with --skip-existing to go on.",
		Examples: []cli.Example{
			{Purpose: "To download everything to the current directory", Line: "s3-credentials get-objects my-bucket"},
			{Purpose: "To a different directory", Line: "s3-credentials get-objects my-bucket -o my-folder"},
			{Purpose: "To download specific keys, list them", Line: "s3-credentials get-objects my-bucket one.txt path/two.txt"},
			{Purpose: "To download files matching a glob-style pattern", Line: "s3-credentials get-objects my-bucket --pattern '*/*.js'"},
		},
		Args: []cli.Arg{
			bucketArg,
			{Name: "KEYS", Repeated: true, Complete: cli.CompleteKey},
		},
		Options: []cli.Option{
			output,
			cli.Texts(&g.patterns, "pattern", "Glob patterns for files to download, e.g. '*/*.js'").WithShort("p"),
			g.silentOption("Don't show progress bar"),
			g.skipOption("Leave out objects whose file is there already, with the same size and checksum"),
			g.concurrencyOption("How many objects to download at the same time"),
		},
		Check: func([]string) error { return checkFolder(g.output) },
		Run:   g.run,
	}
}

func (g *objectsGetter) run(ctx context.Context, env *cli.Env, args []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	options, endBar := g.options(env, "Downloading", 0)
	summary, err := bulk.Get(ctx, engine, bulk.Download{Bucket: args[0], Keys: args[1:], Patterns: g.patterns, Dir: g.output}, options)
	endBar()
	suggestPattern(summary.Failures)
	if err = g.finish(ctx, env, summary, err); err == nil {
		g.printSummary(env, summary)
	}
	return err
}

// suggestPattern says how to download by a pattern where a key that looks like one does not exist.
func suggestPattern(failures []bulk.Failure) {
	for i, f := range failures {
		if strings.ContainsAny(f.Name, "*?[") && errors.Is(f.Err, fault.NotFound) {
			failures[i].Err = fault.Wrap(fault.NotFound, f.Err, "%v; if it is a pattern, use --pattern", f.Err)
		}
	}
}

// checkFolder refuses a directory that is not writable, in the words of Python's click. A missing directory is created
// later.
func checkFolder(path string) error {
	if path == "" {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	if !info.IsDir() {
		return cli.Usagef("Invalid value for '-o' / '--output': Directory '%s' is a file.", path)
	}
	probe, err := os.CreateTemp(path, transfer.TemporaryPrefix+"*.part")
	if err != nil {
		return cli.Usagef("Invalid value for '-o' / '--output': Directory '%s' is not writable.", path)
	}
	probe.Close()
	os.Remove(probe.Name())
	return nil
}
