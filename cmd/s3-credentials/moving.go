package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/progress"
	"github.com/s3-credentials/s3-credentials/internal/bulk"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// moving is what put-objects, get-objects and delete-objects have in common.
type moving struct {
	silent       bool
	skipExisting bool
	concurrency  int
	// done says what is done to what: "uploaded", "file".
	done, thing string
}

func (m *moving) silentOption(help string) cli.Option {
	return cli.Flag(&m.silent, "silent", help).WithShort("s").FromConfig()
}

func (m *moving) skipOption(help string) cli.Option {
	return cli.Flag(&m.skipExisting, "skip-existing", help)
}

func (m *moving) concurrencyOption(help string) cli.Option {
	return cli.Parsed(&m.concurrency, "concurrency", "INTEGER", help, atLeastOne).FromConfig()
}

// atLeastOne parses a number of things that happen at the same time.
func atLeastOne(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("'%s' is not a whole number from 1 up", s)
	}
	return n, nil
}

// options returns how to move, and what ends the progress bar.
func (m *moving) options(env *cli.Env, label string, total int64) (bulk.Options, func()) {
	options := bulk.Options{Concurrency: m.concurrency, SkipExisting: m.skipExisting}
	if m.silent {
		return options, func() {}
	}
	if bar := progress.New(env.Stderr, label, total); bar != nil {
		options.Progress = bar
		return options, bar.End
	}
	return options, func() {}
}

// finish lists the failures and returns the error that the whole ends with.
func (m *moving) finish(ctx context.Context, env *cli.Env, summary bulk.Summary, err error) error {
	m.listFailures(env, summary)
	so := fmt.Sprintf("%s %s", counted(summary.Done, m.thing), m.done)
	if summary.Failed() > 0 {
		so += fmt.Sprintf(", %d failed", summary.Failed())
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return &stopped{fmt.Sprintf("interrupted; %s", so), err}
	case err != nil && summary.Done+summary.Failed() > 0:
		return &stopped{fmt.Sprintf("stopped: %v; %s until then", err, so), err}
	case err != nil:
		return err
	case summary.Failed() > 0:
		all := summary.Done + summary.Skipped + summary.Failed()
		return cli.Failure(fmt.Sprintf("%d of %s could not be %s", summary.Failed(), counted(all, m.thing), m.done))
	}
	return nil
}

func (m *moving) listFailures(env *cli.Env, summary bulk.Summary) {
	for _, f := range summary.Failures {
		env.Step("%s: %s", f.Name, env.Sentence(f.Err))
	}
	if summary.MoreFailures > 0 {
		env.Step("... and %d more", summary.MoreFailures)
	}
}

// conclude says, unless it is to be silent, how much was moved.
func (m *moving) conclude(env *cli.Env, summary bulk.Summary) {
	if m.silent {
		return
	}
	skipped := ""
	if m.skipExisting {
		skipped = fmt.Sprintf(", skipped %d", summary.Skipped)
	}
	env.Step("%s %s, %s%s", sentenceCase(m.done), counted(summary.Done, m.thing), formatBytes(summary.Bytes), skipped)
}

// stopped is the end of a run that did not get to its end.
type stopped struct {
	said  string
	cause error
}

// Error says what happened and how far it had come.
func (s *stopped) Error() string { return s.said }

// Unwrap returns why, so that the exit code is that one's.
func (s *stopped) Unwrap() error { return s.cause }

// counted returns "1 file" or "2 files".
func counted(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
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
