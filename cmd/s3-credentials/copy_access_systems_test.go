//go:build systems

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// move is two systems, each a profile of one file.
type move struct {
	*testing.T
	from, to *systems.System
	config   string
}

func newMove(t *testing.T, from, to *systems.System) *move {
	m := &move{t, from, to, filepath.Join(t.TempDir(), "config")}
	var config strings.Builder
	for name, s := range map[string]*systems.System{"old": from, "new": to} {
		fmt.Fprintf(&config, "[profile %s]\nendpoint_url = %s\nregion = %s\naws_access_key_id = %s\naws_secret_access_key = %s\n",
			name, s.EndpointURL, s.Region, s.AccessKeyID, s.SecretAccessKey)
	}
	if err := os.WriteFile(m.config, []byte(config.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return m
}

// run is a run, what it prints, and its exit code.
func (m *move) run(args ...string) (stdout, stderr string, code int) {
	m.Helper()
	cmd := exec.CommandContext(m.Context(), program(m), args...)
	endpoint := ""
	if args[0] == "copy-access" {
		endpoint = m.from.EndpointURL // which stands before the profiles for every other command
	}
	cmd.Env = append(slices.Concat(m.from.Env(), m.to.Env()), "HOME="+m.TempDir(), "AWS_REGION=", "AWS_DEFAULT_REGION=", "AWS_CONFIG_FILE="+m.config, "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_ENDPOINT_URL="+endpoint, "AWS_ENDPOINT_URL_S3="+endpoint)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		m.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func (m *move) must(args ...string) string {
	m.Helper()
	stdout, stderr, code := m.run(args...)
	if code != 0 {
		m.Fatalf("%q: exit %d: %s", args, code, stderr)
	}
	return stdout
}

// copiedKey is a line that copy-access prints.
type copiedKey struct{ UserName, AccessKeyId, SecretAccessKey string } //nolint:revive // IAM's names

// keys are those of the lines.
func (m *move) keys(lines string) map[string]copiedKey {
	m.Helper()
	keys := map[string]copiedKey{}
	for line := range strings.Lines(lines) {
		var key copiedKey
		if err := json.Unmarshal([]byte(line), &key); err != nil {
			m.Fatalf("%q: %v", line, err)
		}
		keys[key.UserName] = key
	}
	return keys
}

// TestCopyAccess moves what create made, and tries the new keys with another client.
func TestCopyAccess(t *testing.T) {
	t.Parallel()
	t.Run("from the sandbox to MinIO", func(t *testing.T) { copyAccess(t, systems.NewSandbox(t), systems.MinIO(t)) })
	t.Run("from MinIO to the sandbox", func(t *testing.T) { copyAccess(t, systems.NewMinIO(t), systems.Sandbox(t)) })
	t.Run("from MinIO to SeaweedFS", func(t *testing.T) { leaveMinIO(t, systems.SeaweedFS(t), true, false) })
	t.Run("from MinIO to Ceph", func(t *testing.T) { leaveMinIO(t, systems.Ceph(t), true, true) })
	t.Run("from MinIO to Garage", func(t *testing.T) { leaveMinIO(t, systems.Garage(t), false, true) })
	t.Run("from Garage by name", func(t *testing.T) {
		m := newMove(t, systems.NewGarage(t), systems.Sandbox(t)) // all users of the system are meant
		m.must("create", "copied-by-name", "-c", "--read-only", "--profile", "old")
		back := []string{"copy-access", "--from-profile", "old", "--to-profile", "new", "--dry-run"}
		if _, stderr, code := m.run(back...); code != 3 || !strings.Contains(stderr, "--by-name") {
			t.Errorf("where nothing says who made a user: exit %d: %s", code, stderr)
		}
		if dry := m.must(append(back, "--by-name")...); !strings.Contains(dry, "User: s3.read-only.copied-by-name\n") {
			t.Errorf("by name: %s", dry)
		}
		m.must("delete-user", "s3.read-only.copied-by-name", "--profile", "old")
	})
}

// leaveMinIO moves users one by one, of which the other system may not be able to express some.
func leaveMinIO(t *testing.T, to *systems.System, prefixes, ends bool) {
	m := newMove(t, systems.MinIO(t), to)
	bucket := "left-for-" + to.Name
	for _, c := range []struct {
		user   string
		args   []string
		copied bool
		can    can
	}{
		{"reads-on-" + to.Name, []string{"--read-only"}, true, can{get: true}},
		{"writes-on-" + to.Name, nil, true, can{get: true, put: true}},
		{"below-on-" + to.Name, []string{"--prefix", "elsewhere/"}, prefixes, nothing},
		{"ends-on-" + to.Name, []string{"--expires", "30d", "--read-only"}, ends, can{get: true}},
	} {
		m.must(append([]string{"create", bucket, "-c", "--username", c.user, "--profile", "old"}, c.args...)...)
		stdout, stderr, code := m.run("copy-access", c.user, "--from-profile", "old", "--to-profile", "new")
		if !c.copied {
			if code != 3 || stdout != "" || !strings.Contains(stderr, c.user) {
				t.Errorf("%s: exit %d: %s%s", c.user, code, stdout, stderr)
			}
			continue
		}
		if code != 0 {
			t.Errorf("%s: exit %d: %s", c.user, code, stderr)
			continue
		}
		m.must("put-object", bucket, "there", "-", "--profile", "new")
		key := m.keys(stdout)[c.user]
		client := (&access{T: t, system: to, bucket: bucket}).client(key.AccessKeyId, key.SecretAccessKey, "")
		_, err := client.StatObject(t.Context(), bucket, "there", minio.StatObjectOptions{})
		if (err == nil) != c.can.get {
			t.Errorf("%s: to read: %v", c.user, err)
		}
		_, err = client.PutObject(t.Context(), bucket, "mine", strings.NewReader("x"), 1, minio.PutObjectOptions{})
		if (err == nil) != c.can.put {
			t.Errorf("%s: to write: %v", c.user, err)
		}
	}
}

func copyAccess(t *testing.T, from, to *systems.System) {
	m := newMove(t, from, to)
	bucket := "moved-to-" + to.Name
	m.must("create", bucket, bucket+"/locks/:rw", "--prefix", "logs/", "--read-only", "-c", "--username", "mover", "--profile", "old")
	m.must("create", bucket, "--username", "ender", "--expires", "30d", "--profile", "old")
	m.must("create", bucket, "--username", "other", "--statement", `{"Effect":"Allow","Action":"s3:GetBucketTagging","Resource":"arn:aws:s3:::`+bucket+`"}`, "--profile", "old")

	// What accesses cannot say keeps all from being copied.
	stdout, stderr, code := m.run("copy-access", "--from-profile", "old", "--to-profile", "new")
	if code != 1 || stdout != "" || !strings.Contains(stderr, `the access of the user "other" cannot be copied: its policies say more`) {
		t.Errorf("exit %d: %s%s", code, stdout, stderr)
	}
	if left := m.must("list-users", "--profile", "new"); strings.Contains(left, `"mover"`) {
		t.Errorf("a user was made: %s", left)
	}
	m.must("delete-user", "other", "--profile", "old")

	dry := m.must("copy-access", "--from-profile", "old", "--to-profile", "new", "--dry-run")
	for _, line := range []string{"User: mover\n", "User: ender\n", "Would create bucket: '" + bucket + "'"} {
		if !strings.Contains(dry, line) {
			t.Errorf("the dry run does not say %q: %s", line, dry)
		}
	}
	if stdout, stderr, code := m.run("copy-access", "--from-profile", "old", "--to-profile", "old"); code != 1 || stdout != "" || !strings.Contains(stderr, "both profiles lead to the same system") {
		t.Errorf("from a system to itself: exit %d: %s%s", code, stdout, stderr)
	}
	keys := m.keys(m.must("copy-access", "--from-profile", "old", "--to-profile", "new"))
	if len(keys) != 2 {
		t.Fatalf("%d keys", len(keys))
	}
	a := &access{T: t, system: to, bucket: bucket}
	mover := a.client(keys["mover"].AccessKeyId, keys["mover"].SecretAccessKey, "")
	put := func(key string) error {
		_, err := mover.PutObject(t.Context(), bucket, key, strings.NewReader("x"), 1, minio.PutObjectOptions{})
		return err
	}
	if err := put("locks/a"); err != nil {
		t.Errorf("what it may write: %v", err)
	}
	for _, key := range []string{"logs/a", "locksx", "a"} {
		if minio.ToErrorResponse(put(key)).Code != "AccessDenied" {
			t.Errorf("it may write %s", key)
		}
	}
	if m.must("list-keys", "ender", "--profile", "new", "--csv") == "" {
		t.Error("the other user has no key")
	}
	if users := m.must("list-users", "--mine", "--profile", "new"); strings.Count(users, `"Until"`) == 0 {
		t.Errorf("its end was not copied: %s", users)
	}
}
