package main

import (
	"strings"
	"testing"
)

func TestListingFormat(t *testing.T) {
	for _, c := range []struct {
		given, standard, want, err string
	}{
		{"", "", "", ""},
		{"", "table", "table", ""},
		{"csv", "table", "csv", ""},
		{"csv tsv", "", "tsv", ""},
		{"tsv csv nl", "", "nl", ""},
		{"table", "", "table", ""},
		{"table csv", "", "", "--table cannot be used with --nl, --csv or --tsv."},
	} {
		l := listing{standard: c.standard}
		for _, o := range l.options() {
			for _, name := range strings.Fields(c.given) {
				if o.Name == name && o.Set("true") != nil {
					t.Fatal(name)
				}
			}
		}
		err := l.check(nil)
		if c.err != "" {
			if err == nil || err.Error() != c.err {
				t.Errorf("%s: got %v", c.given, err)
			}
			continue
		}
		if got := l.format().Name; err != nil || got != c.want {
			t.Errorf("%q on %q: got %q, %v; want %q", c.given, c.standard, got, err, c.want)
		}
	}
}
