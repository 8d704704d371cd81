//go:build systems

package bench

import (
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// command is a program under measurement.
type command struct {
	name string
	path string
	args []string
	env  []string
	// before runs before each run and is not counted.
	before func()
}

// sample is what one finished run took: the time from start to end, the processor time of the program and its
// children, and the largest memory of any of them.
type sample struct {
	wall, cpu time.Duration
	maxRSS    int64
}

func (c command) run(b *testing.B) sample {
	b.Helper()
	if c.before != nil {
		c.before()
	}
	process := exec.Command(c.path, c.args...)
	process.Env = c.env
	var stderr strings.Builder
	process.Stdout, process.Stderr = io.Discard, &stderr
	start := time.Now()
	if err := process.Run(); err != nil {
		b.Fatalf("%s: %v\n%s", c.name, err, stderr.String())
	}
	s := sample{wall: time.Since(start), cpu: process.ProcessState.UserTime() + process.ProcessState.SystemTime()}
	if usage, ok := process.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.maxRSS = usage.Maxrss
	}
	return s
}

// compare runs ours and each peer in turn, and reports the median of the ratios of neighbouring runs, so that a machine whose
// speed drifts does not favour either. A ratio under 1 means that ours took less.
func compare(b *testing.B, rounds int, ours command, peers ...command) {
	b.Helper()
	all := append([]command{ours}, peers...)
	for _, c := range all {
		if c.before == nil {
			c.run(b) // once uncounted, to warm the caches
		}
	}
	samples := make([][]sample, len(all))
	for b.Loop() {
		for range rounds {
			for i, c := range all {
				samples[i] = append(samples[i], c.run(b))
			}
		}
	}
	for i, c := range all {
		b.Logf("%-28s wall %8s   cpu %8s   memory %6.1f MiB   (medians of %d runs)", c.name,
			median(samples[i], func(s sample) time.Duration { return s.wall }).Round(100*time.Microsecond),
			median(samples[i], func(s sample) time.Duration { return s.cpu }).Round(100*time.Microsecond),
			float64(median(samples[i], func(s sample) int64 { return s.maxRSS }))/1024, len(samples[i]))
	}
	for i, c := range all[1:] {
		ratios := make([]float64, len(samples[0]))
		for n := range ratios {
			ratios[n] = float64(samples[0][n].wall) / float64(samples[i+1][n].wall)
		}
		slices.Sort(ratios)
		b.ReportMetric(ratios[len(ratios)/2], "x-"+strings.ReplaceAll(c.name, " ", "-"))
	}
}

func median[T time.Duration | int64](samples []sample, of func(sample) T) T {
	values := make([]T, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// randomFile makes a file of so many bytes that no transport can compress.
func randomFile(b *testing.B, path string, size int64) {
	b.Helper()
	source, err := os.Open("/dev/urandom")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = source.Close() }()
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := io.CopyN(file, source, size); err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
}
