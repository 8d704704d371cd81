package cli

import (
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

const envPrefix = "S3_CREDENTIALS"

// parser fills in one command's options from the command line, then from the environment, then from the config file.
// What an earlier place gave, a later one does not change.
type parser struct {
	app     *App
	command *Command
	common  *Common
	all     []*Option
	// configurable holds the options that the environment and the config file may set; typed holds the others.
	configurable, typed *flag.FlagSet
	// source is where the values being set come from; refused is the first that an option did not accept.
	source  source
	refused error
}

// source is where a value comes from.
type source int

const (
	fromCommandLine source = iota
	fromEnvironment
	fromConfigFile
)

// parse fills in the options and returns the positional arguments, and whether help was asked for.
func (a *App) parse(command *Command, common *Common, args []string) (positionals []string, help bool, err error) {
	p := &parser{app: a, command: command, common: common}
	p.define()
	words, err := tokenize(p.all, args)
	if err != nil || words.help {
		return nil, words.help, err
	}
	for _, layer := range []func() error{
		func() error { return p.commandLine(words.options) }, p.environment, p.configFile, p.required,
	} {
		if err := layer(); err != nil {
			return nil, false, err
		}
	}
	return words.positionals, false, checkArgs(command, words.positionals)
}

// define makes the flag sets.
func (p *parser) define() {
	p.configurable, p.typed = newFlagSet(), newFlagSet()
	common := p.common.options()
	for i := range p.command.Options {
		p.all = append(p.all, &p.command.Options[i])
	}
	for i := range common {
		p.all = append(p.all, &common[i])
	}
	for _, o := range p.all {
		if o.Configurable {
			p.configurable.Var(&watched{o.Value, o, p}, o.Name, "")
		} else {
			p.typed.Var(&watched{o.Value, o, p}, o.Name, "")
		}
	}
}

func newFlagSet() *flag.FlagSet {
	set := flag.NewFlagSet("", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	return set
}

// commandLine sets what the user typed.
func (p *parser) commandLine(options []given) error {
	p.source = fromCommandLine
	for _, g := range options {
		set := p.typed
		if g.option.Configurable {
			set = p.configurable
		}
		if err := set.Parse([]string{g.forFlagPackage()}); err != nil {
			return p.cause(err)
		}
	}
	if p.common.Config == "" {
		p.common.Config = os.Getenv(envPrefix + "_CONFIG")
	}
	return nil
}

// environment sets what S3_CREDENTIALS_* variables give.
func (p *parser) environment() error {
	p.source = fromEnvironment
	p.settleIdentity()
	return p.cause(ff.Parse(p.configurable, nil, ff.WithEnvVarPrefix(envPrefix)))
}

// configFile sets what the config file gives. Only one that was asked for has to exist.
func (p *parser) configFile() error {
	p.source = fromConfigFile
	p.settleIdentity()
	fileOnly := p.common.fileOnlyOptions()
	for i := range fileOnly {
		p.configurable.Var(&watched{fileOnly[i].Value, &fileOnly[i], p}, fileOnly[i].Name, "")
	}
	path, asked := p.common.Config, p.common.Config != ""
	if !asked {
		path = defaultConfigFile()
	}
	if path == "" {
		return nil
	}
	err := ff.Parse(p.configurable, nil, ff.WithConfigFile(path),
		ff.WithConfigFileParser(p.readConfig(path)), ff.WithAllowMissingConfigFile(!asked))
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return Usagef("Cannot read the config file '%s': %v.", path, pathErr.Err)
	}
	return p.cause(err)
}

// readConfig reads ff's plain format and refuses what no command knows, so that a slip of the pen is not ignored.
func (p *parser) readConfig(path string) ff.ConfigFileParser {
	return func(r io.Reader, set func(name, value string) error) error {
		return ff.PlainParser(r, func(name, value string) error {
			if p.configurable.Lookup(name) != nil {
				return set(name, value)
			}
			return p.unknownKey(name, path)
		})
	}
}

// unknownKey says what is wrong with a key of the config file that the command does not have; nil for another command's.
func (p *parser) unknownKey(name, path string) error {
	key, _, assigned := strings.Cut(name, "=") // what follows may be a secret
	known := slices.Contains(p.app.configurable(), key)
	switch {
	case assigned && known:
		return Usagef("'%s=' in the config file '%s' has an equals sign: write '%s VALUE', with a space.", key, path, key)
	case known:
		return nil
	case p.app.isOption(key):
		return Usagef("'%s' cannot be set in the config file '%s': type --%s on the command line.", key, path, key)
	}
	return Usagef("No such key '%s' in the config file '%s'.%s", key, path, didYouMean(key, p.app.configurable()))
}

// settleIdentity closes the credential options to all further places once one has named any of them, or a profile.
func (p *parser) settleIdentity() {
	named := false
	p.configurable.Visit(func(f *flag.Flag) {
		named = named || f.Name == "profile" || slices.Contains(credentialOptions, f.Name)
	})
	if !named {
		return
	}
	for _, name := range credentialOptions {
		f := p.configurable.Lookup(name)
		if f.Value.String() == "" {
			_ = p.configurable.Set(name, "") // marks it as given
		}
	}
}

// required refuses a command line without an option that the command needs.
func (p *parser) required() error {
	for _, o := range p.all {
		if !o.Required {
			continue
		}
		found := false
		for _, set := range []*flag.FlagSet{p.configurable, p.typed} {
			set.Visit(func(f *flag.Flag) { found = found || f.Name == o.Name })
		}
		if !found {
			return Usagef("Missing option %s.", o.Spelled())
		}
	}
	return nil
}

// cause returns the sentence for a refused value rather than what the flag packages make of it.
func (p *parser) cause(err error) error {
	var usage *UsageError
	switch {
	case err == nil:
		return nil
	case p.refused != nil:
		return p.refused
	case errors.As(err, &usage):
		return usage
	}
	return Usagef("%v", err)
}

// watched is an option's value that remembers why it was refused.
type watched struct {
	flag.Value
	option *Option
	parser *parser
}

// IsBoolFlag tells package flag that no value follows.
func (w *watched) IsBoolFlag() bool { return w.option.IsFlag() }

// String is called by package flag on a zero value as well.
func (w *watched) String() string {
	if w == nil || w.Value == nil {
		return ""
	}
	return w.Value.String()
}

// Set sets the value, or says what is wrong with it and where it stands. A secret is never repeated.
func (w *watched) Set(value string) error {
	err := w.Value.Set(value)
	if err == nil {
		return nil
	}
	var failure Failure
	if errors.As(err, &failure) {
		w.parser.refused = failure
		return err
	}
	where := map[source]string{
		fromCommandLine: w.option.Spelled(),
		fromEnvironment: "the environment variable " + w.option.EnvVar(),
		fromConfigFile:  "'" + w.option.Name + "' in the config file",
	}[w.parser.source]
	w.parser.refused = Usagef("Invalid value for %s: %v", where, err)
	return err
}

// defaultConfigFile returns where the config file is looked for; empty where the user has no folder for such.
func defaultConfigFile() string {
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "s3-credentials", "config")
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
