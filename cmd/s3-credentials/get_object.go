package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

func newGetObject() *cli.Command {
	var path string
	output := cli.Text(&path, "output", "Write to this file instead of stdout").WithShort("o").Completing(cli.CompleteFile)
	output.Metavar = "FILE"
	return &cli.Command{
		Name:    "get-object",
		Summary: "Download an object from an S3 bucket",
		Needs:   []driver.Capability{driver.CapObjects},
		Examples: []cli.Example{
			{
				Purpose: "To see the contents of the object on standard output",
				Line:    "s3-credentials get-object my-bucket hello.txt",
			},
			{Purpose: "To save to a file", Line: "s3-credentials get-object my-bucket hello.txt -o hello.txt"},
		},
		Args: []cli.Arg{
			bucketArg,
			{Name: "KEY", Required: true, Complete: cli.CompleteKey},
		},
		Options: []cli.Option{output},
		Check:   func([]string) error { return checkWritable(path) },
		Run: func(ctx context.Context, env *cli.Env, args []string) error {
			return getObject(ctx, env, driver.GetObjectRequest{Bucket: args[0], Key: args[1]}, path)
		},
	}
}

func getObject(ctx context.Context, env *cli.Env, request driver.GetObjectRequest, path string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	switch {
	case path == "":
		request.Body = env.Exact()
	case isDevice(path): // a pipe or device must not be replaced
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		defer file.Close() //nolint:errcheck // it is no regular file: nothing is buffered
		request.Body = file
	default:
		if request.Path, err = target(path); err != nil {
			return err
		}
		transfer.SweepTemporary(filepath.Dir(request.Path))
	}
	_, err = engine.GetObject(ctx, request)
	return err
}

// target returns the absolute path of the file to write, with links resolved.
func target(path string) (string, error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return filepath.Abs(path) // the plugin may run in another folder
}

// isDevice reports whether the path exists and is neither a file nor a folder.
func isDevice(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.Mode().IsRegular() && !info.IsDir()
}

// checkWritable refuses a path that cannot be written, in the words of Python's click.
func checkWritable(path string) error {
	if path == "" {
		return nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return cli.Usagef("Invalid value for '-o' / '--output': File '%s' is a directory.", path)
	}
	folder := filepath.Dir(path)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return cli.Failure("cannot write '" + path + "': the folder '" + folder + "' does not exist")
	}
	return nil
}
