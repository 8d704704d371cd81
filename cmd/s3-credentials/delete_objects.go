package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/bulk"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// objectsDeleter is delete-objects with its options.
type objectsDeleter struct {
	transferOptions
	prefix string
	dryRun bool
}

func newDeleteObjects() *cli.Command {
	d := &objectsDeleter{transferOptions: transferOptions{done: "deleted", noun: "object"}}
	return &cli.Command{
		Name:    "delete-objects",
		Summary: "Delete one or more object from an S3 bucket",
		Needs:   []driver.Capability{driver.CapObjects},
		Long:    "Keys are taken as they are, white space included. Objects that could not be deleted are listed at the end.",
		Examples: []cli.Example{
			{Purpose: "Pass one or more keys to delete them", Line: "s3-credentials delete-objects my-bucket one.txt two.txt"},
			{Purpose: "To delete all files matching a prefix", Line: "s3-credentials delete-objects my-bucket --prefix my-folder/"},
		},
		Args: []cli.Arg{
			{Name: "BUCKET", Required: true, Complete: cli.CompleteBucket},
			{Name: "KEYS", Repeated: true},
		},
		Options: []cli.Option{
			cli.Text(&d.prefix, "prefix", "Delete everything with this prefix"),
			d.silentOption("Don't show informational output"),
			cli.Flag(&d.dryRun, "dry-run", "Show keys that would be deleted without deleting them").WithShort("d"),
			d.concurrencyOption("How many requests, of up to 1,000 keys each, to send at the same time"),
		},
		Check: func(args []string) error { return d.check(args[1:]) },
		Run:   d.run,
	}
}

func (d *objectsDeleter) check(keys []string) error {
	switch {
	case len(keys) > 0 && d.prefix != "":
		return cli.Failure("Cannot pass both keys and --prefix")
	case len(keys) == 0 && d.prefix == "":
		return cli.Failure("Specify one or more keys or use --prefix")
	}
	return nil
}

func (d *objectsDeleter) run(ctx context.Context, env *cli.Env, args []string) error {
	bucket, keys := args[0], args[1:]
	source := bulk.Keys(keys)
	if len(keys) > 0 && !d.silent {
		env.Step("Deleting %s from %s", counted(int64(len(keys)), d.noun), bucket)
	}
	if len(keys) > 0 && d.dryRun {
		_, err := printKeys(ctx, env, source)
		return err
	}
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		source = bulk.KeysWithPrefix(engine, bucket, d.prefix)
	}
	if d.dryRun {
		n, err := printKeys(ctx, env, source)
		d.printCount(env, err, n, "%s would be deleted from %s", bucket)
		return err
	}
	summary, err := bulk.Delete(ctx, engine, bucket, source, bulk.Options{Concurrency: d.concurrency})
	err = d.finish(ctx, env, summary, err)
	if len(keys) == 0 {
		d.printCount(env, err, summary.Done, "Deleted %s from %s", bucket)
	}
	return err
}

// printCount prints how many objects a prefix had. Nobody knows earlier: they are deleted while they are listed, so that
// memory does not grow with the bucket.
func (d *objectsDeleter) printCount(env *cli.Env, err error, n int64, format, bucket string) {
	if err == nil && !d.silent {
		env.Step(format, counted(n, d.noun), bucket)
	}
}

// printKeys prints the keys that would be deleted and returns their number.
func printKeys(ctx context.Context, env *cli.Env, source bulk.KeySource) (n int64, err error) {
	out := bufio.NewWriter(env.Stdout)
	const heading = "The following keys would be deleted:\n"
	for key, keyErr := range source(ctx) {
		if err = keyErr; err != nil {
			break
		}
		if n++; n == 1 {
			fmt.Fprint(out, heading)
		}
		if _, err = fmt.Fprintln(out, key); err != nil {
			break
		}
	}
	if n == 0 && err == nil {
		fmt.Fprint(out, heading)
	}
	return n, cmp.Or(err, out.Flush())
}
