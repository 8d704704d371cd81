package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/progress"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/bulk"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// objectPutter is put-object with its options.
type objectPutter struct {
	change
	objectOptions
	contentType string
	silent      bool
}

func newPutObject() *cli.Command {
	p := &objectPutter{}
	return &cli.Command{
		Name:    "put-object",
		Summary: "Upload an object to an S3 bucket",
		Needs:   []driver.Capability{driver.CapObjects},
		Examples: []cli.Example{
			{
				Purpose: "To upload a file to /my-key.txt in the my-bucket bucket",
				Line:    "s3-credentials put-object my-bucket my-key.txt /path/to/file.txt",
			},
			{
				Purpose: "Use - to upload content from standard input",
				Line:    `echo "Hello" | s3-credentials put-object my-bucket hello.txt -`,
			},
		},
		Args: []cli.Arg{
			bucketArg,
			{Name: "KEY", Required: true, Complete: cli.CompleteKey},
			{Name: "PATH", Required: true, Complete: cli.CompleteFile},
		},
		Options: slices.Concat([]cli.Option{
			cli.Text(&p.contentType, "content-type", "Content-Type to use (default is auto-detected based on file extension)").OrEmpty(),
			cli.Flag(&p.silent, "silent", "Don't show progress bar").WithShort("s").FromConfig(),
		}, p.objectOptions.options(), p.change.options()),
		Check: p.check,
		Run:   p.run,
	}
}

func (p *objectPutter) check(args []string) error {
	if err := p.change.check(args); err != nil {
		return err
	}
	if err := p.checkObject(); err != nil {
		return err
	}
	return checkReadable(args[2])
}

func (p *objectPutter) run(ctx context.Context, env *cli.Env, args []string) error {
	if p.dryRun {
		return p.showFiles(env, args[0], p.object, yielded([]bulk.File{{Path: args[2], Key: args[1]}}))
	}
	request := driver.PutObjectRequest{Bucket: args[0], Key: args[1], ContentType: p.contentType, ObjectOptions: p.object}
	size, err := p.source(env, &request, args[2])
	if err != nil {
		return err
	}
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	plan := putPlan(args[0], args[1], p.object)
	return recorded(ctx, env, engine, plan, func(ctx context.Context, e *execution) error {
		if !p.silent {
			bar := progress.New(env.App.Stderr, "Uploading", size)
			defer bar.End()
			request.Progress = bar.Func()
		}
		_, err := engine.PutObject(ctx, request)
		if err == nil {
			e.noteObjects(plan.Steps[0], bulk.Summary{Done: 1})
		}
		return err
	})
}

// source sets the source of the bytes and returns their number, -1 if unknown.
func (p *objectPutter) source(env *cli.Env, request *driver.PutObjectRequest, path string) (int64, error) {
	if path == "-" {
		body, err := env.Stdin.Take("PATH")
		request.Body = body
		return -1, err
	}
	if request.ContentType == "" {
		request.ContentType = contentTypeOf(path)
	}
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	if !info.Mode().IsRegular() { // read a pipe, such as <(command), in this process
		file, err := os.Open(path)
		request.Body = file
		return -1, err
	}
	request.Path, err = filepath.Abs(path) // the plugin may run in another folder
	return info.Size(), err
}

// checkReadable refuses a path that cannot be uploaded, in the words of Python's click.
func checkReadable(path string) error {
	if path == "-" {
		return nil
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return cli.InvalidValue("PATH", "File '"+path+"' does not exist.")
	case err == nil && info.IsDir():
		return cli.InvalidValue("PATH", "File '"+path+"' is a directory.")
	case err == nil && info.Mode().IsRegular():
		var file *os.File
		if file, err = os.Open(path); err == nil {
			err = file.Close()
		}
	}
	if err != nil {
		return cli.InvalidValue("PATH", "File '"+path+"' is not readable.")
	}
	return nil
}
