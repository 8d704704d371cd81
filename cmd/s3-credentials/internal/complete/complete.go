// Package complete offers a shell what can come next on a command line. All that it knows of commands, options and
// choices it reads from the commands themselves, when it is asked; the scripts for the shells only pass the question on.
package complete

import (
	"context"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// Kind says who finds the candidates.
type Kind string

// The kinds.
const (
	// Words are the candidates themselves.
	Words Kind = "words"
	// Files and Folders ask the shell for names of files or folders.
	Files   Kind = "files"
	Folders Kind = "folders"
)

// Offer is what can come next.
type Offer struct {
	Kind       Kind
	Candidates []Candidate
}

// Candidate is a whole word, with what it means.
type Candidate struct{ Text, Help string }

// For returns what the last of the words, which follow the program's name, can become.
func For(ctx context.Context, app *cli.App, words []string) Offer {
	u, ok := app.Unfinished(words)
	switch {
	case !ok:
		return Offer{Kind: Words}
	case u.Command == nil:
		return matching(u, commands(app))
	case u.Value != nil:
		return offer(ctx, u, u.Value.Choices, u.Value.Complete)
	case !u.OnlyArgs && strings.HasPrefix(u.Word, "-"):
		return matching(u, options(u))
	case u.Arg != nil && (u.Arg.Complete != cli.CompleteNothing || len(u.Arg.Choices) > 0):
		return offer(ctx, u, u.Arg.Choices, u.Arg.Complete)
	case u.OnlyArgs:
		return Offer{Kind: Words}
	}
	return matching(u, options(u))
}

// offer returns what a value or an argument can be.
func offer(ctx context.Context, u cli.Unfinished, choices []string, what cli.Complete) Offer {
	switch what {
	case cli.CompleteFile:
		return Offer{Kind: Files}
	case cli.CompleteFolder:
		return Offer{Kind: Folders}
	case cli.CompleteNothing:
	default:
		choices = names(ctx, u, what)
	}
	candidates := make([]Candidate, len(choices))
	for i, c := range choices {
		candidates[i].Text = c
	}
	return matching(u, candidates)
}

// matching keeps the candidates that what was typed can become.
func matching(u cli.Unfinished, candidates []Candidate) Offer {
	kept := []Candidate{}
	for _, c := range candidates {
		if strings.HasPrefix(c.Text, u.Word) {
			kept = append(kept, Candidate{u.Before + c.Text, c.Help})
		}
	}
	return Offer{Kind: Words, Candidates: kept}
}

// commands are what can stand first.
func commands(app *cli.App) []Candidate {
	var all []Candidate
	for _, c := range app.Shown() {
		all = append(all, Candidate{c.Name, c.Summary})
	}
	return append(all, Candidate{"--help", "Show the help"}, Candidate{"--version", "Show the version"})
}

// options are those that may stand here, the command's own first.
func options(u cli.Unfinished) []Candidate {
	var all []Candidate
	for _, o := range u.Options {
		all = append(all, Candidate{"--" + o.Name, firstSentence(o.Help)})
	}
	for _, o := range u.Options {
		if o.Short != "" {
			all = append(all, Candidate{"-" + o.Short, firstSentence(o.Help)})
		}
	}
	return slices.Insert(all, 0, Candidate{"--help", "Show the help"})
}

// firstSentence keeps a description on one line.
func firstSentence(help string) string {
	first, _, _ := strings.Cut(help, ". ")
	first, _, _ = strings.Cut(first, "\n")
	return strings.TrimSuffix(first, ".")
}
