package cli

import (
	"io"
	"slices"
	"strings"
)

// CompletionContext is a command line that is still being typed.
type CompletionContext struct {
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
	typed []occurrence
}

// stillTyped stands for the word that is being typed; nobody can type it.
const stillTyped = "\x00"

// CompletionContext reads a command line whose last word is being typed; false for one that is wrong already.
func (a *App) CompletionContext(words []string) (*CompletionContext, bool) {
	if len(words) == 0 {
		return nil, false
	}
	before, word := words[:len(words)-1], words[len(words)-1]
	c := &CompletionContext{app: a, Word: word}
	if len(before) == 0 {
		return c, true
	}
	command, _, err := a.named(before[0], nil)
	if err != nil {
		return c, false
	}
	c.Command = command
	all := slices.Concat(command.Options, a.CommonOptions())
	return c, c.read(all, before[1:])
}

// read finds out what the word is, from the words between the command and it.
func (c *CompletionContext) read(all []Option, before []string) bool {
	read, err := tokenize(pointers(all), append(before[:len(before):len(before)], stillTyped))
	if err != nil {
		return false
	}
	c.typed = read.options
	if n := len(read.options); n > 0 && read.options[n-1].value == stillTyped {
		c.Value, c.typed = read.options[n-1].option, read.options[:n-1]
		c.Args = read.positionals
		return true
	}
	c.Args = read.positionals[:len(read.positionals)-1]
	c.Arg = c.Command.arg(len(c.Args))
	_, err = tokenize(pointers(all), append(before[:len(before):len(before)], "--"+stillTyped))
	c.OnlyArgs = err == nil
	if c.OnlyArgs {
		return true
	}
	c.offer(all)
	c.splitWord()
	return true
}

// offer finds the options that may stand here.
func (c *CompletionContext) offer(all []Option) {
	given := map[string]bool{}
	for _, g := range c.typed {
		given[g.option.Name] = true
	}
	for _, o := range all {
		if o.Repeated || !given[o.Name] {
			c.Options = append(c.Options, o)
		}
	}
}

// splitWord splits a word --name=value.
func (c *CompletionContext) splitWord() {
	spelled, value, assigned := strings.Cut(c.Word, "=")
	if !assigned || !strings.HasPrefix(spelled, "--") {
		return
	}
	for i, o := range c.Options {
		if "--"+o.Name == spelled && (!o.IsFlag() || len(o.Choices) > 0) {
			c.Value, c.Arg, c.Word, c.Before = &c.Options[i], nil, value, spelled+"="
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

// Env returns what a command of the line so far would work with. The options of its session are set from the line, the
// environment and the config file; the session is not started.
func (c *CompletionContext) Env() (*Env, error) {
	session := c.app.newSession()
	p := c.app.newParser(nil, session)
	var typed []occurrence
	for _, t := range c.typed {
		for _, o := range p.options {
			if o.Name == t.option.Name {
				typed = append(typed, occurrence{o, t.value})
			}
		}
	}
	env := &Env{Stdin: NewInput(strings.NewReader("")), Stdout: io.Discard, Stderr: io.Discard, App: c.app, Session: session}
	return env, p.read(typed)
}
