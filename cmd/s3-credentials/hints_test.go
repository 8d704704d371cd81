package main

import (
	"os"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

func TestEachHintHasWords(t *testing.T) {
	guide, err := os.ReadFile("../../docs/plugins.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range fault.Hints() {
		if hintWords[h] == "" {
			t.Errorf("there are no words for the hint %q", h)
		}
		if !strings.Contains(string(guide), "| `"+string(h)+"` | ") {
			t.Errorf("docs/plugins.md does not tell authors of the hint %q", h)
		}
	}
	if len(hintWords) != len(fault.Hints()) {
		t.Errorf("%d hints have words, and there are %d", len(hintWords), len(fault.Hints()))
	}
}

func TestSentence(t *testing.T) {
	app := &cli.App{Hints: hintWords}
	plain := fault.New(fault.NotFound, "bucket does not exist: b1")
	for _, c := range []struct {
		err  error
		want string
	}{
		{plain, "bucket does not exist: b1"},
		{fault.New(fault.NotFound, "bucket does not exist: b1").WithHint(fault.HintCreateBucket), "bucket does not exist: b1 - try --create-bucket to create it"},
		{
			fault.Wrap(fault.Unavailable, fault.New(fault.Unavailable, "nothing").WithHint(fault.HintEndpoint), "nothing listens"),
			"nothing listens; check --endpoint-url",
		},
	} {
		if got := app.Sentence(c.err); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
