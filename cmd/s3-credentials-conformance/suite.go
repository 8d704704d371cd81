package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/version"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

const (
	// graceTime is how long a check that ran out of time has to notice it.
	graceTime = 5 * time.Second
	// noticeTime is how much earlier than this process another one may think that a time is over.
	noticeTime = 200 * time.Millisecond
	// sweepTime is how long looking for what was left may take.
	sweepTime = 2 * time.Minute
)

// checkResult is how one check ended.
type checkResult struct {
	Family   string   `json:"family"`
	Name     string   `json:"name"`
	Outcome  outcome  `json:"outcome"`
	Messages []string `json:"messages,omitempty"`
	Seconds  float64  `json:"seconds"`
}

// suiteResult is how the run ended.
type suiteResult struct {
	Plugin  string `json:"plugin"`
	Name    string `json:"name"`
	Version string `json:"version"`
	// Suite is the version of the suite, Program that of the program that ran it.
	Suite        int                 `json:"suite"`
	Program      string              `json:"program"`
	EndpointURL  string              `json:"endpointUrl"`
	Capabilities []driver.Capability `json:"capabilities"`
	Checks       []checkResult       `json:"checks"`
	Summary      map[outcome]int     `json:"summary"`
	// Preset is the one that was chosen, Excepted are the capabilities and rules that the system is said not to have.
	Preset   string   `json:"preset,omitempty"`
	Excepted []string `json:"excepted,omitempty"`
	// NotSelected counts the checks that --run and --quick leave out.
	NotSelected int `json:"notSelected,omitempty"`
	// Stopped says why the run ended before the end of NotRun of the selected checks.
	Stopped string `json:"stopped,omitempty"`
	NotRun  int    `json:"notRun,omitempty"`
	// Passes says that the backend passes all of this version of the suite, but for what is excepted.
	Passes bool `json:"passes"`
	// Left is what is left behind on the tested system.
	Left        []string `json:"left"`
	Interrupted bool     `json:"interrupted,omitempty"`
}

// right reports whether there is nothing to complain of.
func (r *suiteResult) right() bool {
	return r.wrong()+len(r.Left) == 0 && r.Stopped == "" && !r.Interrupted
}

// wrong counts the checks that did not end as they should.
func (r *suiteResult) wrong() int { return r.Summary[failed] + r.Summary[mismatch] }

// runner runs checks one after the other.
type runner struct {
	settings *settings
	env      *cli.Env
	plugin   *host.Supervisor
	suite    *conformance.Suite
	result   *suiteResult
	report   reporter
	// unremoved is what checks could not clean up.
	unremoved []string
}

// runSuite runs what the settings select. It fails with InvalidArgument for a configuration that the backend refuses, and
// if the report cannot be written; a plugin that cannot be started is a failed check.
func runSuite(ctx context.Context, s *settings, env *cli.Env, report reporter) (*suiteResult, error) {
	r := &runner{
		settings: s, env: env, report: report, plugin: host.NewSupervisor(host.Options{Path: s.plugin, Name: s.backend, StartTimeout: s.start}),
		result: newResult(s),
	}
	defer r.plugin.Restart()
	limited, cancel := context.WithTimeoutCause(ctx, s.total, fmt.Errorf("--total-timeout (%s) is over", s.total))
	defer cancel()
	var err error
	began := time.Now()
	if r.suite, err = conformance.NewSuite(limited, s.harness(r.plugin)); err != nil {
		if errors.Is(err, fault.InvalidArgument) || ctx.Err() != nil {
			return nil, err
		}
		return r.result, r.notStarted(err, time.Since(began))
	}
	d := r.suite.Description()
	r.result.Name, r.result.Version, r.result.EndpointURL = d.Name, d.Version, d.EndpointURL
	r.result.Capabilities = append(r.result.Capabilities, d.Capabilities...)
	if err := report.begin(r.result); err != nil {
		return r.result, r.end(ctx, err)
	}
	return r.result, r.end(ctx, r.runChecks(limited))
}

// newResult is the result of a run that has not begun.
func newResult(s *settings) *suiteResult {
	return &suiteResult{
		Plugin: s.plugin, Suite: conformance.Version, Program: version.Full(),
		Preset: s.preset, Excepted: s.excepted(), NotSelected: len(conformance.Checks()) - len(s.checks()),
		Capabilities: []driver.Capability{}, Checks: []checkResult{}, Summary: map[outcome]int{}, Left: []string{},
	}
}

// runChecks runs the selected checks until one must be the last. It returns the error of the report.
func (r *runner) runChecks(ctx context.Context) error {
	selected := r.settings.checks()
	for i, c := range selected {
		switch {
		case ctx.Err() != nil:
			r.result.Stopped = context.Cause(ctx).Error()
		case r.settings.failFast && r.result.wrong() > 0:
			r.result.Stopped = "--fail-fast says so"
		}
		if r.result.Stopped != "" {
			r.result.NotRun += len(selected) - i
			return nil
		}
		ran := r.run(ctx, c)
		if ran.Outcome == unfinished {
			r.result.Stopped, r.result.NotRun = context.Cause(ctx).Error(), 1
		}
		if err := r.add(ran); err != nil {
			return err
		}
	}
	return nil
}

// notStarted reports a plugin that no check can be run with.
func (r *runner) notStarted(err error, took time.Duration) error {
	if err := r.report.begin(r.result); err != nil {
		return err
	}
	failure := checkResult{Family: "start", Name: "the plugin starts and opens", Outcome: failed, Messages: []string{r.env.Sentence(err)}, Seconds: took.Seconds()}
	if err := r.add(failure); err != nil {
		return err
	}
	return r.report.end(r.result)
}

func (r *runner) add(c checkResult) error {
	r.result.Checks = append(r.result.Checks, c)
	r.result.Summary[c.Outcome]++
	return r.report.check(c)
}

// end looks for what is left, closes the plugin and ends the report, which may have failed already.
func (r *runner) end(ctx context.Context, err error) error {
	r.result.Interrupted = ctx.Err() != nil
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), sweepTime)
	defer cancel()
	r.result.Left = append(r.result.Left, r.leftovers(r.suite.Sweep(limit))...)
	_ = r.suite.Close()
	if err != nil {
		return err
	}
	r.result.Passes = r.result.right() && r.result.NotSelected == 0
	return r.report.end(r.result)
}

// leftovers joins what the sweep found with what checks could not clean up and the sweep does not look for: of users,
// roles and buckets it knows better, as it came later.
func (r *runner) leftovers(swept []string) []string {
	left := slices.Clone(swept)
	for _, what := range r.unremoved {
		kind, _, _ := strings.Cut(what, " ")
		if !slices.Contains([]string{"user", "role", "bucket"}, kind) {
			left = append(left, what)
		}
	}
	return left
}

// run runs one check and what it cleans up.
func (r *runner) run(ctx context.Context, c conformance.Check) checkResult {
	began := time.Now()
	limit, cancel := context.WithTimeout(ctx, r.settings.timeout)
	defer cancel()
	record := newRecord(limit, c.Family+"/"+c.Name)
	r.bounded(limit, record, "the check", func() { r.suite.Run(record, c) })
	record.brokenOff = isOver(ctx)
	for f := record.nextCleanup(); f != nil; f = record.nextCleanup() {
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.settings.timeout)
		r.bounded(within, record, "cleaning up", f)
		cancel()
	}
	record.removeFolders()
	o, messages, left := record.done()
	r.unremoved = append(r.unremoved, left...)
	return checkResult{Family: c.Family, Name: c.Name, Outcome: o, Messages: messages, Seconds: time.Since(began).Seconds()}
}

// isOver reports whether a time is over. A plugin, to which it was told, may notice a moment before the context.
func isOver(ctx context.Context) bool {
	if deadline, limited := ctx.Deadline(); limited && time.Until(deadline) < noticeTime {
		<-ctx.Done()
	}
	return ctx.Err() != nil
}

// bounded runs a part of a check until it ends or its time does. A plugin that hangs is ended, which ends what waits
// for it; what does not end even then is abandoned.
func (r *runner) bounded(ctx context.Context, record *record, what string, run func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		record.guarded(run)
	}()
	select {
	case <-done:
		if !record.hasFailed() || !isOver(ctx) {
			return
		}
	case <-ctx.Done():
	}
	r.cutShort(ctx, record, what, done)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		r.plugin.Restart()
	}
}

func (r *runner) cutShort(ctx context.Context, record *record, what string, done <-chan struct{}) {
	switch cause := context.Cause(ctx); {
	case cause == context.DeadlineExceeded:
		record.Errorf("%s took longer than --timeout (%s) and was broken off", what, r.settings.timeout)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		record.Errorf("%s was broken off: %v", what, cause)
	default:
		record.Errorf("interrupted")
	}
	if ends(done) {
		return
	}
	r.plugin.Restart()
	if !ends(done) {
		record.Errorf("%s did not end even without the plugin and was abandoned", what)
	}
}

// ends waits for a moment.
func ends(done <-chan struct{}) bool {
	timer := time.NewTimer(graceTime)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}
