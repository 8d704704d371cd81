// Package complete completes command lines for shells. It takes commands, options and choices from the command registry;
// the shell scripts only call it.
package complete

import (
	"context"
	"strings"

	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// Kind says who lists the candidates.
type Kind string

// The kinds.
const (
	// Words: this program lists the candidates.
	Words Kind = "words"
	// Files and Folders: the shell lists files or folders.
	Files   Kind = "files"
	Folders Kind = "folders"
)

// Offer has the candidates for a word, or the kind of name that the shell lists.
type Offer struct {
	Kind       Kind
	Candidates []Candidate
}

// Candidate is a whole word with its description.
type Candidate struct{ Text, Help string }

// For returns the completions of the last of the words after the program's name.
func For(ctx context.Context, app *cli.App, words []string) Offer {
	c, ok := app.CompletionContext(words)
	switch {
	case !ok:
		return Offer{Kind: Words}
	case c.Command == nil:
		return matching(c, commands(app))
	case c.Value != nil:
		return offer(ctx, c, c.Value.Choices, c.Value.Complete)
	case !c.OnlyArgs && strings.HasPrefix(c.Word, "-"):
		return matching(c, options(c))
	case c.Arg != nil && (c.Arg.Complete != cli.CompleteNothing || len(c.Arg.Choices) > 0):
		return offer(ctx, c, c.Arg.Choices, c.Arg.Complete)
	case c.OnlyArgs:
		return Offer{Kind: Words}
	}
	return matching(c, options(c))
}

// offer returns the candidates for a value or an argument.
func offer(ctx context.Context, c *cli.CompletionContext, choices []string, what cli.Complete) Offer {
	switch what {
	case cli.CompleteFile:
		return Offer{Kind: Files}
	case cli.CompleteFolder:
		return Offer{Kind: Folders}
	case cli.CompleteNothing:
	default:
		choices = names(ctx, c, what)
	}
	candidates := make([]Candidate, len(choices))
	for i, choice := range choices {
		candidates[i].Text = choice
	}
	return matching(c, candidates)
}

// matching keeps the candidates that begin with the word.
func matching(c *cli.CompletionContext, candidates []Candidate) Offer {
	kept := []Candidate{}
	for _, candidate := range candidates {
		if strings.HasPrefix(candidate.Text, c.Word) {
			kept = append(kept, Candidate{c.Before + candidate.Text, candidate.Help})
		}
	}
	return Offer{Kind: Words, Candidates: kept}
}

// commands are the candidates for the first word.
func commands(app *cli.App) []Candidate {
	var all []Candidate
	for _, c := range app.Shown() {
		all = append(all, Candidate{c.Name, c.Summary})
	}
	return append(all, Candidate{"--help", "Show the help"}, Candidate{"--version", "Show the version"})
}

// options are the permitted options, the command's own first.
func options(c *cli.CompletionContext) []Candidate {
	all := []Candidate{{"--help", "Show the help"}}
	for _, o := range c.Options {
		all = append(all, Candidate{"--" + o.Name, firstSentence(o.Help)})
	}
	for _, o := range c.Options {
		if o.Short != "" {
			all = append(all, Candidate{"-" + o.Short, firstSentence(o.Help)})
		}
	}
	return all
}

func firstSentence(help string) string {
	first, _, _ := strings.Cut(help, ". ")
	first, _, _ = strings.Cut(first, "\n")
	return strings.TrimSuffix(first, ".")
}
