package main

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

func TestHonestPluginPasses(t *testing.T) {
	h := newHub(t)
	result, r := inJSON(t, h, "honest")
	if r.code != cli.ExitDone || result.Summary[failed]+result.Summary[mismatch] != 0 {
		t.Errorf("exit code %d, %v, %s\n%s\n%s", r.code, result.Summary, r.stderr, messagesOf(result, failed), messagesOf(result, mismatch))
	}
	if result.Summary[passed] < 50 || len(result.Left) != 0 || result.Name == "" || len(result.Capabilities) == 0 {
		t.Errorf("got %v, left %v, %+v", result.Summary, result.Left, result)
	}
	want := fmt.Sprintf("%s %s passes suite %d%s", result.Name, result.Version, conformance.Version, except)
	if got := verdict(&result); !result.Passes || got != want {
		t.Errorf("the verdict is %q, want %q", got, want)
	}
	requireEmpty(t, h)
}

func TestPluginsThatAreWrong(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		o    outcome
		says []string
	}{
		{"modest", []string{"--run", "^(roles|undeclared)/"}, mismatch, []string{"identity.roles is not declared, but"}},
		{"boastful", []string{"--run", "^users/"}, mismatch, []string{"maybe later", "is declared"}},
		{"unmanaged", []string{"--run", "^(users|roles)/"}, mismatch, []string{"AttachPolicy"}},
		{"dying", []string{"--run", "^bucket/"}, failed, []string{"ended unexpectedly", "ended by itself during the check: exit status 9"}},
		{"hanging", []string{"--run", "^(describe|bucket/a bucket that was created)", "--timeout", "3s"}, failed, []string{"took longer than --timeout (3s)"}},
		{"speechless", []string{"--run", "^bucket/", "--timeout", "5s"}, failed, []string{"ended unexpectedly"}},
		{"confused", []string{"--run", "^users/"}, failed, []string{`answered with "somebody-else"`}},
		{"leaking", []string{"--run", "^(describe|users/who)"}, failed, []string{"the log contains a secret"}},
		{"faultless", []string{"--run", "^bucket/"}, failed, []string{"an error has no Fault: NotFound"}},
		{"littering", []string{"--run", "^describe/"}, failed, []string{"left scratch in the folder for temporary files"}},
		{"panicking", []string{"--run", "(?i)who|caller|concurrent|same time|cancelled"}, failed, []string{"has a bug"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t)
			result, r := inJSON(t, h, c.name, c.args...)
			if r.code != cli.ExitFailed || result.Summary[c.o] == 0 {
				t.Errorf("exit code %d, %v, %s", r.code, result.Summary, r.stderr)
			}
			said := messagesOf(result, c.o)
			for _, says := range c.says {
				if !strings.Contains(said, says) {
					t.Errorf("it does not say %q but\n%s", says, said)
				}
			}
			if c.name != "panicking" && result.Summary[passed] == 0 {
				t.Errorf("the run did not go on: %v\n%s", result.Summary, said)
			}
			// One that cannot list cannot be believed to have left nothing, and the run must say so.
			if wants := c.name == "speechless"; (len(result.Left) != 0) != wants {
				t.Errorf("left: %v", result.Left)
			}
			requireEmpty(t, h)
		})
	}
}

func TestWhatIsLeftIsNamed(t *testing.T) {
	for name, run := range map[string]string{"hoarding": "^bucket/", "pretending": "^users/"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t)
			result, r := inJSON(t, h, name, "--run", run, "--name-prefix", "left")
			if r.code != cli.ExitFailed || len(result.Left) == 0 {
				t.Fatalf("exit code %d, left %v", r.code, result.Left)
			}
			said := strings.Join(result.Left, "\n")
			root := h.Root()
			d := h.Client(&root)
			var names []string
			for u := range d.ListUsers(t.Context()) {
				names = append(names, "user "+u.Name)
			}
			for b := range d.ListBuckets(t.Context()) {
				names = append(names, "bucket "+b.Name)
			}
			if len(names) == 0 {
				t.Fatal("nothing is left")
			}
			for _, name := range names {
				if !strings.Contains(said, name) || !strings.Contains(name, " left-") {
					t.Errorf("%s is left, and not named in\n%s", name, said)
				}
			}
		})
	}
}

func TestPluginsThatDoNotStart(t *testing.T) {
	h := newHub(t)
	for _, name := range []string{"crash", "dyingonopen"} {
		result, r := inJSON(t, h, name)
		if r.code != cli.ExitFailed || len(result.Checks) != 1 || result.Checks[0].Outcome != failed || len(result.Checks[0].Messages) != 1 {
			t.Errorf("%s gave %d, %+v", name, r.code, result)
		}
	}
}

func TestTable(t *testing.T) {
	h := newHub(t)
	r := onHub(t, h, "modest", "--run", "^(describe|roles)/")
	if r.code != cli.ExitFailed || r.stderr != "" {
		t.Errorf("exit code %d, %s", r.code, r.stderr)
	}
	for _, says := range []string{"\npass         describe/", "\nlied         roles/", "\n              identity.roles is not declared, but", " lied, ", "\nnothing is left behind"} {
		if !strings.Contains(r.stdout, says) {
			t.Errorf("%q is missing in\n%s", says, r.stdout)
		}
	}
}

func TestJUnit(t *testing.T) {
	h := newHub(t)
	r := onHub(t, h, "boastful", "--run", "^(describe|users)/", "--format", "junit")
	var suite junitSuite
	if err := xml.Unmarshal([]byte(r.stdout), &suite); err != nil {
		t.Fatalf("%v in\n%s", err, r.stdout)
	}
	if suite.Tests != len(suite.Cases) || suite.Failures == 0 || suite.Failures == suite.Tests {
		t.Errorf("%d tests, %d cases, %d failures", suite.Tests, len(suite.Cases), suite.Failures)
	}
	if !slices.ContainsFunc(suite.Cases, func(c junitCase) bool { return c.Failure != nil && c.Failure.Type == "lied" }) {
		t.Errorf("no lie in\n%s", r.stdout)
	}
}
