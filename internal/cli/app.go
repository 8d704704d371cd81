package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/printable"
	"github.com/s3-credentials/s3-credentials/internal/version"
)

// App is a program: its commands and what it works with.
type App struct {
	// Program is the program's name. The environment variables that set options begin with it: S3_CREDENTIALS_...
	Program string
	// Summary is one line; Description says more, in paragraphs.
	Summary, Description string
	// Commands are the program's commands. A program whose only command has no name is that command.
	Commands []*Command
	// NewSession returns what the commands of one run share; nil where they share nothing.
	NewSession func() Session
	// ConfigFile lets a config file set options too, and gives every command the option --config.
	ConfigFile bool
	// Settings is a paragraph of the program's help: how options are set elsewhere than on the command line.
	Settings string
	// ExitCodes are the exit codes with what each means.
	ExitCodes [][2]string
	// Hints are the words for the hints of errors; each follows an error's sentence.
	Hints map[fault.Hint]string

	Stdin          *Input
	Stdout, Stderr io.Writer
	// Debugging says that the user wants to see what goes on inside; see [Debugging].
	Debugging bool

	stdout *resultWriter
	// messages is Stderr, where text of others cannot act on a terminal.
	messages io.Writer
	// endMessages waits for the last messages that are written in the background.
	endMessages func()
}

// Session is what the commands of a program share in one run: options, and what is started before a command runs.
type Session interface {
	// Options returns the options that every command has.
	Options() []Option
	// FileOptions returns what only the config file sets.
	FileOptions() []Option
	// Locked returns the names of the options that a further source must not set, given what nearer ones have set.
	Locked(isSet func(name string) bool) []string
	// Begin is called once the options are known, for every command that is not hidden.
	Begin(env *Env)
	// Start prepares for a command that is not offline, once the options are known.
	Start(ctx context.Context, env *Env) error
	// Explain is the error of a command that ran, with what the session can say besides.
	Explain(ctx context.Context, err error) error
	// End releases what Start prepared.
	End()
}

// noSession is the session of a program whose commands share nothing.
type noSession struct{}

func (noSession) Options() []Option                          { return nil }
func (noSession) FileOptions() []Option                      { return nil }
func (noSession) Locked(func(string) bool) []string          { return nil }
func (noSession) Begin(*Env)                                 {}
func (noSession) Start(context.Context, *Env) error          { return nil }
func (noSession) Explain(_ context.Context, err error) error { return err }
func (noSession) End()                                       {}

func (a *App) newSession() Session {
	if a.NewSession == nil {
		return noSession{}
	}
	return a.NewSession()
}

// Shown returns the commands that are not hidden.
func (a *App) Shown() []*Command {
	return slices.DeleteFunc(slices.Clone(a.Commands), func(c *Command) bool { return c.Hidden })
}

// Groups returns the commands that are not hidden, in groups: those that follow each other and have the same heading.
func (a *App) Groups() [][]*Command {
	var groups [][]*Command
	for _, c := range a.Shown() {
		if last := len(groups) - 1; last >= 0 && groups[last][0].Heading() == c.Heading() {
			groups[last] = append(groups[last], c)
			continue
		}
		groups = append(groups, []*Command{c})
	}
	return groups
}

// Main runs the command that args name (without the program's own name) and returns the exit code.
func (a *App) Main(ctx context.Context, args []string) (code int) {
	a.stdout, a.messages = newResultWriter(a.Stdout), printable.NewWriter(a.Stderr)
	env := &Env{Stdin: a.Stdin, Stdout: a.stdout, Stderr: a.messages, App: a, Session: a.newSession()}
	if a.Stdin != nil {
		a.Stdin.ctx = ctx
	}
	a.endMessages = func() {}
	defer func() { a.endMessages() }()
	defer env.Session.End()
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
	positionals, help, err := a.parse(env, command, rest)
	if err == nil && help {
		return a.printHelp(a.stdout, command)
	}
	if err == nil && command.Check != nil {
		err = command.Check(positionals)
	}
	if err == nil {
		err = checkValues(command, positionals)
	}
	if command.KeepsRunning {
		a.dropMessages(env)
	}
	if err == nil && !command.Hidden {
		env.Session.Begin(env)
	}
	if err == nil && !command.Offline {
		err = env.Session.Start(ctx, env)
	}
	if err == nil {
		if err = command.Run(ctx, env, positionals); err != nil {
			err = env.Session.Explain(ctx, err)
		}
	}
	return inCommand(err, command.Name)
}

// only returns the command that the program is; nil where it has several.
func (a *App) only() *Command {
	if len(a.Commands) == 1 && a.Commands[0].Name == "" {
		return a.Commands[0]
	}
	return nil
}

// find returns the command that args name, and what follows it; nil where the program itself had something to print.
func (a *App) find(args []string) (*Command, []string, error) {
	first, rest := "", args
	if len(args) > 0 {
		first, rest = args[0], args[1:]
	}
	switch only := a.only(); {
	case first == "help":
		return nil, nil, a.help(rest)
	case first == "version" && len(rest) > 0:
		return nil, nil, Usagef("Got unexpected extra argument (%s)", rest[0])
	case first == "version", first == "--version":
		_, err := fmt.Fprintf(a.stdout, "%s, version %s\n", a.Program, version.Full())
		return nil, nil, err
	case only != nil:
		return only, args, nil
	case first == "--help", first == "-h":
		return nil, nil, a.help(nil)
	case len(args) == 0:
		if err := a.printProgramHelp(a.messages); err != nil {
			return nil, nil, err
		}
		return nil, nil, errHelpOnly
	case first == "--" && len(rest) > 0:
		return a.named(rest[0], rest[1:])
	case len(first) > 1 && first[0] == '-':
		return nil, nil, a.noSuchProgramOption(first)
	}
	return a.named(first, rest)
}

// help prints the help of the command that args name, or of the options of every command; without a name, that of the program.
func (a *App) help(args []string) error {
	switch only := a.only(); {
	case only != nil:
		return a.printHelp(a.stdout, only)
	case len(args) == 0 || args[0] == "--help" || args[0] == "-h":
		return a.printProgramHelp(a.stdout)
	}
	if args[0] == "options" {
		return a.printCommonHelp(a.stdout)
	}
	command, _, err := a.named(args[0], nil)
	if err != nil {
		return err
	}
	return a.printHelp(a.stdout, command)
}

// named returns the command of that name, and the rest.
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

// noSuchProgramOption explains an option before the command, which may be a command's own.
func (a *App) noSuchProgramOption(spelled string) error {
	o, err := tokenize(a.allOptions(), []string{spelled, ""})
	if err == nil && len(o.options) > 0 {
		return Usagef("The option '%s' stands after the command: %s COMMAND %s", spelled, a.Program, spelled)
	}
	return Usagef("No such option '%s'.%s", spelled, didYouMean(spelled, []string{"--help", "--version"}))
}

// CommonOptions returns the options that every command has.
func (a *App) CommonOptions() []Option {
	return append(a.newSession().Options(), a.configOption(new(string))...)
}

// allOptions returns the options of all commands.
func (a *App) allOptions() []*Option {
	all := pointers(a.CommonOptions())
	for _, c := range a.Commands {
		all = append(all, pointers(c.Options)...)
	}
	return all
}

func pointers(options []Option) []*Option {
	all := make([]*Option, len(options))
	for i := range options {
		all[i] = &options[i]
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
		if o.Configurable {
			names = append(names, o.Name)
		}
	}
	for _, o := range a.newSession().FileOptions() {
		names = append(names, o.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// recoverPanic makes an error of a panic: nobody but a developer is helped by a stack trace.
func (a *App) recoverPanic(code *int) {
	r := recover()
	if r == nil {
		return
	}
	fmt.Fprintf(a.messages, "Error: internal error: %v; this is a bug: please report it, with what %s=debug prints\n", r, logVariable)
	if a.Debugging || Debugging() {
		a.messages.Write(debug.Stack()) //nolint:errcheck // there is nowhere left to report it
	}
	*code = ExitFailed
}

// logVariable is the environment variable that, set to debug, shows what goes on inside.
const logVariable = "S3_CREDENTIALS_LOG"

// Debugging reports whether the environment says that the user wants to see what goes on inside.
func Debugging() bool { return os.Getenv(logVariable) == "debug" || os.Getenv(logVariable) == "trace" }
