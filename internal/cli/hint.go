package cli

import "github.com/s3-credentials/s3-credentials/core/fault"

// Sentence returns what a person reads of an error: its text and, where it carries a hint that the program has words
// for, those words.
func (a *App) Sentence(err error) string { return err.Error() + a.Hints[fault.HintOf(err)] }

// Sentence returns what a person reads of an error.
func (e *Env) Sentence(err error) string { return e.App.Sentence(err) }
