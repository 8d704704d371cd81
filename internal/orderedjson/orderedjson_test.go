package orderedjson

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The expected texts in testdata were printed by Python: see ../output/testdata/make.py.

func file(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func compare(t *testing.T, got, name string) {
	t.Helper()
	if want := strings.TrimSuffix(file(t, name), "\n"); got != want {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

func TestJSONAsPythonReprintsIt(t *testing.T) {
	v, err := Parse([]byte(file(t, "numbers.in")))
	if err != nil {
		t.Fatal(err)
	}
	compare(t, Indented(v, 4), "numbers.indented")
	compare(t, Compact(v), "numbers.compact")
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"", "{", `{"a":}`, "[1,]", "1 2", `{"a":1}x`, "NaN", "'a'"} {
		if v, err := Parse([]byte(text)); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", text, v)
		}
	}
}

func TestParseExactKeepsAll(t *testing.T) {
	const text = `{"b":[1e5,-0,1.50,null,true],"a":{"é":"x"}}`
	v, err := ParseExact([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := Minimal(v); got != strings.ReplaceAll(text, "é", `\u00e9`) {
		t.Errorf("printed %s", got)
	}
	var repeated *RepeatedNameError
	if _, err := ParseExact([]byte(`{"a":1,"a":2}`)); !errors.As(err, &repeated) || repeated.Name != "a" {
		t.Errorf("a repeated name: %v", err)
	}
	if v, err := Parse([]byte(`{"a":1,"a":2}`)); err != nil || Minimal(v) != `{"a":2}` {
		t.Errorf("a repeated name, as Python reads it: %v, %v", v, err)
	}
}
