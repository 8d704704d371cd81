package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/internal/cli"
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

// onHub runs the command with a plugin of that name on a system in memory. The independent client of the suite cannot
// reach it, so that what needs one is said to be not enforced.
func onHub(t *testing.T, h *hub, name string, args ...string) ran {
	t.Helper()
	root := h.Root()
	return try(t, []string{hubVariable + "=" + h.socket}, append([]string{
		"--plugin", program(t, name), "--access-key", root.AccessKeyID, "--secret-key", root.SecretAccessKey,
		"--region", "us-east-1", "--settle", "3s",
		"--not-enforced", "user-policies,session-policies,permissions-boundaries,bucket-policies",
	}, args...)...)
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

func TestHonestPluginPasses(t *testing.T) {
	h := newHub(t)
	result, r := inJSON(t, h, "honest")
	if r.code != cli.ExitDone || result.Summary[failed]+result.Summary[mismatch] != 0 {
		t.Errorf("exit code %d, %v, %s\n%s\n%s", r.code, result.Summary, r.stderr, messagesOf(result, failed), messagesOf(result, mismatch))
	}
	if result.Summary[passed] < 50 || len(result.Left) != 0 || result.Name == "" || len(result.Capabilities) == 0 {
		t.Errorf("got %v, left %v, %+v", result.Summary, result.Left, result)
	}
	requireEmpty(t, h)
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

func TestPluginsThatAreWrong(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		o    outcome
		says []string
	}{
		{"modest", []string{"--run", "^(roles|undeclared)/"}, mismatch, []string{"identity.roles is not declared, but"}},
		{"boastful", []string{"--run", "^users/"}, mismatch, []string{"maybe later", "is declared"}},
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

// oneSentence is what is printed of a wrong usage.
var oneSentence = regexp.MustCompile(`^Error: .+\nTry 's3-credentials-conformance --help' for help\.\n$`)

func TestWrongUsage(t *testing.T) {
	plugin := program(t, "honest")
	for _, args := range [][]string{
		{}, {"--plugin", "/no/such/file"}, {"--plugin", plugin, "extra"}, {"--plugin", plugin, "--format", "yaml"},
		{"--plugin", plugin, "--run", "("}, {"--plugin", plugin, "--run", "no such check"},
		{"--plugin", plugin, "--not-enforced", "gravity"}, {"--plugin", plugin, "--lacks", "identity.telepathy"},
		{"--plugin", plugin, "--access-key", "half"}, {"--plugin", plugin, "--auth", "/no/such/file"},
		{"--plugin", plugin, "--auth", plugin, "--access-key", "a", "--secret-key", "b"},
		{"--plugin", plugin, "--timeout", "0s"}, {"--plugin", plugin, "--total-timeout", "0s"}, {"--plugin", plugin, "--preset", "abacus"},
		{"--list", "--format", "junit"}, {"--list", "--run", "no such check"}, {"--plugin", plugin, "--name-prefix", "UPPER"}, {"--unknown"},
	} {
		r := try(t, nil, args...)
		if r.code != cli.ExitUsage || r.stdout != "" || !oneSentence.MatchString(r.stderr) {
			t.Errorf("%q gave %+v", args, r)
		}
	}
	for _, help := range []string{"--help", "-h", "help"} {
		if r := try(t, nil, help); r.code != cli.ExitDone || !strings.Contains(r.stdout, "--not-enforced") {
			t.Errorf("%s gave %+v", help, r)
		}
	}
	if r := try(t, []string{"S3_CREDENTIALS_CONFORMANCE_PLUGIN=" + plugin, "S3_CREDENTIALS_CONFORMANCE_SETTLE=soon"}); r.code != cli.ExitUsage ||
		!strings.Contains(r.stderr, "the environment variable S3_CREDENTIALS_CONFORMANCE_SETTLE") {
		t.Errorf("the environment gave %+v", r)
	}
}

func TestKeysFromStandardInput(t *testing.T) {
	h := newHub(t)
	root := h.Root()
	cmd := exec.CommandContext(t.Context(), "s3-credentials-conformance", "--plugin", program(t, "honest"), "--auth", "-", "--run", "^users/")
	cmd.Env = append(os.Environ(), hubVariable+"="+h.socket)
	cmd.Stdin = strings.NewReader(`{"AccessKeyId":"` + root.AccessKeyID + `","SecretAccessKey":"` + root.SecretAccessKey + `"}`)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	requireEmpty(t, h)
}

// TestInterrupt presses Ctrl-C while a check hangs: what it made is removed, and the run says that it is not whole.
func TestInterrupt(t *testing.T) {
	h := newHub(t)
	root := h.Root()
	cmd := exec.CommandContext(t.Context(), "s3-credentials-conformance", "--plugin", program(t, "hanging"),
		"--access-key", root.AccessKeyID, "--secret-key", root.SecretAccessKey, "--run", "^bucket/")
	var stdout, stderr bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), hubVariable+"="+h.socket), &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	hasBucket := func() bool {
		for range h.Client(&root).ListBuckets(t.Context()) {
			return true
		}
		return false
	}
	for deadline := time.Now().Add(2 * time.Minute); !hasBucket(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			_ = cmd.Process.Kill()
			t.Fatal("no check began")
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the exit code says it
	if code := cmd.ProcessState.ExitCode(); code != cli.ExitInterrupted || stderr.String() != "Error: interrupted\n" {
		t.Errorf("exit code %d, %s", code, stderr.String())
	}
	if !strings.Contains(stdout.String(), "nothing is left behind") {
		t.Errorf("stdout is\n%s", stdout.String())
	}
	requireEmpty(t, h)
}
