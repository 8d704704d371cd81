//go:build systems

package parity

import (
	"strings"
	"testing"
)

func badInputCases() []parityCase {
	one := []given{bucket("one")}
	return []parityCase{
		{name: "an unknown command", args: []string{"no-such-command"}},
		{name: "an unknown option", args: []string{"create", "one", "--no-such-option"}},
		{name: "an unknown short option", args: []string{"create", "one", "-z"}},
		{name: "an option without its value", args: []string{"create", "one", "--username"}},
		{name: "create without a bucket", args: []string{"create"}},
		{name: "create with both", given: one, args: []string{"create", "one", "--read-only", "--write-only"}},
		{name: "create -f of no format", given: one, args: []string{"create", "one", "-f", "xml"}},
		{name: "create --username of nobody", differs: "empty-value", given: one, args: []string{"create", "one", "--username", ""}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 2)
			if !strings.Contains(ours.stderr, "empty value") {
				t.Error(ours.stderr)
			}
		}},
		{name: "list-bucket --prefix of nothing", given: one, args: []string{"list-bucket", "one", "--prefix", "", "--session-token", ""}},
		{name: "put-objects --prefix of nothing", differs: "put-types", given: one, files: map[string]string{"a.txt": "a"}, args: []string{"put-objects", "one", "a.txt", "--prefix", ""}, check: sameContents},
		{name: "create --policy of no JSON", given: one, args: []string{"create", "one", "--policy", "{no"}},
		{name: "create --policy of a missing file", given: one, args: []string{"create", "one", "--policy", "missing.json"}},
		{name: "create --policy of a file that is no JSON", given: one, files: map[string]string{"p.json": "no"}, args: []string{"create", "one", "--policy", "p.json"}},
		{name: "create --statement of no JSON", given: one, args: []string{"create", "one", "--statement", "no"}},
		{name: "create --statement without members", given: one, args: []string{"create", "one", "--statement", "{}"}},
		{name: "create --auth of a missing file", given: one, args: []string{"create", "one", "--auth", "missing.json"}},
		{name: "create --auth with --access-key", given: one, files: map[string]string{"a.json": "{}"}, args: []string{"create", "one", "--auth", "a.json", "--access-key", "x"}},
		{name: "localserver without a duration", given: one, args: []string{"localserver", "one"}},
		{name: "localserver with both", given: one, args: []string{"localserver", "one", "-d", "15m", "--read-only", "--write-only"}},
		{name: "localserver of a missing bucket", args: []string{"localserver", "missing", "-d", "15m"}},
		{name: "whoami with an argument", args: []string{"whoami", "me"}},
	}
}
