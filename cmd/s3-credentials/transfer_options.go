package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/progress"
	"github.com/s3-credentials/s3-credentials/internal/bulk"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// transferOptions is what put-objects, get-objects and delete-objects have in common.
type transferOptions struct {
	silent       bool
	skipExisting bool
	// resumes says that a later run can leave out what this one did: there is --skip-existing.
	resumes     bool
	concurrency int
	// done and noun are the words for what is done to what: "uploaded", "file".
	done, noun string
}

func (t *transferOptions) silentOption(help string) cli.Option {
	return cli.Flag(&t.silent, "silent", help).WithShort("s").FromConfig()
}

func (t *transferOptions) skipOption(help string) cli.Option {
	t.resumes = true
	return cli.Flag(&t.skipExisting, "skip-existing", help)
}

func (t *transferOptions) concurrencyOption(help string) cli.Option {
	return cli.Parsed(&t.concurrency, "concurrency", "INTEGER", help, atLeastOne).FromConfig()
}

// atLeastOne parses a number of things that happen at the same time.
func atLeastOne(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("'%s' is not a whole number from 1 up", s)
	}
	return n, nil
}

// options returns how to transfer, and what ends the progress bar.
func (t *transferOptions) options(env *cli.Env, label string, total int64) (bulk.Options, func()) {
	options := bulk.Options{Concurrency: t.concurrency, SkipExisting: t.skipExisting}
	if t.silent {
		return options, func() {}
	}
	if bar := progress.New(env.App.Stderr, label, total); bar != nil {
		options.Progress = bar
		return options, bar.End
	}
	return options, func() {}
}

// finish lists the failures and returns the error that the whole ends with.
func (t *transferOptions) finish(ctx context.Context, env *cli.Env, summary bulk.Summary, err error) error {
	t.listFailures(env, summary)
	soFar := fmt.Sprintf("%s %s", counted(summary.Done, t.noun), t.done)
	if summary.Failed() > 0 {
		soFar += fmt.Sprintf(", %d failed", summary.Failed())
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return &partialError{fmt.Sprintf("interrupted; %s%s", soFar, t.goOn()), err}
	case err != nil && summary.Done+summary.Failed() > 0:
		return &partialError{fmt.Sprintf("stopped: %v; %s until then%s", err, soFar, t.goOn()), err}
	case err != nil:
		return err
	case summary.Failed() > 0:
		all := summary.Done + summary.Skipped + summary.Failed()
		return cli.Failure(fmt.Sprintf("%d of %s could not be %s", summary.Failed(), counted(all, t.noun), t.done))
	}
	return nil
}

// goOn says how to do the rest of what was broken off.
func (t *transferOptions) goOn() string {
	switch {
	case !t.resumes:
		return ""
	case t.skipExisting:
		return "; run the same command again to go on"
	}
	return "; run the same command with --skip-existing to go on"
}

func (t *transferOptions) listFailures(env *cli.Env, summary bulk.Summary) {
	for _, f := range summary.Failures {
		env.Step("%s: %s", f.Name, env.Sentence(f.Err))
	}
	if summary.MoreFailures > 0 {
		env.Step("... and %d more", summary.MoreFailures)
	}
}

// printSummary says, unless it is to be silent, how much was transferred.
func (t *transferOptions) printSummary(env *cli.Env, summary bulk.Summary) {
	if t.silent {
		return
	}
	skipped := ""
	if t.skipExisting {
		skipped = fmt.Sprintf(", skipped %d", summary.Skipped)
	}
	env.Step("%s %s, %s%s", sentenceCase(t.done), counted(summary.Done, t.noun), formatBytes(summary.Bytes), skipped)
}

// partialError is the error of a run that transferred some objects and then stopped.
type partialError struct {
	message string
	cause   error
}

// Error says what happened and how much was done until then.
func (e *partialError) Error() string { return e.message }

// Unwrap returns the cause, which decides the exit code and the hint.
func (e *partialError) Unwrap() error { return e.cause }

// counted returns "1 file" or "2 files".
func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// formatBytes returns a size as the Python tool prints it.
func formatBytes(n int64) string {
	size := float64(n)
	for _, unit := range []string{"bytes", "KB", "MB", "GB"} {
		if size < 1024 {
			return fmt.Sprintf("%.1f %s", size, unit)
		}
		size /= 1024
	}
	return fmt.Sprintf("%.1f TB", size)
}

func sentenceCase(word string) string { return string(word[0]-'a'+'A') + word[1:] }
