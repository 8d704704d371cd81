package cli

import (
	"strings"
	"testing"
)

// TestTextOfOthersCannotActOnATerminal has a server's words in a message and in an error.
func TestTextOfOthersCannotActOnATerminal(t *testing.T) {
	const words = "no\x1b]0;title\a\nError: forged\u202e \u009b2J \xff"
	app := newTestApp(t, func(env *Env) error {
		env.Step("Step: %s", words)
		return Failure("failed: " + words)
	})
	if code := app.Main(t.Context(), []string{"show", "b"}); code != ExitFailed {
		t.Errorf("exit code %d", code)
	}
	const shown = `no\x1b]0;title\a\nError: forged\u202e \u009b2J \xff`
	if got, want := app.errs.String(), "Step: "+shown+"\nError: failed: "+shown+"\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestMistypedTextCannotActOnATerminal repeats what a user, or a script, typed.
func TestMistypedTextCannotActOnATerminal(t *testing.T) {
	app := newTestApp(t, nil)
	app.Main(t.Context(), []string{"sh\x1b[2Jow"})
	if got := app.errs.String(); !strings.Contains(got, `'sh\x1b[2Jow'`) || strings.Contains(got, "\x1b") {
		t.Errorf("got %q", got)
	}
}

// TestOutputThatIsNoTerminalIsExact keeps every byte of what is printed into a file or pipe.
func TestOutputThatIsNoTerminalIsExact(t *testing.T) {
	const key = "a\x1b[31m\u202e\xff\r"
	app := newTestApp(t, func(env *Env) error {
		_, err := env.Stdout.Write([]byte(key))
		return err
	})
	if code := app.Main(t.Context(), []string{"show", "b"}); code != ExitDone || app.out.String() != key {
		t.Errorf("exit code %d, %q", code, app.out.String())
	}
}
