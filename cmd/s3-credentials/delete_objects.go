package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/bulk"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
	"github.com/s3-credentials/s3-credentials/internal/printable"
)

// objectsDeleter is delete-objects with its options.
type objectsDeleter struct {
	change
	transferOptions
	prefix string
}

func newDeleteObjects() *cli.Command {
	d := &objectsDeleter{transferOptions: transferOptions{done: "deleted", noun: "object"}}
	ways := d.askingOptions()
	ways[0].Short, ways[0].Help = "d", "Show keys that would be deleted without deleting them"
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
			bucketArg,
			{Name: "KEYS", Repeated: true, Complete: cli.CompleteKey},
		},
		Options: append([]cli.Option{
			cli.Text(&d.prefix, "prefix", "Delete everything with this prefix").Completing(cli.CompleteKey),
			d.silentOption("Don't show informational output"),
			d.concurrencyOption("How many requests, of up to 1,000 keys each, to send at the same time"),
		}, ways...),
		Check: func(args []string) error { return d.check(args[1:]) },
		Run:   d.run,
	}
}

func (d *objectsDeleter) check(keys []string) error {
	switch {
	case d.change.check(nil) != nil:
		return d.change.check(nil)
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
	if len(keys) > 0 && !d.silent && !d.json {
		env.Step("Deleting %s from %s", counted(int64(len(keys)), d.noun), bucket)
	}
	if len(keys) > 0 && d.dryRun {
		return d.show(ctx, env, bucket, source)
	}
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		source = bulk.KeysWithPrefix(engine, bucket, d.prefix)
	}
	if d.dryRun {
		return d.show(ctx, env, bucket, source)
	}
	p := proposal{plan: manyObjects(core.Delete, bucket), apply: func(ctx context.Context, e *execution) error {
		return d.apply(ctx, env, e, bucket, source)
	}}
	if d.prefix != "" && d.asks(env) {
		if p.show, err = firstKeys(source(ctx)); err != nil {
			return err
		}
		p.question = fmt.Sprintf("Delete all objects of %s whose keys begin with '%s'?", bucket, d.prefix)
	}
	return d.carryOut(ctx, env, engine, p)
}

func (d *objectsDeleter) apply(ctx context.Context, env *cli.Env, e *execution, bucket string, source bulk.KeySource) error {
	summary, err := bulk.Delete(ctx, e.engine, bucket, source, bulk.Options{Concurrency: d.concurrency})
	e.noteObjects(objectStep(core.Delete, bucket, ""), summary)
	err = d.finish(ctx, env, summary, err)
	if d.prefix != "" {
		d.printCount(env, err, summary.Done, "Deleted %s from %s", bucket)
	}
	return err
}

// show prints what would be deleted.
func (d *objectsDeleter) show(ctx context.Context, env *cli.Env, bucket string, source bulk.KeySource) error {
	if d.json {
		return printSteps(env.Stdout, source(ctx), func(key string) (orderedjson.Object, error) {
			return stepValue(objectStep(core.Delete, bucket, key))
		})
	}
	n, err := printKeys(ctx, env, source)
	if d.prefix != "" {
		d.printCount(env, err, n, "%s would be deleted from %s", bucket)
	}
	return err
}

const (
	// shownKeys is how many keys a question shows, and countedKeys up to which number it says how many there are.
	shownKeys   = 10
	countedKeys = 10_000
)

// firstKeys returns what shows the first keys, and how many there are.
func firstKeys(keys iter.Seq2[string, error]) (func(io.Writer), error) {
	var first []string
	n := 0
	for key, err := range keys {
		if err != nil {
			return nil, err
		}
		if n++; n <= shownKeys {
			first = append(first, key)
		}
		if n > countedKeys {
			break
		}
	}
	return func(w io.Writer) {
		for _, key := range first {
			fmt.Fprintln(w, "Would delete "+printable.Text(key))
		}
		switch more := n - len(first); {
		case n > countedKeys:
			fmt.Fprintf(w, "... and more than %d more\n", more-1)
		case more > 0:
			fmt.Fprintf(w, "... and %d more\n", more)
		}
	}, nil
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
