package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"

	"github.com/s3-credentials/s3-credentials/conformance"
)

// outcome is how a check ended.
type outcome string

const (
	passed      outcome = "pass"
	failed      outcome = "fail"
	unsupported outcome = "unsupported"
	mismatch    outcome = "lied"
	// unfinished is a check that was broken off with the whole run, which says nothing of the backend.
	unfinished outcome = "not run"
)

// record is what one check reports to.
type record struct {
	name string
	ctx  context.Context

	// brokenOff is set, before the clean-up, for a check that ran until the end of the whole run.
	brokenOff bool

	mu       sync.Mutex
	outcome  outcome
	messages []string
	left     []string
	cleanups []func()
	folders  []string
}

var _ conformance.T = (*record)(nil)

func newRecord(ctx context.Context, name string) *record {
	return &record{name: name, ctx: ctx, outcome: passed}
}

// Name implements conformance.T.
func (r *record) Name() string { return r.name }

// Helper implements conformance.T.
func (r *record) Helper() {}

// Context implements conformance.T.
func (r *record) Context() context.Context { return r.ctx }

// TempDir implements conformance.T. An error ends the check.
func (r *record) TempDir() string {
	folder, err := os.MkdirTemp("", "s3-credentials-conformance-*")
	if err != nil {
		r.Fatalf("no folder for temporary files can be made: %v", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.folders = append(r.folders, folder)
	return folder
}

// Cleanup implements conformance.T.
func (r *record) Cleanup(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanups = append(r.cleanups, f)
}

// Logf implements conformance.T. What a check says stands in the report, whatever its outcome.
func (r *record) Logf(format string, args ...any) { r.add(passed, fmt.Sprintf(format, args...)) }

// Errorf implements conformance.T.
func (r *record) Errorf(format string, args ...any) { r.add(failed, fmt.Sprintf(format, args...)) }

// Fatalf implements conformance.T.
func (r *record) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

// Unsupported implements conformance.T.
func (r *record) Unsupported(format string, args ...any) {
	r.add(unsupported, fmt.Sprintf(format, args...))
	runtime.Goexit()
}

// Mismatch implements conformance.T.
func (r *record) Mismatch(format string, args ...any) {
	r.add(mismatch, fmt.Sprintf(format, args...))
	runtime.Goexit()
}

// worse ranks outcomes: the highest of a check counts.
var worse = map[outcome]int{passed: 0, unsupported: 1, failed: 2, mismatch: 3}

const leftPrefix = "left behind: "

func (r *record) add(o outcome, message string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if worse[o] > worse[r.outcome] {
		r.outcome = o
	}
	r.messages = append(r.messages, message)
	if what, isLeft := strings.CutPrefix(message, leftPrefix); isLeft {
		r.left = append(r.left, what)
	}
}

// guarded runs a part of the check. A panic fails the check.
func (r *record) guarded(run func()) {
	defer func() {
		if reason := recover(); reason != nil {
			r.Errorf("the check panicked: %v", reason)
		}
	}()
	run()
}

// nextCleanup takes the newest.
func (r *record) nextCleanup() func() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.cleanups) == 0 {
		return nil
	}
	last := len(r.cleanups) - 1
	f := r.cleanups[last]
	r.cleanups = r.cleanups[:last]
	return f
}

// removeFolders removes the temporary files.
func (r *record) removeFolders() {
	r.mu.Lock()
	folders := r.folders
	r.mu.Unlock()
	for _, folder := range folders {
		if err := os.RemoveAll(folder); err != nil {
			r.Errorf("%sthe folder %s: %v", leftPrefix, folder, err)
		}
	}
}

// done returns what was recorded until now. What an abandoned check records later is ignored.
func (r *record) done() (outcome, []string, []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ended := r.outcome
	if r.brokenOff && worse[ended] >= worse[failed] {
		ended = unfinished // what failed may have failed for want of time
	}
	return ended, counted(r.messages), append([]string(nil), r.left...)
}

// hasFailed reports whether the check has failed until now.
func (r *record) hasFailed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return worse[r.outcome] >= worse[failed]
}

// counted returns each message once, in the order of their first, with how often it came.
func counted(messages []string) []string {
	times := map[string]int{}
	var once []string
	for _, m := range messages {
		if times[m]++; times[m] == 1 {
			once = append(once, m)
		}
	}
	for i, m := range once {
		if times[m] > 1 {
			once[i] = fmt.Sprintf("%s (%d times)", m, times[m])
		}
	}
	return once
}
