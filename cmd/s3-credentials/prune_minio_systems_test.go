//go:build systems

package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/systems"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// TestPruneLeavesLookAlikesOnMinIO deletes the one user of this program whose access has ended, and whose key MinIO has deleted, among 10 that
// look like it. No test can wait until a key ends there: the policy is made to say that it was long ago.
func TestPruneLeavesLookAlikesOnMinIO(t *testing.T) {
	system := systems.NewMinIO(t)
	env := append(system.Env(), "HOME="+t.TempDir(), "S3_CREDENTIALS_ENDPOINT_URL="+system.EndpointURL, "S3_CREDENTIALS_BACKEND=minio")
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), program(t), args...)
		cmd.Env = env
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%q: %v", args, err)
		}
		return string(out)
	}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	d, err := host.Connect(t.Context(), host.Options{Path: systems.PluginBinary(t, "minio")}, driver.Config{
		EndpointURL: system.EndpointURL, Credentials: &driver.Credentials{AccessKeyID: system.AccessKeyID, SecretAccessKey: system.SecretAccessKey},
	})
	check(err)
	t.Cleanup(func() { d.Close() })
	foreign := func(name, policy, document string, tags []driver.Tag) {
		t.Helper()
		_, err := d.CreateUser(t.Context(), driver.CreateUserRequest{Name: name})
		check(err)
		check(d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: driver.UserPrincipal(name), Name: policy, Document: document}))
		if tags != nil {
			_, err := d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: name, Tags: tags})
			check(err)
		}
	}

	var made struct{ AccessKeyId string }
	check(json.Unmarshal([]byte(run("create", "pruned", "-c", "--silent", "--username", "ours-first", "--expires", "30d")), &made))
	run("create", "pruned", "--silent", "--username", "ours-later", "--expires", "30d")
	var tags []driver.Tag
	for key, err := range d.ListAccessKeys(t.Context(), driver.ListAccessKeysRequest{UserName: "ours-first"}) {
		check(err)
		tags = key.Tags
	}
	run("delete-key", "ours-first", made.AccessKeyId)
	const policy = "s3.read-write.pruned"
	found, err := d.GetPolicy(t.Context(), driver.GetPolicyRequest{Principal: driver.UserPrincipal("ours-first"), Name: policy})
	check(err)
	ended := regexp.MustCompile(`until=[^;"]+`).ReplaceAllString(found.Document, "until=2020-01-01T00:00:00Z")
	check(d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: driver.UserPrincipal("ours-first"), Name: policy, Document: ended}))

	// What has ended is neither given a key nor verified.
	refused := func(code int, want string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), program(t), args...)
		cmd.Env = env
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != code || !strings.Contains(string(out), want) || strings.Contains(string(out), "Made access key") {
			t.Errorf("%q: %v\n%s", args, err, out)
		}
	}
	refused(1, "the access of user 'ours-first' ended at 2020-01-01T00:00:00Z, and a new key would have none; choose an end for the new key with --expires", "rotate", "ours-first")
	refused(4, "the access of user 'ours-first' ended at 2020-01-01T00:00:00Z: it is narrower", "verify", "pruned", "--user", "ours-first")

	unmarked := regexp.MustCompile(`"Id": ?"[^"]*", ?`).ReplaceAllString(found.Document, "")
	for i := range 2 {
		foreign(fmt.Sprintf("s3.read-write.pruned-%d", i), policy, unmarked, nil)                                       // a derived name
		foreign(fmt.Sprintf("ours-copied-%d", i), policy, ended, nil)                                                   // a policy copied by hand
		foreign(fmt.Sprintf("ours-key-%d", i), policy, unmarked, tags)                                                  // a key's description copied by hand
		foreign(fmt.Sprintf("ours-other-%d", i), policy, strings.Replace(ended, "s3-credentials;", "s3-tool;", 1), nil) // that of another program
		foreign(fmt.Sprintf("foreign-%d", i), "own", unmarked, nil)
		run("create", "pruned", "--silent", "--username", fmt.Sprintf("foreign-%d", i), "--expires", "30d") // a further key is from this program
	}
	users := func() []string {
		t.Helper()
		var names []string
		for u, err := range d.ListUsers(t.Context()) {
			check(err)
			names = append(names, u.Name)
		}
		return names
	}
	before := users()
	if out := run("list-users", "--mine", "--nl"); strings.Count(out, "\n") != 2 || !strings.Contains(out, `"ours-first"`) || !strings.Contains(out, `"ours-later"`) {
		t.Errorf("ours are %s", out)
	}
	run("prune", "--expired", "--yes", "--by-name")
	left := slices.DeleteFunc(slices.Clone(before), func(u string) bool { return u == "ours-first" })
	if after := users(); len(left) != len(before)-1 || !slices.Equal(after, left) {
		t.Errorf("the users were\n%s\nand are\n%s", before, after)
	}
}
