package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes this test binary the program too: scripts, and tests that start a process, run it as s3-credentials.
// So coverage and the race detector see what they run.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"s3-credentials": main})
}
