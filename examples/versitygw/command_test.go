package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// command is the command line with this backend as a plugin of its own, as the server's administrator.
type command struct {
	program, plugins string
	config           driver.Config
}

func newCommand(t *testing.T) command {
	t.Helper()
	return command{
		program: build(t, filepath.Join("..", ".."), "./cmd/s3-credentials", "s3-credentials"),
		plugins: filepath.Dir(build(t, ".", ".", "s3-credentials-backend-versitygw")),
		config:  versitygw(t),
	}
}

// run returns what the command prints to stdout, to stderr, and its exit code.
func (c command) run(t *testing.T, args ...string) (string, string, int) {
	t.Helper()
	args = append(args, "--backend", "versitygw", "--plugin-dir", c.plugins, "--endpoint-url", c.config.EndpointURL)
	command := exec.CommandContext(t.Context(), c.program, args...)
	command.Env = append(os.Environ(), "HOME="+t.TempDir(), "AWS_SESSION_TOKEN=",
		"AWS_ACCESS_KEY_ID="+c.config.Credentials.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+c.config.Credentials.SecretAccessKey)
	var out, said strings.Builder
	command.Stdout, command.Stderr = &out, &said
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), said.String(), command.ProcessState.ExitCode()
}

func (c command) mustRun(t *testing.T, args ...string) string {
	t.Helper()
	out, said, code := c.run(t, args...)
	if code != 0 {
		t.Fatalf("%v: exit code %d\n%s%s", args, code, out, said)
	}
	return out
}

// create returns the key that create prints.
func (c command) create(t *testing.T, args ...string) *driver.Credentials {
	t.Helper()
	var key struct{ UserName, AccessKeyId, SecretAccessKey string }
	out := c.mustRun(t, append([]string{"create"}, args...)...)
	if err := json.Unmarshal([]byte(out), &key); err != nil {
		t.Fatalf("create printed %q: %v", out, err)
	}
	return &driver.Credentials{AccessKeyID: key.AccessKeyId, SecretAccessKey: key.SecretAccessKey}
}

func (c command) client(t *testing.T, credentials *driver.Credentials) conformance.ObjectClient {
	t.Helper()
	client, err := conformance.NewObjectClient(c.config.EndpointURL, c.config.Region, credentials)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func allowed(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

func denied(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, fault.PermissionDenied) {
		t.Errorf("%s: want it denied, got %v", what, err)
	}
}

func TestFromCreateToDeleteUser(t *testing.T) {
	c, ctx := newCommand(t), t.Context()
	c.mustRun(t, "create", "first", "-c", "--username", "writer")
	key := c.create(t, "first", "second", "-c", "--read-only", "--username", "reader")
	root, reader := c.client(t, c.config.Credentials), c.client(t, key)
	for _, bucket := range []string{"first", "second"} {
		allowed(t, "put by the administrator", root.Put(ctx, bucket, "key", []byte("data")))
		_, err := reader.Get(ctx, bucket, "key")
		allowed(t, "get from "+bucket, err)
		_, err = reader.List(ctx, bucket, "")
		allowed(t, "list "+bucket, err)
		denied(t, "put into "+bucket, reader.Put(ctx, bucket, "key", []byte("other")))
		denied(t, "delete from "+bucket, reader.Delete(ctx, bucket, "key"))
	}
	if users := c.mustRun(t, "list-users", "--nl"); !strings.Contains(users, `"reader"`) || !strings.Contains(users, `"writer"`) {
		t.Errorf("list-users printed %s", users)
	}
	policies := c.mustRun(t, "list-user-policies", "reader")
	for _, want := range []string{"User: reader", "s3.read-only.first", "s3.read-only.second", "s3:GetObject"} {
		if !strings.Contains(policies, want) {
			t.Errorf("list-user-policies printed no %q:\n%s", want, policies)
		}
	}
	if strings.Contains(policies, "s3.read-write.first") {
		t.Errorf("list-user-policies printed what another user may do:\n%s", policies)
	}
	c.mustRun(t, "delete-user", "reader")
	if _, err := reader.Get(ctx, "first", "key"); !errors.Is(err, fault.Unauthenticated) {
		t.Errorf("get with the key of a deleted user: %v", err)
	}
	if users := c.mustRun(t, "list-users", "--nl"); strings.Contains(users, `"reader"`) {
		t.Errorf("list-users printed %s", users)
	}
	// A later user of that name has nothing of the former one, and the other user has still what it had.
	again := c.client(t, c.create(t, "third", "-c", "--username", "reader"))
	_, err := again.Get(ctx, "first", "key")
	denied(t, "get by a later user of the same name", err)
	if policy := c.mustRun(t, "get-bucket-policy", "first"); !strings.Contains(policy, `"writer"`) || strings.Contains(policy, `"reader"`) {
		t.Errorf("the policy of the first bucket is %s", policy)
	}
	if _, _, code := c.run(t, "get-bucket-policy", "second"); code == 0 {
		t.Error("the second bucket still has a policy")
	}
}

func TestWhatVersityGWCannotDoIsSaid(t *testing.T) {
	c := newCommand(t)
	c.mustRun(t, "create", "one-key", "-c", "--username", "single")
	for _, attempt := range []struct {
		args []string
		code int
		said string
		out  string
	}{
		{[]string{"create", "one-key", "-d", "15m"}, 3, "temporary credentials", ""},
		{[]string{"create", "one-key", "--username", "single"}, 1, "one key only", ""},
		{[]string{"create", "new-bucket", "-c", "--username", "a/b"}, 1, "characters", ""},
		{[]string{"list-user-policies", "nobody"}, 1, "nobody", "User: nobody\n"},
		{[]string{"list-roles"}, 3, "roles", ""},
	} {
		out, said, code := c.run(t, attempt.args...)
		if code != attempt.code || !strings.Contains(said, attempt.said) || out != attempt.out {
			t.Errorf("%v: exit code %d, want %d\nstdout: %s\nstderr: %s", attempt.args, code, attempt.code, out, said)
		}
	}
}

// TestAUserWhomSomebodyElseDeleted deletes a user as the server's own tools do, which leaves its grants behind.
func TestAUserWhomSomebodyElseDeleted(t *testing.T) {
	c, ctx := newCommand(t), t.Context()
	c.mustRun(t, "create", "left-behind", "-c", "--username", "former")
	backend, err := Open(ctx, c.config)
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Close()
	if err := backend.DeleteUser(ctx, driver.DeleteUserRequest{Name: "former"}); err != nil {
		t.Fatal(err)
	}
	if _, said, code := c.run(t, "create", "left-behind", "--username", "next"); code != 1 || !strings.Contains(said, "does not exist") {
		t.Errorf("the policy names nobody: exit code %d, %s", code, said)
	}
	key := c.create(t, "elsewhere", "-c", "--prefix", "in/", "--username", "former")
	client := c.client(t, key)
	_, err = client.List(ctx, "left-behind", "")
	denied(t, "list what a former user of the name could list", err)
	allowed(t, "put below the prefix", client.Put(ctx, "elsewhere", "in/key", []byte("data")))
	denied(t, "put elsewhere", client.Put(ctx, "elsewhere", "out", []byte("data")))
	c.mustRun(t, "create", "left-behind", "--username", "next")
}
