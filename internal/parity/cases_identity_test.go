//go:build systems

package parity

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func userCases() []parityCase {
	people := []given{user("ann"), user("bob"), userPolicy("ann", "never", otherDocument), userPolicy("ann", "reads", someDocument), accessKey("ann"), accessKey("ann")}
	var cases []parityCase
	for _, format := range []string{"", "--nl", "--csv", "--tsv"} {
		args := strings.Fields("list-users " + format)
		cases = append(cases,
			parityCase{name: strings.Join(args, " "), given: people, args: args},
			parityCase{name: strings.Join(args, " ") + " of none", args: args})
	}
	return append(cases,
		parityCase{name: "whoami", args: []string{"whoami"}},
		parityCase{name: "whoami --auth", files: map[string]string{"auth.ini": "[other]\nx=1\n[keys]\naws_access_key_id=AKIAIOSFODNN7EXAMPLE\naws_secret_access_key=secret\n"}, args: []string{"whoami", "--auth", "auth.ini"}},
		parityCase{name: "whoami --auth from stdin", stdin: `{"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "s", "SessionToken": "t"}`, args: []string{"whoami", "-a", "-"}},
		parityCase{name: "list-user-policies", given: people, args: []string{"list-user-policies"}},
		parityCase{name: "list-user-policies of one", given: people, args: []string{"list-user-policies", "ann"}},
		parityCase{name: "list-user-policies of two", given: people, args: []string{"list-user-policies", "bob", "ann"}},
		parityCase{name: "list-user-policies of none", args: []string{"list-user-policies"}},
		parityCase{name: "list-user-policies that were put in another order", differs: "user-order", given: []given{user("ann"), userPolicy("ann", "second", someDocument), userPolicy("ann", "first", someDocument)}, args: []string{"list-user-policies", "ann"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 0)
			order := func(o outcome) bool { return strings.Index(o.stdout, "first") < strings.Index(o.stdout, "second") }
			if order(python) || !order(ours) {
				t.Errorf("the Python tool prints\n%s\nand this one\n%s", python.stdout, ours.stdout)
			}
		}},
		parityCase{name: "whoami with half a key", args: []string{"whoami", "--access-key", "AKIAIOSFODNN7EXAMPLE"}},
		parityCase{name: "delete-user", given: people, args: []string{"delete-user", "ann"}},
		parityCase{name: "delete-user without anything", given: people, args: []string{"delete-user", "bob"}},
		parityCase{name: "delete-user of two", given: people, args: []string{"delete-user", "bob", "ann"}},
		parityCase{name: "delete-user of none", args: []string{"delete-user"}},
		parityCase{name: "delete-user on a terminal", differs: "delete-asks", given: people, typed: "n\n", args: []string{"delete-user", "ann"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 1)
			if len(users(python)) != 1 || len(users(ours)) != 2 || !strings.Contains(ours.stderr, "Delete 1 user on http://") {
				t.Errorf("the Python tool leaves %v, this one %v, and it says %q", users(python), users(ours), ours.stderr)
			}
		}},
		parityCase{name: "delete-user of a missing one", given: people, args: []string{"delete-user", "nobody"}, differs: "delete-missing", check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 1, 1)
			compareState(t, python, ours)
		}},
		parityCase{name: "delete-user of a missing one and others", differs: "delete-missing", given: people, args: []string{"delete-user", "nobody", "ann"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 1, 1)
			if len(users(python)) != 2 || len(users(ours)) != 1 {
				t.Errorf("the Python tool leaves %v, this one %v", users(python), users(ours))
			}
		}},
		parityCase{name: "delete-user with an attached policy", differs: "delete-managed", given: []given{user("ann"), attached("ann", "managed")}, args: []string{"delete-user", "ann"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 1, 0)
			if len(users(ours)) != 0 {
				t.Errorf("this tool leaves %v", users(ours))
			}
		}},
		parityCase{name: "delete-user with a password", differs: "delete-refused", given: []given{user("ann"), userPolicy("ann", "p", someDocument), password("ann")}, args: []string{"delete-user", "ann"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 1) // moto deletes such a user, unlike AWS
			if is := policies(ours, "ann"); len(is) != 1 || !strings.Contains(ours.stderr, "while it has a password") {
				t.Errorf("the policies are %v, and this tool says %q", is, ours.stderr)
			}
		}},
	)
}

func roleCases() []parityCase {
	// moto lists several roles in any order, so there is one, but for the cases that choose among two.
	one := []given{
		role("reader", accountTrust), rolePolicy("reader", "inline", someDocument), rolePolicy("reader", "more", otherDocument), roleAttached("reader", "managed"),
	}
	two := append(slices.Clone(one), role("writer", worldTrust), roleAttached("writer", "other"))
	var cases []parityCase
	for _, format := range []string{"", "--nl", "--csv", "--tsv"} {
		for _, rest := range []string{"", "--details", "reader", "writer --details", "missing"} {
			args := strings.Fields("list-roles " + rest + " " + format)
			roles := one
			if rest != "" && rest != "--details" {
				roles = two
			}
			cases = append(cases, parityCase{name: strings.Join(args, " "), given: roles, args: args})
		}
	}
	return append(cases, parityCase{name: "list-roles of none", args: []string{"list-roles"}})
}

// publicMembers are what this tool adds to each bucket, behind all that the Python tool prints.
var publicMembers = regexp.MustCompile(`,\s*"public": "no",\s*"public_through": \[\]`)

func sameButPublic(t *testing.T, python, ours outcome) {
	wantExits(t, python, ours, 0, 0)
	rest := publicMembers.ReplaceAllString(ours.stdout, "")
	if added := len(publicMembers.FindAllString(ours.stdout, -1)); added != strings.Count(ours.stdout, `"Name"`) {
		t.Errorf("%d buckets say whether they are public:\n%s", added, ours.stdout)
	}
	if diff := cmp.Diff(maskedOutput(python.stdout, false), maskedOutput(rest, false)); diff != "" {
		t.Errorf("the rest differs:\n%s", diff)
	}
}

func bucketCases() []parityCase {
	buckets := []given{bucket("one"), bucketIn("two", "eu-west-1"), website("two"), publicAccessBlock("one", true)}
	things := append(slices.Clone(buckets), objects("one", "a.txt", "folder/b.txt", "folder/c d.txt", "ünïcode.txt"))
	var cases []parityCase
	for _, format := range []string{"", "--nl", "--csv", "--tsv"} {
		for _, rest := range []string{"", "two", "two one", "--details", "two --details"} {
			if strings.Contains(rest, "--details") && (format == "--csv" || format == "--tsv") {
				continue
			}
			args := strings.Fields("list-buckets " + rest + " " + format)
			c := parityCase{name: strings.Join(args, " "), given: buckets, args: args}
			if strings.Contains(rest, "--details") {
				c.differs, c.check = "details-public", sameButPublic
			}
			cases = append(cases, c)
		}
		for _, rest := range []string{"one", "one --prefix folder/", "two", "one --prefix nothing"} {
			args := strings.Fields("list-bucket " + rest + " " + format)
			c := parityCase{name: strings.Join(args, " "), given: things, args: args}
			cases = append(cases, c)
		}
	}
	return append(cases,
		parityCase{name: "list-buckets of none", args: []string{"list-buckets"}},
		parityCase{name: "list-buckets of a missing one", differs: "missing-bucket", given: buckets, args: []string{"list-buckets", "one", "missing"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 1)
			if diff := cmp.Diff(maskedOutput(python.stdout, false), maskedOutput(ours.stdout, false)); diff != "" || !strings.Contains(ours.stderr, "bucket does not exist: missing") {
				t.Errorf("stderr: %s\nstdout: %s", ours.stderr, diff)
			}
		}},
		parityCase{name: "list-buckets --csv of none", args: []string{"list-buckets", "--csv"}},
		parityCase{name: "list-bucket of a missing one", args: []string{"list-bucket", "missing"}},
		parityCase{name: "list-bucket without a bucket", args: []string{"list-bucket"}},
		parityCase{name: "list-buckets --details --csv", differs: "details-csv", given: buckets, args: []string{"list-buckets", "--details", "--csv"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 1, 0)
			if !strings.HasPrefix(ours.stdout, "Name,CreationDate,") || !strings.Contains(ours.stdout, "eu-west-1") {
				t.Errorf("stdout: %s", ours.stdout)
			}
		}},
		parityCase{name: "list-bucket --urls", differs: "urls", given: things, args: []string{"list-bucket", "one", "--urls"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 0)
			wantStdout(t, python, ours, "https://s3.amazonaws.com/one/folder/c d.txt", "/one/folder/c%20d.txt")
		}},
	)
}
