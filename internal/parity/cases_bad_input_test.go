//go:build systems

package parity

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
