//go:build systems

package format

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

func TestMain(m *testing.M) { systems.Main(m) }

// program returns where the program is: on the PATH, or beside the Python tool, where pip puts it. One that is missing
// fails the test, unless S3_CREDENTIALS_TEST_ALLOW_SKIP names it.
func program(t *testing.T, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	if path, err := exec.LookPath(filepath.Join(filepath.Dir(systems.Python(t)), name)); err == nil {
		return path
	}
	missing(t, name, fmt.Errorf("it is not on the PATH; on Debian: apt install %s", debianPackage(name)))
	return ""
}

func debianPackage(name string) string {
	if name == "kubectl" {
		return "kubernetes-client"
	}
	return name
}

func missing(t *testing.T, name string, err error) {
	t.Helper()
	const allow = "S3_CREDENTIALS_TEST_ALLOW_SKIP"
	if slices.Contains(strings.Split(os.Getenv(allow), ","), name) {
		t.Skipf("%s is missing and may be skipped: %v", name, err)
	}
	t.Fatalf("%s is missing: %v (to skip its tests: %s=%s)", name, err, allow, name)
}

// mcProgram is the path of MinIO's client. Nobody publishes it as a binary any more. It is AGPL: it is run here, never linked.
func mcProgram(t *testing.T) string {
	t.Helper()
	return systems.GoProgram(t, "github.com/minio/mc@v0.0.0-20250313080218-cf909e1063a9")
}

// run runs a program with the given input, in an environment without credentials, and returns what it prints.
func run(t *testing.T, input string, env []string, name string, args ...string) string {
	t.Helper()
	out, err := try(t, input, env, name, args...)
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(name), err)
	}
	return out
}

func try(t *testing.T, input string, env []string, name string, args ...string) (string, error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(t.Context(), name, args...)
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(input), &stdout, &stderr
	command.Dir = t.TempDir()
	command.Env = append(cleanEnv(command.Dir), env...)
	if err := command.Run(); err != nil {
		return stdout.String(), fmt.Errorf("%w: %s", err, stderr.String())
	}
	return stdout.String(), nil
}

// cleanEnv is an environment in which nothing is configured.
func cleanEnv(home string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_CONFIG_HOME=" + home, "LC_ALL=C.UTF-8",
		"AWS_CONFIG_FILE=" + filepath.Join(home, "none"), "AWS_SHARED_CREDENTIALS_FILE=" + filepath.Join(home, "none"),
		"AWS_EC2_METADATA_DISABLED=true",
	}
}

// file writes a file that only this user can read, and returns its path.
func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
