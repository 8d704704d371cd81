package complete_test

import (
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/complete"
)

// TestEveryShellAsks: each shell has a script, which gives the words to the same command by a pipe.
func TestEveryShellAsks(t *testing.T) {
	for _, shell := range complete.Shells() {
		script, err := complete.Script(shell)
		if err != nil || !strings.Contains(script, "__complete "+shell) || !strings.Contains(script, "| ") {
			t.Errorf("%s: %v\n%s", shell, err, script)
		}
	}
}

// TestPowerShell: PowerShell is not there to read the script, so what is opened in it must at least be closed.
func TestPowerShell(t *testing.T) {
	script, err := complete.Script("powershell")
	if err != nil {
		t.Fatal(err)
	}
	var open []byte
	quote := byte(0)
	for i := 0; i < len(script); i++ {
		c := script[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			} else if c == '`' && quote == '"' {
				i++
			}
		case c == '#':
			i += strings.IndexByte(script[i:], '\n')
		case c == '"' || c == '\'':
			quote = c
		case strings.IndexByte("({[", c) >= 0:
			open = append(open, c)
		case strings.IndexByte(")}]", c) >= 0:
			if len(open) == 0 || strings.IndexByte("({[", open[len(open)-1]) != strings.IndexByte(")}]", c) {
				t.Fatalf("%q closes what is not open, after %q", c, script[:i])
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 || quote != 0 {
		t.Errorf("%q and %q stay open", open, quote)
	}
	if !strings.Contains(script, "Register-ArgumentCompleter -Native -CommandName 's3-credentials'") {
		t.Error("the script registers nothing")
	}
}
