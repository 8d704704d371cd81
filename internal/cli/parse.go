package cli

import (
	"context"
	"errors"
	"flag"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/peterbourgon/ff/v3"
)

// parser sets options from the command line, then from the environment, then from the config file. What one source
// sets, no later one changes.
type parser struct {
	app     *App
	session Session
	options []*Option
	// config is the value of --config.
	config string
	// set holds the names of the options that have a value already, and from where.
	set map[string]Source
}

func (a *App) newParser(options []Option, session Session) *parser {
	p := &parser{app: a, session: session, set: map[string]Source{}}
	p.options = slices.Concat(pointers(options), pointers(session.Options()), pointers(a.configOption(&p.config)))
	return p
}

// configOption returns --config, for a program that has a config file.
func (a *App) configOption(path *string) []Option {
	if !a.ConfigFile {
		return nil
	}
	return []Option{Text(path, "config", "Config file to read instead of the default one").Showing("FILENAME").Completing(CompleteFile)}
}

// parse sets the options and returns the positional arguments, and whether help was asked for.
func (a *App) parse(env *Env, command *Command, args []string) (positionals []string, help bool, err error) {
	p := a.newParser(command.Options, env.Session)
	words, err := tokenize(p.options, args)
	if err != nil || words.help {
		return nil, words.help, err
	}
	if err := p.read(words.options); err != nil {
		return nil, false, err
	}
	env.ConfigFile, env.Sources, env.Typed = p.configFile(), p.set, append([]string{command.Name}, words.record()...)
	for _, o := range p.options {
		if o.Required && p.set[o.Name] == "" {
			return nil, false, Usagef("Missing option %s.", o.Spelled())
		}
	}
	return words.positionals, false, checkArgs(command, words.positionals)
}

// read sets the options from all sources, the nearest first.
func (p *parser) read(typed []occurrence) error {
	values := map[string]string{}
	for _, t := range typed {
		value := t.value
		if t.option.IsFlag() && value == "" {
			value = "true"
		}
		if former, twice := values[t.option.Name]; twice && former != value && !t.option.Repeated {
			return Usagef("Option %s is given twice, with different values.", t.option.Spelled())
		}
		values[t.option.Name] = value
		if err := setFrom(t.option, value, t.option.Spelled()); err != nil {
			return err
		}
		if value == "" && !t.option.MayBeEmpty {
			return Usagef("Option %s is given an empty value, as by a variable that is not set: give it a value, or leave the option out.", t.option.Spelled())
		}
		p.set[t.option.Name] = FromCommandLine
	}
	if err := p.readEnvironment(); err != nil || !p.app.ConfigFile {
		return err
	}
	return p.readConfigFile()
}

// readEnvironment sets what environment variables give.
func (p *parser) readEnvironment() error {
	unset := p.unset(p.options, func(o *Option) string { return "the environment variable " + p.app.envVar(o.Name) })
	return p.finish(unset, FromEnvironment, ff.Parse(unset, nil, ff.WithEnvVarPrefix(p.app.envPrefix())))
}

// readConfigFile sets what the config file gives. Only one that was asked for has to exist.
func (p *parser) readConfigFile() error {
	path := p.configFile()
	if path == "" {
		return nil
	}
	unset := p.unset(append(p.options, pointers(p.session.FileOptions())...), func(o *Option) string { return "'" + o.Name + "' in the config file" })
	err := ff.Parse(unset, nil, ff.WithConfigFile(path),
		ff.WithConfigFileParser(p.knownKeys(unset, path)), ff.WithAllowMissingConfigFile(p.askedFor() == ""))
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return Usagef("Cannot read the config file '%s': %v.", path, pathErr.Err)
	}
	return p.finish(unset, FromConfigFile, err)
}

// unset returns the options that the next source may set. Where returns how an error calls that source.
func (p *parser) unset(options []*Option, where func(*Option) string) *flag.FlagSet {
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	locked := p.session.Locked(func(name string) bool { return p.set[name] != "" })
	for _, o := range options {
		if o.Configurable && p.set[o.Name] == "" && !slices.Contains(locked, o.Name) {
			flags.Func(o.Name, "", func(value string) error { return setElsewhere(o, value, where(o)) })
		}
	}
	return flags
}

// finish notes what a source has set. It returns the sentence for a value that an option refused without what package ff adds.
func (p *parser) finish(flags *flag.FlagSet, source Source, err error) error {
	flags.Visit(func(f *flag.Flag) { p.set[f.Name] = source })
	var usage *UsageError
	var failure Failure
	switch {
	case err == nil:
		return nil
	case errors.As(err, &usage):
		return usage
	case errors.As(err, &failure):
		return failure
	case errors.Is(err, context.Canceled):
		return context.Canceled
	}
	return Usagef("%v", err)
}

// setElsewhere is setFrom for another source than the command line.
func setElsewhere(o *Option, value, where string) error {
	if o.CheckElsewhere != nil {
		if err := o.CheckElsewhere(value); err != nil {
			return Usagef("Invalid value for %s: %v", where, err)
		}
	}
	return setFrom(o, value, where)
}

// setFrom sets an option, or says what is wrong with the value and where it stands. A secret is never repeated.
func setFrom(o *Option, value, where string) error {
	err := o.Set(value)
	var failure Failure
	if err == nil || errors.As(err, &failure) || errors.Is(err, context.Canceled) {
		return err
	}
	return Usagef("Invalid value for %s: %v", where, err)
}

// knownKeys reads ff's plain format and refuses keys that no command knows, so that a typing error is not ignored.
func (p *parser) knownKeys(unset *flag.FlagSet, path string) ff.ConfigFileParser {
	return func(r io.Reader, set func(name, value string) error) error {
		return ff.PlainParser(r, func(name, value string) error {
			name, value = assigned(name, value)
			if unset.Lookup(name) != nil {
				return set(name, value)
			}
			return p.app.checkKey(name, path)
		})
	}
}

// assigned takes an equals sign out of a line such as "key = value" or "key=value".
func assigned(name, value string) (string, string) {
	key, first, is := strings.Cut(name, "=")
	switch {
	case is && first != "" && value == "true":
		return key, first // ff's value of a line with a key alone
	case is:
		return key, strings.TrimSpace(first + " " + value)
	}
	if rest, is := strings.CutPrefix(value, "="); is {
		return name, strings.TrimSpace(rest)
	}
	return name, value
}

// checkKey says what is wrong with a key of the config file; nil for one that another command or a nearer source has.
func (a *App) checkKey(name, path string) error {
	key, _, _ := strings.Cut(name, ":") // what follows may be a secret
	switch {
	case slices.Contains(a.configurable(), key):
		return nil
	case a.isOption(key):
		return Usagef("'%s' cannot be set in the config file '%s': type --%s on the command line.", key, path, key)
	}
	return Usagef("No such key '%s' in the config file '%s'.%s", key, path, didYouMean(key, a.configurable()))
}

// askedFor returns the config file that the user names; empty where the default one is to be read.
func (p *parser) askedFor() string {
	if p.config == "" {
		return os.Getenv(p.app.envVar("config"))
	}
	return p.config
}

// configFile returns the config file to read; empty where the user has no folder for such.
func (p *parser) configFile() string {
	if path := p.askedFor(); path != "" || !p.app.ConfigFile {
		return path
	}
	return p.app.defaultConfigFile()
}

func (a *App) defaultConfigFile() string {
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, a.Program, "config")
}

// envPrefix returns what the environment variables that set options begin with.
func (a *App) envPrefix() string { return strings.ToUpper(strings.ReplaceAll(a.Program, "-", "_")) }

// envVar returns the environment variable that sets an option.
func (a *App) envVar(name string) string {
	return a.envPrefix() + "_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// checkArgs compares the positional arguments with what the command takes.
func checkArgs(c *Command, args []string) error {
	for i, a := range c.Args {
		if a.Required && i >= len(args) {
			return Usagef("Missing argument '%s'.", a.Usage())
		}
	}
	if n := len(c.Args); len(args) <= n || n > 0 && c.Args[n-1].Repeated {
		return nil
	}
	extra := args[len(c.Args):]
	plural := ""
	if len(extra) > 1 {
		plural = "s"
	}
	return Usagef("Got unexpected extra argument%s (%s)", plural, strings.Join(extra, " "))
}

// checkValues runs the checks of the arguments, of which the last may be repeated.
func checkValues(c *Command, args []string) error {
	for i, value := range args {
		if check := c.Args[min(i, len(c.Args)-1)].Check; check != nil {
			if err := check(value); err != nil {
				return err
			}
		}
	}
	return nil
}
