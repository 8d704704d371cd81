package printable_test

import (
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/printable"
)

// texts maps foreign text to what is shown of it.
var texts = map[string]string{
	"plain, größer, 日本":              "plain, größer, 日本",
	"\x1b[31mred\x1b[0m":             `\x1b[31mred\x1b[0m`,
	"\x1b]0;title\a":                 `\x1b]0;title\a`,
	"C1: \u009b31m \u0090":           `C1: \u009b31m \u0090`,
	"back\bspace \x7f":               `back\bspace \x7f`,
	"abc\u202efdp.exe":               `abc\u202efdp.exe`,
	"isolates \u2066 \u2069 \u200f":  `isolates \u2066 \u2069 \u200f`,
	"family 👩\u200d👧":                "family 👩\u200d👧",
	"not UTF-8 \xff\x9b":             `not UTF-8 \xff\x9b`,
	"overwritten\rby this":           `overwritten\rby this`,
	"line separator \u2028":          `line separator \u2028`,
	"cut \xe6\x97":                   `cut \xe6\x97`,
	"replacement character \ufffd .": `replacement character \ufffd .`,
}

func TestText(t *testing.T) {
	for text, want := range texts {
		if got := printable.Text(text); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
	if got := printable.Text("two\nlines\t\r\n"); got != `two\nlines\t\r\n` {
		t.Errorf("got %s", got)
	}
}

// TestWriter writes each text in all ways to cut it in two.
func TestWriter(t *testing.T) {
	for text, want := range texts {
		text, want := text+"\n", want+"\n"
		for cut := range len(text) {
			var out strings.Builder
			w := printable.NewWriter(&out)
			for _, part := range []string{text[:cut], text[cut:]} {
				if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
					t.Fatalf("wrote %d of %d bytes: %v", n, len(part), err)
				}
			}
			if out.String() != want {
				t.Errorf("%q cut at %d: got %q, want %q", text, cut, out.String(), want)
			}
		}
	}
}

func TestWriterKeepsTheLayout(t *testing.T) {
	var out strings.Builder
	w := printable.NewWriter(&out)
	for _, part := range []string{"a\tb\r", "\nc\n"} {
		if _, err := w.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if out.String() != "a\tb\r\nc\n" {
		t.Errorf("got %q", out.String())
	}
}
