//go:build systems

// Package examples tests that docs/plugins.md, followed to the letter, leads to a backend that passes.
package examples

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

func TestMain(m *testing.M) { systems.Main(m) }

// fence finds the blocks of the guide: what language they are in, the name of the file that they are, and their text.
var fence = regexp.MustCompile("(?ms)^```([a-z]*)(?: ([a-z.]+))?\n(.*?)^```$")

// TestTheGuide does in an empty folder what the guide says, in its order: it writes the files and runs the commands, all
// in one shell, as somebody would who copies them from the page.
func TestTheGuide(t *testing.T) {
	systems.PythonPlugin(t) // fails, or may be skipped, where there is no Python; and fills pip's cache
	source, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	guide, err := os.ReadFile(filepath.Join(source, "docs", "plugins.md"))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	commands := follow(t, string(guide), folder)
	shell := exec.CommandContext(t.Context(), "sh", "-eux", "-c", commands+"wait\n")
	shell.Dir = folder
	shell.Env = append(os.Environ(), "S3_CREDENTIALS_SOURCE="+source, "GOWORK=off")
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
	for _, want := range []string{"there is no such bucket: exit code 1", `"UserId": "root"`, "pass"} {
		if !strings.Contains(string(said), want) {
			t.Errorf("nothing says %q:\n%s", want, said)
		}
	}
}

// follow writes the guide's files and returns its commands.
func follow(t *testing.T, guide, folder string) string {
	t.Helper()
	var commands strings.Builder
	files := 0
	for _, block := range fence.FindAllStringSubmatch(guide, -1) {
		language, name, text := block[1], block[2], block[3]
		switch {
		case name != "":
			files++
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		case language == "sh":
			commands.WriteString(text)
		case language != "text":
			t.Errorf("the guide has a block in %q, which is neither a file nor commands", language)
		}
	}
	if files != 2 || commands.Len() == 0 {
		t.Fatalf("the guide has %d files and these commands: %s", files, commands.String())
	}
	return commands.String()
}
