//go:build systems

package parity

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const customPolicy = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::$!BUCKET_NAME!$/*"]}]}`

func createCases() []parityCase {
	one := []given{bucket("one")}
	cases := []parityCase{
		{name: "create", given: one, args: []string{"create", "one"}},
		{name: "create --read-only", given: one, args: []string{"create", "one", "--read-only"}},
		{name: "create --write-only", given: one, args: []string{"create", "one", "--write-only"}},
		{name: "create --prefix", given: one, args: []string{"create", "one", "--prefix", "folder/"}},
		{name: "create --prefix --read-only", given: one, args: []string{"create", "--read-only", "one", "--prefix=folder/"}},
		{name: "create -c", args: []string{"create", "new-bucket", "-c"}},
		{name: "create -c for a bucket that exists", given: one, args: []string{"create", "one", "-c"}},
		{name: "create -c for several", given: one, args: []string{"create", "one", "two", "three", "--create-bucket"}},
		{name: "create -c --bucket-region", args: []string{"create", "new-bucket", "-c", "--bucket-region", "eu-west-1"}},
		{name: "create -c --public", args: []string{"create", "new-bucket", "-c", "--public"}},
		{name: "create -c --website", args: []string{"create", "new-bucket", "-c", "--website"}},
		{name: "create -c --public --website", args: []string{"create", "new-bucket", "-c", "--public", "--website", "--read-only"}},
		{name: "create for several", given: []given{bucket("one"), bucket("two")}, args: []string{"create", "one", "two"}},
		{name: "create for several --read-only", given: []given{bucket("one"), bucket("two")}, args: []string{"create", "one", "two", "--read-only"}},
		{name: "create --username", given: one, args: []string{"create", "one", "--username", "me"}},
		{name: "create --username of a user that exists", given: []given{bucket("one"), user("me")}, args: []string{"create", "one", "--username", "me"}},
		{name: "create --username of a user with a policy", given: []given{bucket("one"), user("me"), userPolicy("me", "other", someDocument)}, args: []string{"create", "one", "--username", "me", "--read-only"}},
		{name: "create -f ini", given: one, args: []string{"create", "one", "-f", "ini"}},
		{name: "create --format=ini", given: one, args: []string{"create", "one", "--format=ini"}},
		{name: "create -fjson", given: one, args: []string{"create", "-fjson", "one"}},
		{name: "create --silent", given: one, args: []string{"create", "one", "--silent"}},
		{name: "create --policy", given: one, args: []string{"create", "one", "--policy", customPolicy}},
		{name: "create --policy from a file", given: one, files: map[string]string{"policy.json": customPolicy}, args: []string{"create", "one", "--policy", "policy.json"}},
		{name: "create --policy from stdin", given: one, stdin: customPolicy, args: []string{"create", "one", "--policy", "-"}},
		{name: "create --policy for several", given: []given{bucket("one"), bucket("two")}, args: []string{"create", "one", "two", "--policy", customPolicy}},
		{name: "create --statement", given: one, args: []string{"create", "one", "--statement", extraStatement}},
		{name: "create --statement --read-only", given: one, args: []string{"create", "one", "--read-only", "--statement", extraStatement, "--statement", denyStatement}},
		{name: "create --user-permissions-boundary none", given: one, args: []string{"create", "one", "--user-permissions-boundary", "none"}},
		{name: "create --endpoint-url", given: one, args: []string{"create", "one", "--endpoint-url", "{endpoint}"}},
		{name: "create --access-key --secret-key", given: one, args: []string{"create", "one", "--access-key", "AKIAIOSFODNN7EXAMPLE", "--secret-key", "secret"}},
		{name: "create --auth JSON", given: one, files: map[string]string{"auth.json": `{"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "secret"}`}, args: []string{"create", "one", "-a", "auth.json"}},
		{name: "create --auth INI", given: one, files: map[string]string{"auth.ini": "[default]\naws_access_key_id=AKIAIOSFODNN7EXAMPLE\naws_secret_access_key=secret\n"}, args: []string{"create", "one", "--auth", "auth.ini"}},
		{name: "create for a missing bucket", args: []string{"create", "missing"}},
		{name: "create for a missing bucket among others", given: one, args: []string{"create", "one", "missing"}},
	}
	return append(cases, createDifferences()...)
}

// createDifferences are the ways in which create is right where the Python tool is not.
func createDifferences() []parityCase {
	one := []given{bucket("one")}
	long := strings.Repeat("b", 61)
	return []parityCase{
		// moto takes names of any length: AWS refuses the Python tool's.
		{name: "create for a bucket whose user name is too long", differs: "limits", given: []given{bucket(long)}, args: []string{"create", long}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 0)
			for name := range users(python) {
				if len(name) <= 64 {
					t.Errorf("the Python tool's name is short: %s", name)
				}
			}
			for name := range users(ours) {
				if len(name) > 64 {
					t.Errorf("this tool's name is too long: %s", name)
				}
			}
		}},
		{name: "create --user-permissions-boundary", differs: "boundary-ignored", given: one, args: []string{"create", "one", "--user-permissions-boundary", "arn:aws:iam::aws:policy/AmazonS3FullAccess", "--read-only"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 3)
			if len(users(ours)) != 0 {
				t.Errorf("this tool leaves %v", users(ours))
			}
		}},
		{name: "create tags its user", differs: "made-by", given: one, args: []string{"create", "one"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 0)
			tags := func(o outcome) map[string]string {
				return users(o)["s3.read-write.one"].(map[string]any)[tagsOfUser].(map[string]string)
			}
			if len(tags(python)) != 0 || !strings.HasPrefix(tags(ours)["s3-credentials:by"], "arn:aws:") || tags(ours)["s3-credentials:version"] == "" {
				t.Errorf("the tags are %v with the Python tool, and %v with this one", tags(python), tags(ours))
			}
		}},
		{name: "create --dry-run for a bucket that exists", differs: "dry-run", given: one, args: []string{"create", "one", "--dry-run"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 0)
			if !strings.Contains(python.stdout, "Would create bucket") || strings.Contains(ours.stdout, "Would create bucket") {
				t.Errorf("only the Python tool would create a bucket that exists:\n%s", ours.stdout)
			}
			compareState(t, python, ours)
		}},
		{name: "create --dry-run for a missing bucket", differs: "dry-run-missing", args: []string{"create", "missing", "--dry-run"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 1)
			compareState(t, python, ours)
		}},
		{name: "create -c --dry-run", args: []string{"create", "new-bucket", "-c", "--dry-run", "--read-only"}},
		{name: "create -c --public --dry-run", args: []string{"create", "new-bucket", "-c", "--public", "--website", "--dry-run"}},
		{name: "create -c --bucket-region --dry-run", args: []string{"create", "new-bucket", "-c", "--bucket-region", "eu-west-1", "--dry-run"}},
		{name: "create again with another access", differs: "narrowing", given: []given{bucket("one"), user("me"), userPolicy("me", "s3.read-write.one", someDocument)}, args: []string{"create", "one", "--username", "me", "--read-only"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 1)
			if was, is := policies(python, "me"), policies(ours, "me"); len(was) != 2 || len(is) != 1 || is["s3.read-write.one"] == nil {
				t.Errorf("the Python tool leaves %d policies, this one %v", len(was), is)
			}
		}},
		{name: "create again with another prefix", differs: "keys-change", given: []given{bucket("one"), user("me"), accessKey("me"), userPolicy("me", "s3.read-only.one", someDocument)}, args: []string{"create", "one", "--username", "me", "--read-only", "--silent"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 1)
			was, is := policies(python, "me")["s3.read-only.one"], policies(ours, "me")["s3.read-only.one"]
			if cmp.Equal(was, is) || ours.stdout != "" || !strings.Contains(ours.stderr, "--replace-policy") {
				t.Errorf("the policies are %v and %v, and this tool says %q", was, is, ours.stderr)
			}
		}},
		{name: "create for one more bucket", differs: "keys-change", given: []given{bucket("one"), user("me"), accessKey("me")}, args: []string{"create", "one", "--username", "me"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 1)
			if was, is := policies(python, "me"), policies(ours, "me"); len(was) != 1 || len(is) != 0 {
				t.Errorf("the policies are %v and %v", was, is)
			}
		}},
		{name: "create for a user that may do more", differs: "further-access", given: []given{bucket("one"), user("me"), attached("me", "managed")}, args: []string{"create", "one", "--username", "me", "--silent"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 0)
			if says := ":policy/managed"; !strings.Contains(ours.stderr, says) || strings.Contains(python.stderr, says) {
				t.Errorf("the Python tool says %q, this one %q", python.stderr, ours.stderr)
			}
		}},
		{name: "create -f env", differs: "format-choices", given: one, args: []string{"create", "one", "-f", "env"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 2, 0)
			if !strings.Contains(ours.stdout, "export AWS_ACCESS_KEY_ID=") {
				t.Errorf("stdout: %s", masked(ours.stdout))
			}
		}},
		{name: "create --bucket-region us-east-1", differs: "region-us-east-1", args: []string{"create", "new-bucket", "-c", "--bucket-region", "us-east-1"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 1, 0)
			if len(python.state["buckets"].(map[string]any)) != 0 || len(ours.state["buckets"].(map[string]any)) != 1 {
				t.Error("the bucket is not made by this tool alone")
			}
		}},
		{name: "create --public for a bucket that exists", differs: "public-existing", given: one, args: []string{"create", "one", "--public"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 0)
			if was, is := bucketState(python, "one")["policy"], bucketState(ours, "one")["policy"]; was != nil || is == nil {
				t.Errorf("the bucket's policy is %v and %v", was, is)
			}
		}},
		{name: "create --policy with --read-only", differs: "policy-exclusive", given: one, args: []string{"create", "one", "--policy", customPolicy, "--read-only"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 2)
		}},
		{name: "create with a part of an --auth file", differs: "auth-partial", given: one, files: map[string]string{"auth.json": `{"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"}`}, args: []string{"create", "one", "-a", "auth.json"}, check: func(t *testing.T, python, ours outcome) {
			if ours.exit == 0 || len(users(ours)) != 0 {
				t.Errorf("exit %d, users %v", ours.exit, users(ours))
			}
		}},
	}
}

func sessionCases() []parityCase {
	one := []given{bucket("one")}
	const roleName = "s3-credentials.AmazonS3FullAccess"
	two := []given{bucket("one"), bucket("two")}
	return []parityCase{
		{name: "create -d", given: one, args: []string{"create", "one", "-d", "15m"}},
		{name: "create --duration --read-only", given: one, args: []string{"create", "one", "--duration=1h", "--read-only"}},
		{name: "create --duration in seconds", given: one, args: []string{"create", "one", "--duration", "3600s", "--write-only"}},
		{name: "create -d without a unit", given: one, args: []string{"create", "one", "-d900"}},
		{name: "create -d -f ini", given: one, args: []string{"create", "one", "-d", "15m", "-f", "ini"}},
		{name: "create -d for several", given: two, args: []string{"create", "one", "two", "-d", "15m", "--prefix", "folder/"}},
		{name: "create -cd", args: []string{"create", "new-bucket", "-cd", "15m"}},
		{name: "create -d --policy", given: one, args: []string{"create", "one", "-d", "15m", "--policy", customPolicy}},
		{name: "create -d --statement", given: one, args: []string{"create", "one", "-d", "15m", "--statement", extraStatement}},
		{name: "create -d --dry-run -c", args: []string{"create", "new-bucket", "-c", "-d", "15m", "--dry-run"}, differs: "dry-run", check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 0)
			wantSameLines(t, python.stdout, ours.stdout, "Would create bucket", "Would ensure role", "Would assume role")
		}},
		{name: "create -d too short", given: one, args: []string{"create", "one", "-d", "14m"}},
		{name: "create -d too long", given: one, args: []string{"create", "one", "-d", "13h"}},
		{name: "create -d of no form", given: one, args: []string{"create", "one", "-d", "soon"}},
		{name: "create -d with a role that the world may assume", differs: "role-trust", given: append(one, role(roleName, worldTrust)), args: []string{"create", "one", "-d", "15m"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 1)
		}},
		{name: "create -d --policy for several", differs: "policy-buckets", given: two, args: []string{"create", "one", "two", "-d", "15m", "--policy", customPolicy}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 0)
		}},
	}
}

func users(o outcome) map[string]any { return o.state["users"].(map[string]any) }

func policies(o outcome, user string) map[string]any {
	return users(o)[user].(map[string]any)["policies"].(map[string]any)
}

func bucketState(o outcome, name string) map[string]any {
	return o.state["buckets"].(map[string]any)[name].(map[string]any)
}

// wantSameLines checks that both print a line that starts so, and the same one.
func wantSameLines(t *testing.T, was, is string, starts ...string) {
	t.Helper()
	for _, start := range starts {
		if a, b := lineStarting(was, start), lineStarting(is, start); a == "" || a != b {
			t.Errorf("the line %q is %q, as the Python tool: %q", start, b, a)
		}
	}
}

func lineStarting(text, start string) string {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, start) {
			return line
		}
	}
	return fmt.Sprint()
}
