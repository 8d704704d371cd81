//go:build systems

package main

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// TestRequestsOnMinIO counts what each command sends to a server. The commands run in this order on what those before
// them made. A number that grows is a look-up repeated. The last two of each create for a user look at what the key
// needs, and one more at each policy that was replaced.
func TestRequestsOnMinIO(t *testing.T) {
	direct := systems.MinIO(t)
	system, proxy := systems.Behind(t, direct)
	home := t.TempDir()
	run := func(args []string) ([]systems.Request, error) {
		proxy.Reset(nil)
		cmd := exec.CommandContext(t.Context(), program(t), args...)
		cmd.Env = append(system.Env(), "HOME="+home, "S3_CREDENTIALS_ENDPOINT_URL="+system.EndpointURL, "S3_CREDENTIALS_BACKEND=minio")
		output, err := cmd.CombinedOutput()
		if err != nil {
			err = fmt.Errorf("%w: %s", err, output)
		}
		return proxy.Seen(), err
	}
	for _, c := range []struct {
		line string
		most int
	}{
		// Of making a user, three are for the guard, which says who made it; of further access one, and of deletion two.
		{"create counted -c --username counted-first", 18},
		{"create counted --username counted-user", 17},
		{"create counted --username counted-user --read-only --replace-policy", 27},
		{"create counted --duration 15m", 2},
		{"whoami", 1},
		{"list-buckets", 1},
		{"list-bucket counted", 1},
		{"list-users", 1},
		{"list-user-policies counted-user", 3},
		{"set-bucket-policy counted --allow-all-get", 1},
		{"get-bucket-policy counted", 1},
		{"put-object counted key " + "main.go", 1},
		{"delete-user counted-first", 19},
		{"delete-user counted-user", 21},
	} {
		requests, err := run(strings.Fields(c.line))
		if err != nil {
			t.Errorf("%s: %v", c.line, err)
		}
		var sent strings.Builder
		for _, r := range requests {
			fmt.Fprintf(&sent, "\n  %s %s?%s", r.Method, r.Path, r.Query)
		}
		if len(requests) > c.most {
			t.Errorf("%s sends %d requests, at most %d are needed:%s", c.line, len(requests), c.most, &sent)
		}
	}
}
