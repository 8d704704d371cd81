package cli

import (
	"context"
	"io"
	"strings"

	"github.com/s3-credentials/s3-credentials/core"
)

// Unfinished is a command line that is still being typed.
type Unfinished struct {
	// Command is nil while its name is being typed.
	Command *Command
	// Options may stand here: those of the command that are not given yet, or may be given again.
	Options []Option
	// OnlyArgs says that no option can follow any more.
	OnlyArgs bool
	// Value is the option whose value is being typed; Arg the positional argument that the word is, if it is no option.
	Value *Option
	Arg   *Arg
	// Args are the positional arguments before the word.
	Args []string
	// Word is what is being typed; of --name=value only the value, and Before is the rest.
	Word, Before string

	app   *App
	given []given
}

// stillTyped stands for the word that is being typed; nobody can type it.
const stillTyped = "\x00"

// Unfinished makes sense of a command line whose last word is being typed; false where there is no sense in it.
func (a *App) Unfinished(words []string) (Unfinished, bool) {
	if len(words) == 0 {
		return Unfinished{}, false
	}
	before, word := words[:len(words)-1], words[len(words)-1]
	u := Unfinished{app: a, Word: word}
	if len(before) == 0 {
		return u, true
	}
	command, _, err := a.named(before[0], nil)
	if err != nil {
		return u, false
	}
	u.Command = command
	all := append(append([]Option{}, command.Options...), CommonOptions()...)
	return u, u.read(all, before[1:])
}

// read finds out what the word is, from the words between the command and it.
func (u *Unfinished) read(all []Option, before []string) bool {
	pointers := make([]*Option, len(all))
	for i := range all {
		pointers[i] = &all[i]
	}
	read, err := tokenize(pointers, append(before[:len(before):len(before)], stillTyped))
	if err != nil {
		return false
	}
	u.given = read.options
	if n := len(read.options); n > 0 && read.options[n-1].value == stillTyped {
		u.Value, u.given = read.options[n-1].option, read.options[:n-1]
		u.Args = read.positionals
		return true
	}
	u.Args = read.positionals[:len(read.positionals)-1]
	u.Arg = u.Command.arg(len(u.Args))
	_, err = tokenize(pointers, append(before[:len(before):len(before)], "--"+stillTyped))
	u.OnlyArgs = err == nil
	if u.OnlyArgs {
		return true
	}
	u.offer(all)
	u.splitWord()
	return true
}

// offer finds the options that may stand here.
func (u *Unfinished) offer(all []Option) {
	given := map[string]bool{}
	for _, g := range u.given {
		given[g.option.Name] = true
	}
	for _, o := range all {
		if o.Repeated || !given[o.Name] {
			u.Options = append(u.Options, o)
		}
	}
}

// splitWord takes --name=value apart.
func (u *Unfinished) splitWord() {
	spelled, value, assigned := strings.Cut(u.Word, "=")
	if !assigned || !strings.HasPrefix(spelled, "--") {
		return
	}
	for i, o := range u.Options {
		if "--"+o.Name == spelled && !o.IsFlag() {
			u.Value, u.Arg, u.Word, u.Before = &u.Options[i], nil, value, spelled+"="
			return
		}
	}
}

// arg returns the positional argument that stands at a place; nil where there is none.
func (c *Command) arg(at int) *Arg {
	last := len(c.Args) - 1
	switch {
	case at <= last:
		return &c.Args[at]
	case last >= 0 && c.Args[last].Repeated:
		return &c.Args[last]
	}
	return nil
}

// Common returns what the common options are, from the line so far, the environment and the config file.
func (u Unfinished) Common() (*Common, error) {
	common := &Common{}
	p := &parser{app: u.app, command: &Command{}, common: common}
	p.define()
	var typed []given
	for _, g := range u.given {
		for _, o := range p.all {
			if o.Name == g.option.Name {
				typed = append(typed, given{o, g.value})
			}
		}
	}
	for _, layer := range []func() error{func() error { return p.commandLine(typed) }, p.environment, p.configFile} {
		if err := layer(); err != nil {
			return nil, err
		}
	}
	return common, nil
}

// Connect starts the backend that the line asks for so far, as the one who it says. The function it returns ends it.
func (u Unfinished) Connect(ctx context.Context) (*core.Engine, func(), error) {
	common, err := u.Common()
	if err != nil {
		return nil, nil, err
	}
	env := &Env{Stdin: NewInput(strings.NewReader("")), Stdout: io.Discard, Stderr: io.Discard, Common: common, App: u.app}
	if env.Credentials, err = env.credentials(); err != nil {
		return nil, nil, err
	}
	return u.app.Connect(ctx, env)
}
