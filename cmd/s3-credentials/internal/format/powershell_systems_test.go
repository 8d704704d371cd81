//go:build systems

package format

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// readPowerShell reads a script by the PowerShell language specification (2.3.5.2, verbatim string literals), because no
// PowerShell can be had from the registries that these tests install from: an assignment is $Env:NAME = 'value', where
// each quote is one of five characters, a value ends at a quote that is not followed by another, and two stand for the
// first of them. $Env:NAME = $null removes the variable.
func readPowerShell(t *testing.T, text string) map[string]string {
	t.Helper()
	vars := environment(strings.Join(before, "\x00"))
	for text != "" {
		rest, ok := strings.CutPrefix(text, "$Env:")
		name, rest, assigned := strings.Cut(rest, " = ")
		if !ok || !assigned {
			t.Fatalf("not an assignment: %.20q", text)
		}
		if rest, ok = strings.CutPrefix(rest, "$null"); ok {
			delete(vars, name)
			text = endOfStatement(t, rest)
			continue
		}
		_, rest, _ = strings.Cut(text, " = ")
		vars[name], rest = verbatimString(t, rest)
		text = endOfStatement(t, rest)
	}
	return known(vars)
}

func endOfStatement(t *testing.T, text string) string {
	t.Helper()
	rest, ok := strings.CutPrefix(text, "\n")
	if !ok {
		t.Fatalf("a statement goes on: %.20q", text)
	}
	return rest
}

func isSingleQuote(r rune) bool { return strings.ContainsRune("'\u2018\u2019\u201a\u201b", r) }

// verbatimString returns the value of the string that text begins with, and what follows it.
func verbatimString(t *testing.T, text string) (value, rest string) {
	t.Helper()
	first, size := utf8.DecodeRuneInString(text)
	if !isSingleQuote(first) {
		t.Fatalf("not a verbatim string: %.20q", text)
	}
	text = text[size:]
	var b strings.Builder
	for text != "" {
		r, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		if !isSingleQuote(r) {
			b.WriteRune(r)
			continue
		}
		next, size := utf8.DecodeRuneInString(text)
		if !isSingleQuote(next) {
			return b.String(), text
		}
		b.WriteRune(r)
		text = text[size:]
	}
	t.Fatal("a string without an end")
	return "", ""
}
