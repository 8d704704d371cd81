//go:build systems

package parity

import (
	"strings"
	"testing"
)

const (
	extraStatement = `{"Effect":"Allow","Action":"s3:GetObjectVersion","Resource":["arn:aws:s3:::one/*"]}`
	denyStatement  = `{"Sid":"No","Effect":"Deny","Action":["s3:DeleteObject"],"Resource":"arn:aws:s3:::one/keep/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`
)

// allCases is every case, by family.
func allCases() []parityCase {
	var all []parityCase
	for _, family := range [][]parityCase{
		policyCases(), createCases(), sessionCases(), userCases(), roleCases(),
		bucketCases(), settingCases(), objectCases(), manyObjectCases(), badInputCases(),
	} {
		all = append(all, family...)
	}
	for i, c := range all {
		all[i].offline = c.args[0] == "policy"
	}
	return all
}

// policyCases are all combinations of what policy takes.
func policyCases() []parityCase {
	var cases []parityCase
	for _, buckets := range [][]string{{"one"}, {"one", "two"}, {"one", "two", "three.with.dots"}} {
		for _, access := range []string{"", "--read-only", "--write-only"} {
			for _, prefix := range []string{"", "folder/", "folder*", "*", "deep/er/"} {
				args := append([]string{"policy"}, buckets...)
				if access != "" {
					args = append(args, access)
				}
				if prefix != "" {
					args = append(args, "--prefix", prefix)
				}
				cases = append(cases, parityCase{name: strings.Join(args, " "), args: args})
			}
		}
	}
	for _, access := range []string{"", "--read-only", "--write-only"} {
		args := []string{"policy", "one", "--statement", extraStatement, "--statement=" + denyStatement}
		if access != "" {
			args = append(args, access)
		}
		cases = append(cases, parityCase{name: "policy with statements " + access, args: args})
	}
	return append(cases,
		parityCase{name: "policy --public-bucket", args: []string{"policy", "--public-bucket", "one"}},
		parityCase{name: "policy --public-bucket of two", args: []string{"policy", "--public-bucket", "one", "two"}},
		parityCase{name: "policy without a bucket", args: []string{"policy"}},
		parityCase{name: "policy with both", differs: "both-only", args: []string{"policy", "one", "--read-only", "--write-only"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 1)
		}},
		parityCase{name: "policy of a folder without a slash", differs: "prefix-folder", args: []string{"policy", "one", "--prefix", "foo"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 0)
			wantStdout(t, python, ours, `"foo*"`, `"foo/*"`)
		}},
		parityCase{name: "policy of a prefix with a slash at its start", differs: "prefix-slash", args: []string{"policy", "one", "--prefix", "/foo/"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 0)
			wantStdout(t, python, ours, `"/foo/*"`, `"foo/*"`)
		}},
		parityCase{name: "policy of a prefix that is a pattern", differs: "prefix-pattern", args: []string{"policy", "one", "--prefix", "a*b/"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 1)
		}},
		parityCase{name: "policy of the prefix /", differs: "prefix-root", args: []string{"policy", "one", "--prefix", "/"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 1)
		}},
		parityCase{name: "policy of a bucket that is a pattern", differs: "bucket-pattern", args: []string{"policy", "one*"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 1)
		}},
		parityCase{name: "policy of a prefix and an access", differs: "grant-arguments", args: []string{"policy", "one/logs:ro"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 0)
			wantStdout(t, python, ours, `"arn:aws:s3:::one/logs:ro"`, `"arn:aws:s3:::one/logs/*"`)
		}},
		parityCase{name: "policy of two prefixes", differs: "given-twice", args: []string{"policy", "one", "--prefix", "a", "--prefix", "b"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 0)
			wantStdout(t, python, ours, `"arn:aws:s3:::one/b*"`, `"arn:aws:s3:::one/a/*"`)
		}},
		parityCase{name: "create with two formats", differs: "given-twice", given: []given{bucket("one")}, args: []string{"create", "one", "-f", "ini", "-f", "json"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 2)
		}},
		parityCase{name: "policy in China", differs: "partition", env: []string{"AWS_REGION=cn-north-1", "AWS_DEFAULT_REGION=cn-north-1"}, args: []string{"policy", "one"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 0)
			wantStdout(t, python, ours, `"arn:aws:s3:::one"`, `"arn:aws-cn:s3:::one"`)
		}},
		parityCase{name: "policy for a statement that is no object", args: []string{"policy", "one", "--statement", "[]"}},
		parityCase{name: "policy for a statement that is no JSON", args: []string{"policy", "one", "--statement", "{"}},
		parityCase{name: "policy for a statement without a resource", args: []string{"policy", "one", "--statement", `{"Effect":"Allow","Action":"s3:*"}`}},
		parityCase{name: "policy with an option between buckets", args: []string{"policy", "one", "--read-only", "two"}},
		parityCase{name: "policy after --", args: []string{"policy", "--read-only", "--", "one"}},
		parityCase{name: "policy with a flag given a value", args: []string{"policy", "one", "--read-only=true"}},
	)
}

// wantExits checks the exit codes of both.
func wantExits(t *testing.T, python, ours outcome, was, is int) {
	t.Helper()
	if python.exit != was {
		t.Errorf("the Python tool ended with %d, documented is %d: %s", python.exit, was, lastLine(python.stderr))
	}
	if ours.exit != is {
		t.Errorf("this tool ended with %d, documented is %d: %s", ours.exit, is, ours.stderr)
	}
}

// wantStdout checks that each prints its own, and not the other's.
func wantStdout(t *testing.T, python, ours outcome, was, is string) {
	t.Helper()
	if !strings.Contains(python.stdout, was) || strings.Contains(ours.stdout, was) {
		t.Errorf("%q is not printed by the Python tool alone:\n%s\n%s", was, python.stdout, ours.stdout)
	}
	if !strings.Contains(ours.stdout, is) {
		t.Errorf("%q is not printed by this tool:\n%s", is, ours.stdout)
	}
}
