package main

import (
	"context"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/examples"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

var pluginColumns = []string{"Name", "Version", "Protocol", "Pinned", "Path", "Problem", "Source", "Shadowed", "SHA256", "Capabilities"}

var pluginsActions = []string{"list", "pin", "doctor", "new"}

func newPlugins() *cli.Command {
	list := listing{shown: []string{"Name", "Version", "Protocol", "Pinned", "Problem", "Path", "Source"}}
	var language string
	return &cli.Command{
		Name:    "plugins",
		Summary: "List, pin and examine the backend plugins, or begin a new one",
		Long: "Without an argument, or with 'list', says which plugins there are, where, and what each can do. " +
			"'pin NAME' writes the checksum of a plugin into the config file: only that file is started for the name from then on. " +
			"'doctor' says of each plugin, or of NAME, in one sentence whether it starts, and if not, why; it exits 1 if one does not. " +
			"'new NAME' writes the source of a new plugin, in the language of --lang, into the new folder s3-credentials-backend-NAME.",
		Examples: []cli.Example{
			{Purpose: "To see all plugins", Line: "s3-credentials plugins"},
			{Purpose: "To find out why one does not start", Line: "s3-credentials plugins doctor aws"},
			{Purpose: "To start no other file than the one that is there now", Line: "s3-credentials plugins pin aws"},
			{Purpose: "To begin a backend for a system of your own", Line: "s3-credentials plugins new acme --lang go"},
		},
		Args:    []cli.Arg{{Name: "ACTION", Choices: pluginsActions}, {Name: "NAME", Complete: cli.CompleteBackend}},
		Options: append(list.options(), cli.Choice(&language, "lang", "Language of the new plugin", examples.Languages()...)),
		Offline: true,
		Check: func(args []string) error {
			if err := list.check(args); err != nil {
				return err
			}
			return checkPluginsAction(args, language)
		},
		Run: func(ctx context.Context, env *cli.Env, args []string) error {
			switch action, name := pluginsAction(args); action {
			case "pin":
				return pinPlugin(env, name)
			case "doctor":
				return examinePlugins(ctx, env, name)
			case "new":
				return newPlugin(env, language, name)
			}
			return listPlugins(ctx, env, &list)
		},
	}
}

// pluginsAction returns the action and its plugin's name.
func pluginsAction(args []string) (action, name string) {
	switch len(args) {
	case 0:
		return "list", ""
	case 1:
		return args[0], ""
	}
	return args[0], args[1]
}

func checkPluginsAction(args []string, language string) error {
	action, name := pluginsAction(args)
	switch {
	case !slices.Contains(pluginsActions, action):
		return cli.InvalidValue("[ACTION]", "'"+action+"' is not one of '"+strings.Join(pluginsActions, "', '")+"'.")
	case action == "new" && name == "":
		return cli.Usagef("Missing argument 'NAME': what the new backend is called, such as acme.")
	case action == "new" && host.CheckName(name) != nil:
		return cli.InvalidValue("NAME", host.CheckName(name).Error())
	case action == "new" && language == "":
		return cli.Usagef("Missing option '--lang': %s.", strings.Join(examples.Languages(), " or "))
	case action != "new" && language != "":
		return cli.Usagef("'--lang' is for 'new' only.")
	case action == "pin" && name == "":
		return cli.Usagef("Missing argument 'NAME': whose plugin to pin, such as aws.")
	case action == "list" && name != "":
		return cli.Usagef("Got unexpected extra argument (%s)", name)
	}
	return nil
}

func listPlugins(ctx context.Context, env *cli.Env, list *listing) error {
	options, err := connect.Of(env).HostOptions(env.Stderr)
	if err != nil {
		return err
	}
	all := inspectPlugins(ctx, env, options, host.Discover(options))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if term.IsTerminal(int(os.Stdout.Fd())) {
		list.standard = "table" // no script depends on its JSON: the Python tool lacks this listing
	}
	listed := driver.Listing(func() ([]inspected, error) { return all, nil })
	return printRows(env, list, pluginColumns, listed, asRow(pluginRow))
}

// sourceWords name the places where plugins are found.
var sourceWords = map[host.Source]string{
	host.SourceDirs: "--plugin-dir", host.SourceEnvironment: host.EnvDirs, host.SourceProgram: "beside s3-credentials",
	host.SourceUser: "user data", host.SourcePath: "PATH",
}

// pluginRow returns a plugin's row. A plugin that does not start has no version, protocol or capabilities.
func pluginRow(p inspected) orderedjson.Object {
	var row orderedjson.Object
	row.Add("Name", p.found.Name)
	row.Add("Path", p.found.Path)
	row.Add("Source", sourceWords[p.found.Source])
	row.Add("Shadowed", p.found.Shadowed)
	row.AddText("Version", p.description.Version)
	if p.protocol != 0 {
		row.Add("Protocol", p.protocol)
		capabilities := make([]orderedjson.Value, len(p.description.Capabilities))
		for i, c := range p.description.Capabilities {
			capabilities[i] = string(c)
		}
		row.Add("Capabilities", capabilities)
	}
	row.AddText("SHA256", p.checksum)
	row.Add("Pinned", p.pinned)
	if p.problem != "" {
		row.Add("Problem", p.problem)
	}
	return row
}
