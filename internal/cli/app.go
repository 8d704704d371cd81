package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// App is the program: its commands and what it is connected to.
type App struct {
	Program string
	Version string
	// Summary is one line; Description says more, in paragraphs.
	Summary, Description string
	Commands             []*Command
	// Hints are the words for the hints of errors; each follows an error's sentence.
	Hints map[fault.Hint]string

	Stdin          *Input
	Stdout, Stderr io.Writer
	// Connect starts the backend for a command.
	Connect Connector

	stdout *sink
}

// Shown returns the commands that are there for people.
func (a *App) Shown() []*Command {
	return slices.DeleteFunc(slices.Clone(a.Commands), func(c *Command) bool { return c.Hidden })
}

// Connector starts the backend that the options ask for and returns an engine on it, and what ends it.
type Connector func(ctx context.Context, env *Env) (engine *core.Engine, end func(), err error)

// Main runs the command that args name (without the program's own name) and returns the exit code.
func (a *App) Main(ctx context.Context, args []string) (code int) {
	a.stdout = &sink{w: a.Stdout}
	env := &Env{Stdin: a.Stdin, Stdout: a.stdout, Stderr: a.Stderr, Common: &Common{}, App: a, connect: a.Connect}
	defer env.end()
	defer a.recoverPanic(&code)
	err := a.run(ctx, env, args)
	if err == nil {
		err = a.stdout.err
	}
	if err != nil {
		a.report(ctx, err)
	}
	return ExitCode(ctx, err)
}

// run finds the command, parses the rest for it and runs it.
func (a *App) run(ctx context.Context, env *Env, args []string) error {
	command, rest, err := a.find(args)
	if err != nil || command == nil {
		return err
	}
	positionals, help, err := a.parse(command, env.Common, rest)
	if err == nil && help {
		return a.printHelp(a.stdout, command)
	}
	if err == nil && command.Check != nil {
		err = command.Check(positionals)
	}
	if err == nil && !command.Offline {
		err = env.start(ctx)
	}
	if err == nil {
		err = command.Run(ctx, env, positionals)
	}
	return inCommand(err, command.Name)
}

// find returns the command that args name, and what follows it; nil where the program itself had something to print.
func (a *App) find(args []string) (*Command, []string, error) {
	if len(args) == 0 {
		if err := a.printProgramHelp(a.Stderr); err != nil {
			return nil, nil, err
		}
		return nil, nil, errHelpOnly
	}
	switch first := args[0]; {
	case first == "--help":
		return nil, nil, a.printProgramHelp(a.stdout)
	case first == "--version":
		_, err := fmt.Fprintf(a.stdout, "%s, version %s\n", a.Program, a.Version)
		return nil, nil, err
	case first == "--" && len(args) > 1:
		return a.named(args[1], args[2:])
	case len(first) > 1 && first[0] == '-':
		return nil, nil, a.noSuchProgramOption(first)
	default:
		return a.named(first, args[1:])
	}
}

// named returns the command of that name.
func (a *App) named(name string, rest []string) (*Command, []string, error) {
	var names []string
	for _, c := range a.Commands {
		if c.Name == name {
			return c, rest, nil
		}
	}
	for _, c := range a.Shown() {
		names = append(names, c.Name)
	}
	return nil, nil, Usagef("No such command '%s'.%s", name, didYouMean(name, names))
}

// noSuchProgramOption helps who put a command's option before the command.
func (a *App) noSuchProgramOption(spelled string) error {
	o, err := tokenize(a.allOptions(), []string{spelled, ""})
	if err == nil && len(o.options) > 0 {
		return Usagef("The option '%s' stands after the command: %s COMMAND %s", spelled, a.Program, spelled)
	}
	return Usagef("No such option '%s'.%s", spelled, didYouMean(spelled, []string{"--help", "--version"}))
}

// allOptions returns the options of all commands.
func (a *App) allOptions() []*Option {
	var all []*Option
	common := (&Common{}).options()
	for i := range common {
		all = append(all, &common[i])
	}
	for _, c := range a.Commands {
		for i := range c.Options {
			all = append(all, &c.Options[i])
		}
	}
	return all
}

// isOption reports whether any command has an option of that name.
func (a *App) isOption(name string) bool {
	return slices.ContainsFunc(a.allOptions(), func(o *Option) bool { return o.Name == name })
}

// configurable returns the names of what the config file can set, for any command.
func (a *App) configurable() []string {
	var names []string
	for _, o := range a.allOptions() {
		if o.Configurable && !slices.Contains(names, o.Name) {
			names = append(names, o.Name)
		}
	}
	for _, o := range (&Common{}).fileOnlyOptions() {
		names = append(names, o.Name)
	}
	slices.Sort(names)
	return names
}

// recoverPanic makes an error of a panic: nobody but a developer is helped by a stack trace.
func (a *App) recoverPanic(code *int) {
	r := recover()
	if r == nil {
		return
	}
	fmt.Fprintf(a.Stderr, "Error: internal error: %v; this is a bug: please report it, with what %s_LOG=debug prints\n", r, envPrefix)
	if Debugging() {
		a.Stderr.Write(debug.Stack()) //nolint:errcheck // there is nowhere left to report it
	}
	*code = ExitFailed
}

// Debugging reports whether the user wants to see what goes on inside.
func Debugging() bool { return os.Getenv(envPrefix+"_LOG") == "debug" }
