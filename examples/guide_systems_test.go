//go:build systems

package examples

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

func TestMain(m *testing.M) { systems.Main(m) }

// TestTheGuide does in an empty folder what the guide says, in its order and in one shell, as somebody would who copies the
// commands from the page. The steps of the workflow run in the folder of the new plugin, each in a shell of its own.
func TestTheGuide(t *testing.T) {
	plugin := systems.PythonPlugin(t) // fails, or may be skipped, where there is no Python
	source, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	shell := exec.CommandContext(t.Context(), "sh", "-eux", "-c", commands(t)+"wait\n")
	shell.Dir = folder
	shell.Env = append(os.Environ(), "S3_CREDENTIALS_SOURCE="+source, "GOWORK=off", "VENV="+filepath.Join(plugin, "..", "..", "venv"))
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// What the commands started and did not end, ends with the shell.
	shell.Cancel = func() error { return syscall.Kill(-shell.Process.Pid, syscall.SIGKILL) }
	t.Cleanup(func() {
		if shell.Process != nil {
			_ = syscall.Kill(-shell.Process.Pid, syscall.SIGKILL) // nothing is left of a run that went well
		}
	})
	said, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("the guide does not work: %v\n%s", err, said)
	}
	for _, want := range []string{
		"there is no such bucket: exit code 1", `"UserId": "root"`, "\nacme 0.1.0 passes suite ",
		"\nacme-py 0.1.0 passes ", "\nfolder 1.0.0 passes suite ",
	} {
		if !strings.Contains(string(said), want) {
			t.Errorf("nothing says %q:\n%s", want, said)
		}
	}
	report, err := os.ReadFile(filepath.Join(folder, "s3-credentials-backend-acme", "conformance.xml"))
	if err != nil || !strings.Contains(string(report), `failures="0"`) {
		t.Errorf("the workflow's report is %v\n%s", err, report)
	}
}

// commands returns the guide's commands.
func commands(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, b := range readGuide(t) {
		switch b.language {
		case "sh":
			all.WriteString(b.text)
		case "yaml":
			for i, run := range runLines(t, b.text) {
				fmt.Fprintf(&all, "cat > step%d <<'END'\n%sEND\n(cd s3-credentials-backend-acme && bash -e ../step%d)\n", i, run, i)
			}
		case "go", "text":
		default:
			t.Errorf("the guide has a block in %q, which is neither a file nor commands", b.language)
		}
	}
	return all.String()
}
