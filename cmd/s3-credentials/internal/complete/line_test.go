package complete

import (
	"slices"
	"strings"
	"testing"
)

func TestSplitLine(t *testing.T) {
	for line, want := range map[string][]string{
		"":                      {""},
		"s3":                    {"s3"},
		"s3 a":                  {"s3", "a"},
		"s3  a ":                {"s3", "a", ""},
		`s3 'a b' "c d`:         {"s3", "a b", "c d"},
		`s3 a\ b\'c`:            {"s3", `a b'c`},
		`s3 "a\"b\c\\"`:         {"s3", `a"b\c\`},
		`s3 'a\'b `:             {"s3", `a\b`, ""},
		`s3 --x=1 '' ""`:        {"s3", "--x=1", "", ""},
		"s3 日本 語":               {"s3", "日本", "語"},
		"s3 a\tb":               {"s3", "a", "b"},
		`s3 --statement '{"a":`: {"s3", "--statement", `{"a":`},
	} {
		if got := SplitLine(line).Words; !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

func TestReplacing(t *testing.T) {
	for _, test := range []struct {
		line, replaced, candidate, want string
	}{
		{"s3 cr", "cr", "create", "create"},
		{"s3 --format=js", "js", "--format=json", "json"},
		{"s3 --format=", "", "--format=json", "json"},
		{"s3 user a:b", "b", "a:bc", "bc"},
		{"s3 user ", "", "an admin", `an\ admin`},
		{"s3 user 'an", "an", "an admin", "an admin"},
		{`s3 user "an ad`, "an ad", "an admin", "an admin"},
		{`s3 user an\ ad`, `an\ ad`, "an admin", `an\ admin`},
		{"s3 user 日", "日", "日本", "日本"},
		{"s3 user ", "", "~$(rm)", `\~\$\(rm\)`},
		{"s3 user a@b", "a@b", "a@b.example,s3", "a@b.example,s3"},
		{"s3 x", "more than the word", "xyz", "xyz"},
	} {
		got := SplitLine(test.line).Replacing(test.candidate, len([]rune(test.replaced)))
		if got != test.want {
			t.Errorf("%s: %s becomes %s, want %s", test.line, strings.TrimSuffix(test.line, test.replaced), got, test.want)
		}
	}
}
