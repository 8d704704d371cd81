package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// pinKey is the config file's key for pins.
const pinKey = "plugin-pin"

// pinPlugin writes the checksum of the plugin that the host would start for the name.
func pinPlugin(env *cli.Env, name string) error {
	options := host.Options{Name: name, Dirs: connect.Of(env).PluginDirs()}
	path, err := usedPlugin(options)
	if err != nil {
		return err
	}
	sum, err := host.Checksum(path)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "the plugin %s cannot be pinned: %s cannot be read", name, path)
	}
	config := env.ConfigFile
	if config == "" {
		return cli.Failure("there is no folder for a config file: name one with --config")
	}
	if err := editFile(config, func(content string) string { return withPin(content, name, sum) }); err != nil {
		return fault.Wrap(fault.FailedPrecondition, err, "the config file '%s' cannot be written: %v", config, bare(err))
	}
	env.Step("Pinned %s to %s (%s) in %s", name, path, sum, config)
	if isScript(path) {
		env.Step("%s is a script: the pin covers it alone, neither its interpreter nor the files that it loads", path)
	}
	return nil
}

// isScript reports whether a file is run by the interpreter that its first line names.
func isScript(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	start := make([]byte, 2)
	_, err = io.ReadFull(file, start)
	return err == nil && string(start) == "#!"
}

// usedPlugin returns the file that the host starts for a name.
func usedPlugin(options host.Options) (string, error) {
	var problem error
	for _, f := range host.Discover(options) {
		if f.Problem == nil && !f.Shadowed {
			return f.Path, nil
		}
		if problem == nil {
			problem = f.Problem
		}
	}
	if problem != nil {
		return "", problem
	}
	return "", fault.New(fault.NotFound, "there is no backend %q to pin; s3-credentials plugins lists those that there are", options.Name)
}

// withPin replaces or adds a name's pin in the content of a config file, and keeps everything else.
func withPin(content, name, sum string) string {
	var out strings.Builder
	written := false
	for line := range strings.Lines(content) {
		if !isPinOf(line, name) {
			out.WriteString(line)
			continue
		}
		if !written {
			out.WriteString(pinLine(name, sum))
		}
		written = true
	}
	if written {
		return out.String()
	}
	if text := out.String(); text != "" && !strings.HasSuffix(text, "\n") {
		out.WriteString("\n")
	}
	return out.String() + pinLine(name, sum)
}

func pinLine(name, sum string) string { return pinKey + " " + name + "=" + sum + "\n" }

// isPinOf reports whether a line of the config file pins the name.
func isPinOf(line, name string) bool {
	key, value, found := strings.Cut(strings.TrimSpace(line), " ")
	pinned, _, assigned := strings.Cut(value, "=")
	return found && assigned && key == pinKey && strings.TrimSpace(pinned) == name
}

// editFile replaces a file atomically. For a link it replaces the target.
func editFile(path string, edit func(string) string) error {
	path, err := target(path)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(path)
	missing := errors.Is(err, fs.ErrNotExist)
	if missing {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err != nil {
		return err
	}
	file, err := transfer.NewReplacement(path)
	if err != nil {
		return err
	}
	defer file.Discard()
	if missing {
		err = file.Chmod(0o600)
	}
	if err == nil {
		_, err = file.WriteString(edit(string(content)))
	}
	if err == nil {
		err = file.Sync()
	}
	if err != nil {
		return err
	}
	return file.Commit()
}

// bare returns the error without its path, which the sentence around it already names.
func bare(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
