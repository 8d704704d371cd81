package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes this test binary the program too: scripts, and tests that start a process, run it as s3-credentials.
// So coverage and the race detector see what they run.
func TestMain(m *testing.M) {
	// With the race detector, a program sleeps for a second when it exits, and tests start hundreds of them.
	os.Setenv("GORACE", "atexit_sleep_ms=0") //nolint:errcheck // it fails for invalid names only
	testscript.Main(m, map[string]func(){"s3-credentials": main})
}
