//go:build systems

package main

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// killed runs create on a system that goes away in the middle, and looks at what it left there.
type killed struct {
	*testing.T
	direct  *systems.System
	backend string
	proxy   *systems.Proxy
	seen    *systems.System
}

// TestKilledBetweenSteps lets the system go away for good from each request of a create in turn, and, in a second
// round, lose the answer to that request only. Whatever is left of user and bucket must stand in the error.
func TestKilledBetweenSteps(t *testing.T) {
	for backend, start := range map[string]func(testing.TB) *systems.System{"aws": systems.Sandbox, "minio": systems.MinIO} {
		for name, fail := range map[string]func(proxy *systems.Proxy, n int){
			"gone": func(proxy *systems.Proxy, n int) { proxy.FailFrom(n, systems.Refuse) },
			"lost": func(proxy *systems.Proxy, n int) { proxy.FailNth(n, systems.LoseAnswer) },
		} {
			t.Run(backend+" "+name, func(t *testing.T) {
				t.Parallel()
				k := &killed{T: t, direct: start(t), backend: backend}
				k.seen, k.proxy = systems.Behind(t, k.direct)
				k.round(name, func(n int) { fail(k.proxy, n) })
			})
		}
	}
}

// mostRequests is more than a create sends.
const mostRequests = 60

func (k *killed) round(name string, fail func(n int)) {
	k.Helper()
	for n := 1; n <= mostRequests; n++ {
		bucket := fmt.Sprintf("killed-%s-%s-%d", k.backend, name, n)
		fail(n)
		stderr, code := k.tool(k.seen, "create", bucket, "-c", "--username", bucket)
		requests := len(k.proxy.Seen())
		left := k.left(bucket)
		for _, thing := range left {
			if code != 0 && !strings.Contains(stderr, thing) {
				k.Errorf("%s at request %d: %s is left behind and not reported:\n%s", name, n, thing, stderr)
			}
		}
		if len(left) > 0 { // what comes after it is to list as few users as before
			k.tool(k.direct, "delete-user", bucket)
		}
		if code == 0 && requests < n {
			if n < 5 {
				k.Errorf("%s: create needs %d requests only", name, requests)
			}
			return // create was done before it could be broken
		}
		if code == 0 && name == "gone" {
			k.Errorf("create succeeds on a system that is gone from request %d of %d", n, requests)
		}
	}
	k.Errorf("%s: create sends more than %d requests", name, mostRequests)
}

// left is what of user and bucket there is, in the error's words.
func (k *killed) left(name string) []string {
	k.Helper()
	var things []string
	if strings.Contains(k.output("list-users", "--csv"), name+",") {
		things = append(things, "user '"+name+"'")
	}
	if strings.Contains(k.output("list-buckets", "--csv"), name+",") {
		things = append(things, "bucket "+name)
	}
	return things
}

func (k *killed) output(args ...string) string {
	k.Helper()
	cmd := k.command(k.direct, args...)
	out, err := cmd.Output()
	if err != nil {
		k.Fatalf("%v: %v", args, err)
	}
	return string(out)
}

// tool runs a command, and returns its stderr and exit code.
func (k *killed) tool(system *systems.System, args ...string) (string, int) {
	k.Helper()
	cmd := k.command(system, args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		k.Fatal(err)
	}
	return stderr.String(), cmd.ProcessState.ExitCode()
}

func (k *killed) command(system *systems.System, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(k.Context(), program(k), args...)
	cmd.Env = append(system.Env(), "HOME="+k.TempDir(), "S3_CREDENTIALS_ENDPOINT_URL="+system.EndpointURL, "S3_CREDENTIALS_BACKEND="+k.backend)
	return cmd
}
