package cli

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testOptions are options of every kind, some with a short name.
func testOptions() []*Option {
	var b bool
	var s string
	var list []string
	options := []Option{
		Flag(&b, "create-bucket", "").WithShort("c"),
		Flag(&b, "silent", "").WithShort("s"),
		Flag(&b, "csv", ""),
		Text(&s, "duration", "").WithShort("d"),
		Text(&s, "output", "").WithShort("o"),
		Text(&s, "prefix", ""),
		Texts(&list, "statement", ""),
	}
	return pointers(options)
}

func TestTokenize(t *testing.T) {
	for _, test := range []struct {
		line        string
		options     []string
		positionals []string
		help        bool
		err         string
	}{
		{line: ""},
		{line: "a b", positionals: []string{"a", "b"}},
		{line: "--csv a", options: []string{"--csv"}, positionals: []string{"a"}},
		{line: "a --csv b", options: []string{"--csv"}, positionals: []string{"a", "b"}},
		{line: "a b --prefix x", options: []string{"--prefix=x"}, positionals: []string{"a", "b"}},
		{line: "--prefix=x", options: []string{"--prefix=x"}},
		{line: "--prefix=", options: []string{"--prefix="}},
		{line: "--prefix=a=b", options: []string{"--prefix=a=b"}},
		{line: "--prefix --csv", options: []string{"--prefix=--csv"}},
		{line: "--prefix --", options: []string{"--prefix=--"}},
		{line: "--prefix -", options: []string{"--prefix=-"}},
		{line: "-o -", options: []string{"--output=-"}},
		{line: "-o out", options: []string{"--output=out"}},
		{line: "-oout", options: []string{"--output=out"}},
		{line: "-o=out", options: []string{"--output==out"}},
		{line: "-o-x", options: []string{"--output=-x"}},
		{line: "-cd 15m", options: []string{"--create-bucket", "--duration=15m"}},
		{line: "-cd15m", options: []string{"--create-bucket", "--duration=15m"}},
		{line: "-cs a", options: []string{"--create-bucket", "--silent"}, positionals: []string{"a"}},
		{line: "-dc", options: []string{"--duration=c"}},
		{line: "-d 1h -d 2h", options: []string{"--duration=1h", "--duration=2h"}},
		{line: "--statement a --statement b", options: []string{"--statement=a", "--statement=b"}},
		{line: "-", positionals: []string{"-"}},
		{line: "a -", positionals: []string{"a", "-"}},
		{line: "-- --csv -c", positionals: []string{"--csv", "-c"}},
		{line: "--csv -- -- a", options: []string{"--csv"}, positionals: []string{"--", "a"}},
		{line: "a --help", positionals: []string{"a"}, help: true},
		{line: "-- --help", positionals: []string{"--help"}},
		{line: "--csv=true", err: "Option '--csv' does not take a value."},
		{line: "--csv=", err: "Option '--csv' does not take a value."},
		{line: "--help=1", err: "Option '--help' does not take a value."},
		{line: "--prefix", err: "Option '--prefix' requires an argument."},
		{line: "-o", err: "Option '-o' requires an argument."},
		{line: "-co", err: "Option '-o' requires an argument."},
		{line: "-x", err: "No such option '-x'."},
		{line: "-cx", err: "No such option '-x'."},
		{line: "-csv", err: "No such option '-v'. Did you mean '--csv'?"},
		{line: "-h", help: true},
		{line: "-ch a", options: []string{"--create-bucket"}, positionals: []string{"a"}, help: true},
		{line: "-help", err: "No such option '-e'. Did you mean '--help'?"},
		{line: "-é", err: "No such option '-é'."},
		{line: "--prefx x", err: "No such option '--prefx'. Did you mean '--prefix'?"},
		{line: "--stat x", err: "No such option '--stat'. Did you mean '--statement'?"},
		{line: "--entirely-else", err: "No such option '--entirely-else'."},
	} {
		t.Run(test.line, func(t *testing.T) {
			got, err := tokenize(testOptions(), strings.Fields(test.line))
			if message(err) != test.err {
				t.Fatalf("error %q, want %q", message(err), test.err)
			}
			var options []string
			for _, g := range got.options {
				spelled := "--" + g.option.Name
				if !g.option.IsFlag() {
					spelled += "=" + g.value
				}
				options = append(options, spelled)
			}
			if d := cmp.Diff(test.options, options); d != "" {
				t.Errorf("options: %s", d)
			}
			if d := cmp.Diff(test.positionals, got.positionals); d != "" {
				t.Errorf("positionals: %s", d)
			}
			if got.help != test.help {
				t.Errorf("help %v, want %v", got.help, test.help)
			}
		})
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestNearest(t *testing.T) {
	commands := []string{"create", "list-bucket", "list-buckets", "list-users", "whoami", "policy"}
	for typed, want := range map[string]string{
		"creat": "create", "cretae": "create", "list-bukets": "list-buckets", "who-am-i": "whoami", "lst-users": "list-users",
		"polcy": "policy", "zzzzzz": "", "x": "",
	} {
		if got := nearest(typed, commands); got != want {
			t.Errorf("nearest(%q) = %q, want %q", typed, got, want)
		}
	}
}
