package bulk

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestPatternsAsPython compares with a table that Python's own fnmatch wrote (testdata/fnmatch.py).
func TestPatternsAsPython(t *testing.T) {
	data, err := os.ReadFile("testdata/fnmatch.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Keys    []string `json:"keys"`
		Matches [][2]any `json:"matches"`
	}
	if err := json.Unmarshal(data, &table); err != nil {
		t.Fatal(err)
	}
	if len(table.Matches) < 500 {
		t.Fatalf("only %d patterns in the table", len(table.Matches))
	}
	for _, row := range table.Matches {
		pattern := row[0].(string)
		p, err := NewPatterns([]string{pattern})
		if err != nil {
			t.Errorf("%q: %v", pattern, err)
			continue
		}
		for _, key := range table.Keys {
			want := slices.Contains(row[1].([]any), any(key))
			if got := p.Match(key); got != want {
				t.Errorf("pattern %q, key %q: %v, Python says %v", pattern, key, got, want)
			}
			if want && !strings.HasPrefix(key, p.Prefix) {
				t.Errorf("pattern %q, key %q: it does not begin with %q", pattern, key, p.Prefix)
			}
		}
	}
}

func TestSeveralPatterns(t *testing.T) {
	p, err := NewPatterns([]string{"*.js", "a|b", "x/?"})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]bool{"x.js": true, "a|b": true, "a": false, "b": false, "x/y": true, "x/yz": false, "x.jsx": false} {
		if p.Match(key) != want {
			t.Errorf("Match(%q) = %v", key, !want)
		}
	}
	if !(Patterns{}).Match("anything") {
		t.Error("no patterns must select every key")
	}
}

// TestOnlyWhatMayMatchIsListed lets who may list one prefix alone download from it.
func TestOnlyWhatMayMatchIsListed(t *testing.T) {
	for _, c := range []struct {
		patterns []string
		prefix   string
	}{
		{nil, ""}, {[]string{"2026/*.csv"}, "2026/"}, {[]string{"2026/05/*", "2026/06/??"}, "2026/0"}, {[]string{"a/*", "b/*"}, ""},
		{[]string{"whole/key"}, "whole/key"}, {[]string{"a[b"}, "a"}, {[]string{"*"}, ""}, {[]string{"é*", "è*"}, ""}, {[]string{"\xff/*"}, ""},
	} {
		p, err := NewPatterns(c.patterns)
		if err != nil || p.Prefix != c.prefix {
			t.Errorf("%q: got %q, %v, want %q", c.patterns, p.Prefix, err, c.prefix)
		}
	}
}
