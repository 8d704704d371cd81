package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

func TestFailFast(t *testing.T) {
	h := newHub(t)
	result, r := inJSON(t, h, "boastful", "--run", "^(describe|users)/", "--fail-fast")
	last := result.Checks[len(result.Checks)-1]
	if r.code != cli.ExitFailed || result.wrong() != 1 || last.Outcome != mismatch || result.Stopped == "" || result.NotRun == 0 || result.Passes {
		t.Errorf("exit code %d, %+v", r.code, result)
	}
	whole, _ := inJSON(t, h, "boastful", "--run", "^(describe|users)/")
	if len(result.Checks)+result.NotRun != len(whole.Checks) || whole.wrong() < 2 || whole.Stopped != "" {
		t.Errorf("%d checks and %d not run, of %d; %+v", len(result.Checks), result.NotRun, len(whole.Checks), whole.Summary)
	}
	requireEmpty(t, h)
}

// TestTotalTimeout has the time of a run end while a check hangs, which --timeout alone would wait for.
func TestTotalTimeout(t *testing.T) {
	h := newHub(t)
	r := onHub(t, h, "hanging", "--run", "^bucket/", "--timeout", "2h", "--total-timeout", "3s")
	if r.code != cli.ExitFailed || r.stderr != "" {
		t.Errorf("exit code %d, %s", r.code, r.stderr)
	}
	for _, says := range []string{
		"\nnot run      bucket/", "was broken off: --total-timeout (3s) is over", ", 0 failed, ",
		" checks were not run to their end: --total-timeout (3s) is over\n", "does not pass suite",
	} {
		if !strings.Contains(r.stdout, says) {
			t.Errorf("%q is missing in\n%s", says, r.stdout)
		}
	}
	// The check that is broken off is the last.
	r = onHub(t, h, "hanging", "--run", "^bucket/a bucket that was created is", "--timeout", "2h", "--total-timeout", "3s")
	if r.code != cli.ExitFailed || !strings.Contains(r.stdout, "\n1 check was not run to its end: --total-timeout (3s) is over\n") {
		t.Errorf("a last check that is broken off gave %+v", r)
	}
	r = onHub(t, h, "hanging", "--run", "^bucket/", "--timeout", "2h", "--total-timeout", "1ns", "--format", "junit")
	if r.code != cli.ExitFailed || strings.Count(r.stdout, "<failure") != 1 {
		t.Errorf("a time that is over at once gave %+v", r)
	}
	requireEmpty(t, h)
}

// except is in the verdict on a plugin of onHub.
const except = ", but for 4 capabilities and rules that the system is said not to have"

// TestVerdict is of parts; TestHonestPluginPasses has the whole.
func TestVerdict(t *testing.T) {
	h := newHub(t)
	all := len(conformance.Checks())
	for _, c := range []struct {
		args []string
		ends string
	}{
		{[]string{"--quick", "--run", "^pages/|bounds what"}, fmt.Sprintf(" passes 1 of the %d checks of suite %d%s\n", all, conformance.Version, except)},
		{[]string{"--run", "^describe/", "--not-enforced", ""}, fmt.Sprintf(" of the %d checks of suite %d\n", all, conformance.Version)},
	} {
		if r := onHub(t, h, "honest", c.args...); r.code != cli.ExitDone || !strings.HasSuffix(r.stdout, c.ends) || strings.Contains(r.stdout, "does not pass") {
			t.Errorf("%q gave %d, and does not end with %q:\n%s", c.args, r.code, c.ends, r.stdout)
		}
	}
}

// TestPresetIsNamed has a system that lacks what the backend declares, which may be one of those that are known.
func TestPresetIsNamed(t *testing.T) {
	const advice = "--preset (sandbox, moto, minio, seaweedfs, ceph, garage, versitygw) knows some systems"
	h := newHub(t)
	if r := onHub(t, h, "unmanaged", "--run", "^users/"); !strings.Contains(r.stdout, advice) {
		t.Errorf("the advice is missing in\n%s", r.stdout)
	}
	for _, args := range [][]string{{"--run", "^users/", "--preset", "minio"}, {"--run", "^describe/"}} {
		if r := onHub(t, h, "unmanaged", args...); strings.Contains(r.stdout, advice) {
			t.Errorf("%q gave the advice:\n%s", args, r.stdout)
		}
	}
}

// TestRepeatedFailures has many checks fail with the same words, for things of different names.
func TestRepeatedFailures(t *testing.T) {
	r := onHub(t, newHub(t), "refusing", "--run", "^(inline|keys)/")
	lines := strings.Split(r.stdout, "\n")
	isRepeat := func(line string) bool {
		return strings.HasPrefix(line, "fail ") && strings.HasSuffix(line, ": as keys/a key that was created is listed without its secret")
	}
	if r.code != cli.ExitFailed || strings.Count(r.stdout, "are no more users") != 1 || !slices.ContainsFunc(lines, isRepeat) {
		t.Errorf("the failure is not said once:\n%s", r.stdout)
	}
	if strings.Contains(strings.ToLower(r.stdout), "harness") {
		t.Errorf("an author knows no harness:\n%s", r.stdout)
	}
	record := newRecord(t.Context(), "check")
	for range 3 {
		record.Errorf("one")
		record.Errorf("and %d", 2)
	}
	record.Errorf("other")
	if _, got, _ := record.done(); !slices.Equal(got, []string{"one (3 times)", "and 2 (3 times)", "other"}) {
		t.Errorf("got %q", got)
	}
}

// TestNotesAreReported has a check that passes and has something to say.
func TestNotesAreReported(t *testing.T) {
	record := newRecord(t.Context(), "check")
	record.Logf("known: %d", 1)
	if outcome, got, _ := record.done(); outcome != passed || !slices.Equal(got, []string{"known: 1"}) {
		t.Errorf("got %s %q", outcome, got)
	}
}

func TestList(t *testing.T) {
	r := try(t, nil, "--list", "--format", "json")
	var listed []listedCheck
	if err := json.Unmarshal([]byte(r.stdout), &listed); err != nil || r.code != cli.ExitDone || len(listed) != len(conformance.Checks()) {
		t.Fatalf("%v, %d checks, %+v", err, len(listed), r)
	}
	for i, c := range conformance.Checks() {
		l := listed[i]
		if l.Family != c.Family || l.Name != c.Name || !slices.Equal(l.Capabilities, append([]driver.Capability{}, c.Requires...)) || len(l.Rules) != len(c.Rules) {
			t.Errorf("%+v is listed as %+v", c, l)
		}
	}
	r = try(t, nil, "--list", "--run", "^enforcement/a boundary")
	for _, says := range []string{"\n    capabilities: ", "policy.boundary", "\n    rules: ", "permissions-boundaries"} {
		if !strings.HasPrefix(r.stdout, "enforcement/a boundary") || !strings.Contains(r.stdout, says) {
			t.Errorf("%q is missing in\n%s", says, r.stdout)
		}
	}
	whole, quick := try(t, nil, "--list").stdout, try(t, nil, "--list", "--quick").stdout
	if !strings.Contains(whole, "users goes on over pages\n    capabilities: identity.users\n    rules: pages\n    slow: --quick leaves it out\n") {
		t.Errorf("got\n%s", whole)
	}
	if strings.Contains(quick, "slow: ") || strings.Contains(quick, "goes on over pages") {
		t.Errorf("--quick gave\n%s", quick)
	}
	for line := range strings.Lines(whole) {
		if len(line) > 110 {
			t.Errorf("too wide for a terminal: %s", line)
		}
	}
}

func TestPreset(t *testing.T) {
	s := newSettings()
	s.plugin, s.preset, s.lacks, s.notEnforced, s.otherRegion = program(t, "honest"), "moto", "bucket.cors", "users-with-keys", "mars-1"
	if err := s.check(); err != nil {
		t.Fatal(err)
	}
	got, moto := s.harness(nil), conformance.PresetMoto.Harness()
	for rule, reason := range moto.NotEnforced {
		if got.NotEnforced[rule] != reason {
			t.Errorf("%s is %q", rule, got.NotEnforced[rule])
		}
	}
	if len(got.NotEnforced) != len(moto.NotEnforced)+1 || len(got.Lacks) != 1 || got.OtherRegion != "mars-1" || got.ManagedPolicy != moto.ManagedPolicy {
		t.Errorf("got %+v", got)
	}
}
