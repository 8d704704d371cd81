package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/examples"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// newPlugin writes the source of a new plugin into a folder of its own. It leaves nothing if it fails.
func newPlugin(env *cli.Env, language, name string) error {
	folder := host.Prefix + name
	err := os.Mkdir(folder, 0o777)
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.AlreadyExists, "there is a '%s' here already; nothing was written", folder)
	}
	if err == nil {
		if err = writeSkeleton(folder, examples.Skeleton(language, name)); err != nil {
			_ = os.RemoveAll(folder) // the first error is the one to report
		}
	}
	if err != nil {
		return fault.Wrap(fault.FailedPrecondition, err, "the folder '%s' cannot be written: %v", folder, bare(err))
	}
	env.Step("Wrote the plugin to %s; its README.md says what to do with it. To build and try it:", folder)
	for _, command := range append([]string{"cd " + folder}, examples.Commands(language, name)...) {
		env.Step("    %s", command)
	}
	return nil
}

func writeSkeleton(folder string, files []examples.File) error {
	for _, f := range files {
		path, mode := filepath.Join(folder, filepath.FromSlash(f.Path)), os.FileMode(0o666)
		if f.Executable {
			mode = 0o777
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(f.Content), mode); err != nil {
			return err
		}
	}
	return nil
}
