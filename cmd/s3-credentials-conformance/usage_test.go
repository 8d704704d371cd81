package main

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/internal/cli"
)

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
