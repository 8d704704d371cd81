// Package cli is the frame of the three programs: what a command is, how its options and arguments are parsed from the
// command line, the environment and the config file, how help is printed, and which exit code an error gets. What only
// one program knows (its commands, the options that they share, the words for hints) it passes in as an [App].
//
// A command is data ([Command]), so that help, completion, man pages and the manual all come from one place.
package cli

import (
	"cmp"
	"context"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// Command is one command of the tool.
type Command struct {
	// Name is what a user types; empty for the only command of a program.
	Name string
	// Summary is one line, for the list of commands.
	Summary string
	// Long says more, in paragraphs separated by blank lines; empty where the summary says all.
	Long string
	// Examples are whole command lines that run as they stand.
	Examples []Example
	// Args are the positional arguments, in order. Only the last may be repeated.
	Args []Arg
	// Options are the command's own options; every command has the common ones besides.
	Options []Option
	// Group is the heading in --help and in the manual under which the command stands; empty for "Commands".
	Group string
	// Hidden keeps the command out of --help, completion and the manual: it is for programs.
	Hidden bool
	// Needs are the capabilities without which the backend cannot run the command at all.
	Needs []driver.Capability
	// Uses are the capabilities without which the command says of a part that it cannot do it, and does the rest.
	Uses []driver.Capability
	// Offline says that the command needs no backend: none is looked for, and no plugin is started.
	Offline bool
	// KeepsRunning says that the command runs until a signal ends it: messages that nobody reads are dropped, not waited for.
	KeepsRunning bool
	// Check, if set, looks for contradictions among options and arguments. It runs before a plugin is started.
	Check func(args []string) error
	// Run does the work. Args are the positional arguments, as many as Args allows.
	Run func(ctx context.Context, env *Env, args []string) error
}

// Example is a command line with what it is for.
type Example struct{ Purpose, Line string }

// Complete says what a shell can offer for an argument or an option's value.
type Complete string

// What can be completed.
const (
	CompleteNothing Complete = ""
	CompleteBucket  Complete = "bucket"
	CompleteKey     Complete = "key" // of an object in the bucket that is the first argument
	CompleteUser    Complete = "user"
	CompleteRole    Complete = "role"
	CompleteFile    Complete = "file"
	CompleteFolder  Complete = "folder"
	CompleteBackend Complete = "backend"
)

// Arg is a positional argument.
type Arg struct {
	// Name is in capitals, as in the usage line.
	Name               string
	Required, Repeated bool
	Complete           Complete
	// Choices are the only values, where there are only some.
	Choices []string
	// Check refuses a value; nil for none.
	Check func(value string) error
}

// Usage returns the argument as it stands in a usage line: BUCKET, BUCKETS... or [KEYS]...
func (a Arg) Usage() string {
	name := a.Name
	if !a.Required {
		name = "[" + name + "]"
	}
	if a.Repeated {
		name += "..."
	}
	return name
}

// Usage returns the command's usage line without the program's name.
func (c *Command) Usage() string {
	parts := []string{c.Name, "[OPTIONS]"}
	for _, a := range c.Args {
		parts = append(parts, a.Usage())
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}

// Heading is the heading of the command's group.
func (c *Command) Heading() string { return cmp.Or(c.Group, "Commands") }
