//go:build systems

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// auditLines reads a log.
func auditLines(t *testing.T, path string) (lines []map[string]any) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(content) {
		var members map[string]any
		if err := json.Unmarshal(line, &members); err != nil || line[len(line)-1] != '\n' {
			t.Fatalf("%s: %v", line, err)
		}
		lines = append(lines, members)
	}
	return lines
}

// TestAKilledRunIsInTheAuditLog kills create while it makes the key: the log says what it was going to do, and nothing of an end.
func TestAKilledRunIsInTheAuditLog(t *testing.T) {
	s := newSession(t)
	log := filepath.Join(t.TempDir(), "log")
	s.env = append(s.env, "S3_CREDENTIALS_AUDIT_LOG="+log)
	s.proxy.Reset(hold("CreateAccessKey"))
	s.start("create", "-c", s.bucket)
	s.untilSeen("CreateAccessKey")
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.cmd.Wait()
	lines := auditLines(t, log)
	if len(lines) != 1 || lines[0]["state"] != "started" {
		t.Fatalf("%v", lines)
	}
	plan, err := json.Marshal(lines[0]["plan"])
	if err != nil {
		t.Fatal(err)
	}
	if err := checkPlan(string(plan)); err != nil || !bytes.Contains(plan, []byte(`"name":"s3.read-write.`+s.bucket+`"`)) {
		t.Errorf("%v: %s", err, plan)
	}
}

// TestTheAuditLogSaysWhatIsLeft lets the system refuse everything from the middle of create on, and the question who calls.
func TestTheAuditLogSaysWhatIsLeft(t *testing.T) {
	s := newSession(t)
	log := filepath.Join(t.TempDir(), "log")
	s.env = append(s.env, "S3_CREDENTIALS_AUDIT_LOG="+log)
	refusing := false
	s.proxy.Reset(func(_ int, r systems.Request) systems.Action {
		refusing = refusing || r.Operation == "CreateAccessKey"
		if refusing || r.Operation == "GetCallerIdentity" {
			return systems.Deny
		}
		return systems.Pass
	})
	s.start("create", "-c", s.bucket)
	if err := s.cmd.Wait(); err == nil {
		t.Fatal("create succeeds")
	}
	lines := auditLines(t, log)
	if len(lines) != 2 || lines[0]["run"] != lines[1]["run"] || lines[1]["state"] != "failed" || lines[1]["caller"] != nil {
		t.Fatalf("%v", lines)
	}
	kinds := map[any]bool{}
	for _, left := range lines[1]["left"].([]any) {
		left := left.(map[string]any)
		kinds[left["resource"].(map[string]any)["kind"]] = true
		if left["reason"] == "" {
			t.Errorf("no reason: %v", left)
		}
	}
	if !kinds["bucket"] || !kinds["user"] || !kinds["policy"] || len(lines[1]["done"].([]any)) > 0 {
		t.Errorf("%v", lines[1])
	}
}

// TestTheAuditLogHasRequestIDs asks for what the system refuses in the middle.
func TestTheAuditLogHasRequestIDs(t *testing.T) {
	s := newSession(t)
	log := filepath.Join(t.TempDir(), "log")
	s.env = append(s.env, "S3_CREDENTIALS_AUDIT_LOG="+log)
	s.proxy.Reset(func(_ int, r systems.Request) systems.Action {
		if r.Operation == "CreateAccessKey" {
			return systems.Deny
		}
		return systems.Pass
	})
	s.start("create", "-c", s.bucket)
	_ = s.cmd.Wait()
	lines := auditLines(t, log)
	if last := lines[len(lines)-1]; last["state"] != "undone" || !slices.Contains(last["request_ids"].([]any), any("refused-by-the-test")) {
		t.Errorf("%v", last)
	}
}
