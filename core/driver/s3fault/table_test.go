package s3fault

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

var update = flag.Bool("update", false, "write the table of docs/plugins.md anew")

// guide holds the table between two marks.
const (
	guide = "../../../docs/plugins.md"
	start = "<!-- make generate writes what follows -->\n"
	end   = "<!-- until here -->\n"
)

// TestPluginsTable compares the table of docs/plugins.md with the package's.
func TestPluginsTable(t *testing.T) {
	var want strings.Builder
	want.WriteString("| code | of S3, IAM and STS |\n|---|---|\n")
	for _, row := range table {
		if row.services != "" {
			fmt.Fprintf(&want, "| `%s` | `%s` |\n", row.code, strings.Join(strings.Fields(row.services), "` `"))
		}
	}
	content, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(content), start)
	got, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no place for the table", guide)
	}
	switch {
	case *update:
		if err := os.WriteFile(guide, []byte(before+start+want.String()+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	case got != want.String():
		t.Errorf("the table of %s is not current: run make generate. It should be\n%s", guide, want.String())
	}
}

// TestEachServiceCodeHasOneMeaning finds a service code in two rows, and a fault code without a reason.
func TestEachServiceCodeHasOneMeaning(t *testing.T) {
	seen := map[string]fault.Code{}
	for _, row := range table {
		for service := range strings.FieldsSeq(row.services) {
			if former, twice := seen[service]; twice {
				t.Errorf("%s means %s and %s", service, former, row.code)
			}
			seen[service] = row.code
		}
	}
	for service := range closer {
		if seen[service] == "" {
			t.Errorf("%s has a reason of its own and no meaning", service)
		}
	}
	for _, code := range fault.Codes() {
		ofContext := code == fault.Canceled || code == fault.DeadlineExceeded
		if (reasons[code] == "") != ofContext {
			t.Errorf("%s has the reason %q", code, reasons[code])
		}
	}
}
