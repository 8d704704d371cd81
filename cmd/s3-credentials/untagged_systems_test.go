//go:build systems

package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// TestCreateWhereTagsAreDenied makes a user with credentials that may not tag it: on AWS, CreateUser with tags is denied then. The user is
// made all the same, and only its name tells that it is one of ours.
func TestCreateWhereTagsAreDenied(t *testing.T) {
	system, proxy := systems.Behind(t, systems.NewSandbox(t))
	p := pruningOn(t, system)
	denied := false
	proxy.Reset(func(_ int, r systems.Request) systems.Action {
		if r.Operation != "CreateUser" || denied {
			return systems.Pass
		}
		denied = true
		return systems.Deny
	})
	cmd := exec.CommandContext(t.Context(), program(t), "create", "untagged", "-c", "--read-only")
	cmd.Env = p.env
	out, err := cmd.CombinedOutput()
	if err != nil || !denied || !strings.Contains(string(out), "Created user: 's3.read-only.untagged'") ||
		!strings.Contains(string(out), ", without tags that say who made it, because these credentials may not set them\n") {
		t.Errorf("%v: %s", err, out)
	}
	if out := p.run("list-users", "--mine", "--nl"); strings.Contains(out, "untagged") {
		t.Errorf("a user without tags is ours: %s", out)
	}
	if out := p.run("list-users", "--mine", "--by-name", "--nl"); !strings.Contains(out, "s3.read-only.untagged") {
		t.Errorf("by names, ours are %s", out)
	}
}
