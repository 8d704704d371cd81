package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/bulk"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// objectsPutter is put-objects with its options.
type objectsPutter struct {
	change
	transferOptions
	objectOptions
	prefix string
}

func newPutObjects() *cli.Command {
	p := &objectsPutter{transferOptions: transferOptions{done: "uploaded", noun: "file"}}
	return &cli.Command{
		Name:    "put-objects",
		Summary: "Upload multiple objects to an S3 bucket",
		Needs:   []driver.Capability{driver.CapObjects},
		Long: "A file is stored under its name. A folder is stored with all that is in it, under keys that begin with the folder's name.\n\n" +
			"Files that could not be uploaded are listed at the end. After these, and after a run that was interrupted or killed, run the same " +
			"command with --skip-existing to go on.",
		Examples: []cli.Example{
			{Purpose: "To upload files to the root of the bucket", Line: "s3-credentials put-objects my-bucket one.txt two.txt"},
			{
				Purpose: "To upload them as my-folder/one.txt and my-folder/two.txt",
				Line:    "s3-credentials put-objects my-bucket one.txt two.txt --prefix my-folder",
			},
			{Purpose: "To upload a folder with all that is in it, under keys my-folder/...", Line: "s3-credentials put-objects my-bucket my-folder"},
			{Purpose: "To upload what is in the folder to the root of the bucket", Line: "s3-credentials put-objects my-bucket my-folder/*"},
		},
		Args: []cli.Arg{
			bucketArg,
			{Name: "OBJECTS", Required: true, Repeated: true, Complete: cli.CompleteFile},
		},
		Options: slices.Concat([]cli.Option{
			cli.Text(&p.prefix, "prefix", "Prefix to add to the files within the bucket").OrEmpty().Completing(cli.CompleteKey),
			p.silentOption("Don't show progress bar"),
			p.skipOption("Leave out files that are in the bucket already, with the same size and checksum"),
			p.concurrencyOption("How many files to upload at the same time"),
		}, p.objectOptions.options(), p.change.options()),
		Check: p.check,
		Run:   p.run,
	}
}

func (p *objectsPutter) check(args []string) error {
	if err := p.change.check(args); err != nil {
		return err
	}
	return p.checkObject()
}

func (p *objectsPutter) run(ctx context.Context, env *cli.Env, args []string) error {
	skipped := func(path, why string) { env.Step("Left out %s: %s", path, why) }
	if p.silent {
		skipped = nil
	}
	files, err := bulk.FindFiles(ctx, args[1:], p.prefix, skipped)
	if err != nil {
		return err
	}
	if p.dryRun {
		return p.show(ctx, env, args[0], files)
	}
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	plan := putPlan(args[0], "", p.object)
	return recorded(ctx, env, engine, plan, func(ctx context.Context, e *execution) error {
		summary, err := p.put(ctx, env, engine, args[0], files)
		e.noteObjects(plan.Steps[0], summary)
		if err = p.finish(ctx, env, summary, err); err == nil {
			p.printSummary(env, summary)
		}
		return err
	})
}

func (p *objectsPutter) put(ctx context.Context, env *cli.Env, engine *core.Engine, bucket string, files *bulk.Files) (bulk.Summary, error) {
	label := fmt.Sprintf("Uploading %s (%s)", formatBytes(files.Bytes), counted(files.Count, p.noun))
	options, endBar := p.transferOptions.options(env, label, files.Bytes)
	options.ContentType, options.Object = contentTypeOf, p.object
	defer endBar()
	return bulk.Put(ctx, engine, bucket, files, options)
}

// show prints what would be uploaded. It asks the server only with --skip-existing.
func (p *objectsPutter) show(ctx context.Context, env *cli.Env, bucket string, files *bulk.Files) error {
	listed := files.All(ctx)
	if p.skipExisting {
		engine, err := connect.Engine(env)
		if err != nil {
			return err
		}
		listed = notThere(lookedUp(ctx, listed, func(ctx context.Context, file bulk.File) (checkedFile, error) {
			if file.Err != nil {
				return checkedFile{file, false}, nil
			}
			there, err := bulk.There(ctx, engine, bucket, file)
			return checkedFile{file, there}, err
		}))
	}
	var summary bulk.Summary
	err := p.showFiles(env, bucket, p.object, readable(listed, &summary))
	if err == nil {
		err = p.finish(ctx, env, summary, nil)
	}
	return err
}

// readable yields the files that can be read, and takes the others as failures.
func readable(files iter.Seq2[bulk.File, error], summary *bulk.Summary) iter.Seq2[bulk.File, error] {
	return func(yield func(bulk.File, error) bool) {
		for file, err := range files {
			if err == nil && file.Err != nil {
				summary.Failures = append(summary.Failures, bulk.Failure{Name: file.Key, Err: file.Err})
			} else if !yield(file, err) {
				return
			}
		}
	}
}

// checkedFile is a file, and whether the bucket has it already.
type checkedFile struct {
	bulk.File
	there bool
}

// notThere yields the files that the bucket lacks.
func notThere(files iter.Seq2[checkedFile, error]) iter.Seq2[bulk.File, error] {
	return func(yield func(bulk.File, error) bool) {
		for file, err := range files {
			if (err != nil || !file.there) && !yield(file.File, err) {
				return
			}
		}
	}
}

// showFiles prints which files would be uploaded.
func (c *change) showFiles(env *cli.Env, bucket string, options driver.ObjectOptions, files iter.Seq2[bulk.File, error]) error {
	if c.json {
		return printSteps(env.Stdout, files, func(f bulk.File) (orderedjson.Object, error) { return putStep(bucket, f.Key, f.Path, options) })
	}
	out := bufio.NewWriter(env.Stdout)
	var err error
	for file, fileErr := range files {
		if err = fileErr; err == nil {
			_, err = fmt.Fprintf(out, "%s => s3://%s/%s%s\n", file.Path, bucket, file.Key, objectText(options))
		}
		if err != nil {
			break
		}
	}
	return cmp.Or(err, out.Flush())
}
