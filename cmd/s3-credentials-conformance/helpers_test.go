package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// ran is what a run of the command gave.
type ran struct {
	code           int
	stdout, stderr string
}

// try runs the command.
func try(t *testing.T, env []string, args ...string) ran {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "s3-credentials-conformance", args...)
	var stdout, stderr bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), env...), &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return ran{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// program is this test binary under the name of a plugin.
func program(t *testing.T, name string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), host.Prefix+name)
	if err := os.Symlink(self, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// unreachable are capabilities that only an independent client sees the use of.
var unreachable = []driver.Capability{driver.CapObjectMetadata, driver.CapObjectACL, driver.CapObjectStorageClass}

// onHub runs the command with a plugin of that name on a system in memory. The independent client of the suite cannot
// reach it, so that what needs one is said to be not enforced.
func onHub(t *testing.T, h *hub, name string, args ...string) ran {
	t.Helper()
	root := h.Root()
	for _, own := range [][2]string{
		{"--plugin", program(t, name)}, {"--access-key", root.AccessKeyID}, {"--secret-key", root.SecretAccessKey},
		{"--region", "us-east-1"}, {"--settle", "3s"},
		{"--not-enforced", "user-policies,session-policies,permissions-boundaries,bucket-policies"},
	} {
		if !slices.Contains(args, own[0]) {
			args = append(args, own[:]...)
		}
	}
	return try(t, []string{hubVariable + "=" + h.socket}, args...)
}

// inJSON runs it with --format json.
func inJSON(t *testing.T, h *hub, name string, args ...string) (suiteResult, ran) {
	t.Helper()
	r := onHub(t, h, name, append(args, "--format", "json")...)
	var result suiteResult
	if err := json.Unmarshal([]byte(r.stdout), &result); err != nil {
		t.Fatalf("%v\n%+v", err, r)
	}
	return result, r
}

// messagesOf returns what was said of the checks with an outcome.
func messagesOf(r suiteResult, o outcome) string {
	var all []string
	for _, c := range r.Checks {
		if c.Outcome == o {
			all = append(all, c.Family+"/"+c.Name)
			all = append(all, c.Messages...)
		}
	}
	return strings.Join(all, "\n")
}

// requireEmpty checks that nothing is left on the system.
func requireEmpty(t *testing.T, h *hub) {
	t.Helper()
	root := h.Root()
	d := h.Client(&root)
	for u, err := range d.ListUsers(t.Context()) {
		t.Errorf("the user %s is left, %v", u.Name, err)
	}
	for b, err := range d.ListBuckets(t.Context()) {
		t.Errorf("the bucket %s is left, %v", b.Name, err)
	}
	for r, err := range d.ListRoles(t.Context()) {
		t.Errorf("the role %s is left, %v", r.Name, err)
	}
}
