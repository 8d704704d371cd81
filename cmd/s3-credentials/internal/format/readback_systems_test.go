//go:build systems

package format

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// awkward are values that are easily read as something else.
var awkward = map[string]string{
	"as AWS makes them":   awsLike,
	"quotes":              `a'b"c''d""`,
	"quotes around":       `"quoted"`,
	"single quotes":       `'quoted'`,
	"three quotes":        `"""abcdefg`,
	"backquotes":          "`id` abc",
	"backquote before":    "`abcdefgh",
	"dollars":             `a$HOME $(id) $$ !! %PATH%`,
	"dollar before":       `$HOMEabcdefg`,
	"a reference":         `${HOME}-abc`,
	"backslashes":         `a\b\\c\n\`,
	"a line end":          "line one\nline two",
	"a tab":               "word one\tword two",
	"letters":             "é€ß and more",
	"beyond 16 bits":      "some \U0001F600 face",
	"typographic quotes":  "\u2018a\u2019 \u201ab\u201b \u201cc\u201d",
	"comments":            "abcd #ef ;gh",
	"spaces around":       "  abcdefgh  ",
	"an interpolation":    "a%(type)s%d%%",
	"a YAML truth":        "true",
	"a YAML number":       "0x10",
	"a YAML alias":        "*abc: &d [e, {f}]",
	"an option":           "--help-me",
	"an equals sign":      "=abc=def: ghi",
	"a tilde":             "~/abcdefg",
	"a JavaScript escape": "\u2028</script>&<>",
}

func want(c Credentials, noEndpoint bool) map[string]string {
	vars := map[string]string{}
	for _, v := range c.environment() {
		if name := v.name; noEndpoint && !strings.Contains(name, "KEY") && !strings.Contains(name, "TOKEN") || name == "AWS_DEFAULT_REGION" {
			continue
		}
		vars[v.name] = v.value
	}
	return vars
}

func TestEachFormatIsReadByItsProgram(t *testing.T) {
	for _, name := range Names() {
		f, ok := readers[name]
		if !ok {
			t.Errorf("nothing reads the format %s", name)
		}
		var titles, texts []string
		for title, value := range awkward {
			if text, ok := written(t, name, title, value, slices.Contains(f.refused, title)); ok {
				titles, texts = append(titles, title), append(texts, text)
			}
		}
		for program, read := range f.read {
			t.Run(name+"/"+program, func(t *testing.T) {
				for i, got := range read(t, texts...) {
					if diff := cmp.Diff(want(sample(awkward[titles[i]]), f.noEndpoint), got); diff != "" {
						t.Errorf("%s: read otherwise than written (-written +read):\n%s", titles[i], diff)
					}
				}
			})
		}
	}
}

// written returns what the format makes of the value; false where it refuses it, as it should.
func written(t *testing.T, name, title, value string, refused bool) (string, bool) {
	t.Helper()
	var out bytes.Buffer
	err := Write(&out, name, sample(value))
	switch {
	case refused && (!errors.Is(err, fault.InvalidArgument) || out.Len() > 0 || strings.Contains(err.Error(), value)):
		t.Errorf("%s: %s: not refused as it should be: %v, %d bytes written", name, title, err, out.Len())
	case !refused && err != nil:
		t.Errorf("%s: %s: %v", name, title, err)
	}
	return out.String(), err == nil
}

func TestAPermanentKeyHasNoSessionToken(t *testing.T) {
	for name, f := range readers {
		c := sample(awsLike)
		c.SessionToken, c.Expiration, c.UserName, c.Status = "", time.Time{}, "s3.read-only.my-bucket", "Active"
		var out bytes.Buffer
		if err := Write(&out, name, c); err != nil {
			t.Fatal(err)
		}
		for program, read := range f.read {
			t.Run(name+"/"+program, func(t *testing.T) {
				if diff := cmp.Diff([]map[string]string{want(c, f.noEndpoint)}, read(t, out.String())); diff != "" {
					t.Errorf("read otherwise than written (-written +read):\n%s", diff)
				}
			})
		}
	}
}
