//go:build systems && !windows

package chaos

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// number reads a variable that "make chaos" passes on; without it, the number is otherwise.
func number(t testing.TB, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s is no number: %v", name, err)
	}
	return n
}

// long reports whether this is the long form.
func long(t testing.TB) bool { return number(t, "RUNS", 0) > 0 }

// progress is after how many runs the long form says how far it has come.
const progress = 20

// randomRuns does so many runs on each system, one scenario after the other, with choices of their own, which follow from the seed and
// the run's number: the short form runs each scenario once.
func randomRuns(t *testing.T, variable string, do func(*world, scenario, string, *rand.Rand)) {
	seed := number(t, "SEED", uint64(time.Now().UnixNano()))
	t.Logf("to repeat: SEED=%d", seed)
	worlds(t, func(w *world) {
		all := slices.DeleteFunc(w.scenarios(), func(s scenario) bool { return !long(t) && !w.isShort(s, "after") })
		runs := number(t, variable, uint64(len(all)))
		for run := range runs {
			s := all[run%uint64(len(all))]
			name := fmt.Sprintf("run-%s-%d", strings.ReplaceAll(s.name, " ", "-"), run)
			failed := w.Failed()
			do(w, s, name, rand.New(rand.NewPCG(seed, run)))
			w.count()
			if w.tally.runs%progress == 0 {
				w.Log(w.tally)
			}
			if w.Failed() && !failed {
				w.Errorf("%s, run %d: the first to fail; to repeat: SEED=%d %s=%d", s.name, run, seed, variable, run+1)
			}
		}
		w.Log(w.tally)
	})
}

// faults are what a bad network and a busy system do.
var faults = []systems.Action{
	systems.Refuse, systems.LoseAnswer, systems.Fail, systems.Throttle, systems.Delay, systems.Truncate, systems.Repeat,
}

// TestRandomFaults lets one request of six meet a fault. A key that the network made twice is nobody's fault, so creations of
// keys are not repeated on the interfaces of AWS and Garage, where the system chooses their ids.
func TestRandomFaults(t *testing.T) {
	randomRuns(t, "FAULTS", func(w *world, s scenario, name string, random *rand.Rand) {
		before := w.prepare(s, name)
		w.checkTraces(name + ", prepared")
		w.proxy.Reset(func(_ int, r systems.Request) systems.Action {
			fault := faults[random.IntN(len(faults))]
			if random.IntN(6) > 0 || fault == systems.Repeat && (r.Operation == "CreateAccessKey" || r.Path == "/v2/CreateKey") {
				return systems.Pass
			}
			return fault
		})
		o := w.run(w.seen, in(name, s.args)...)
		w.check(fmt.Sprintf("%s, %s, faults %s", s.name, name, met(w.proxy.Seen())), s, name, before, o)
	})
}

// met words the faults that requests met.
func met(seen []systems.Request) string {
	var all []string
	for i, r := range seen {
		if r.Action != systems.Pass {
			all = append(all, fmt.Sprintf("%d at request %d (%s %s %s)", r.Action, i+1, r.Method, r.Path, r.Operation))
		}
	}
	return strings.Join(all, ", ")
}

// TestPluginKilledTwice kills the plugin at a random request and, while it undoes, once more or not at all.
func TestPluginKilledTwice(t *testing.T) {
	randomRuns(t, "RUNS", func(w *world, s scenario, name string, random *rand.Rand) {
		before := w.prepare(s, name)
		w.checkTraces(name + ", prepared")
		first, second := 1+random.IntN(12), 1+random.IntN(12)
		w.proxy.Reset(func(n int, _ systems.Request) systems.Action {
			if n != first && n != first+second {
				return systems.Pass
			}
			if random.IntN(2) == 0 {
				return systems.LoseAnswer
			}
			w.killPlugin()
			return systems.Refuse
		})
		w.proxy.OnLost(w.killPlugin)
		o := w.run(w.seen, in(name, s.args)...)
		if pids := w.pids(); len(pids) > s.plugins() {
			w.Errorf("%s: the plugin was started %d times", name, len(pids))
		}
		w.check(fmt.Sprintf("%s, %s, plugin killed at request %d and %d later", s.name, name, first, second), s, name, before, o)
	})
}

// TestCommandLineKilled kills the command line at a random request. Nobody names what is left, so that has to be a part of the
// whole, with no key before its policies, and the same command has to finish it.
func TestCommandLineKilled(t *testing.T) {
	randomRuns(t, "RUNS", func(w *world, s scenario, name string, random *rand.Rand) {
		before := w.prepare(s, name)
		w.checkTraces(name + ", prepared")
		at, side := 1+random.IntN(12), random.IntN(2)
		cmd, _, _ := w.command(w.seen, in(name, s.args)...)
		if err := w.startKilled(cmd, at, side == 0); err != nil {
			w.Fatal(err)
		}
		_ = cmd.Wait() // what it left says how it ended
		what := fmt.Sprintf("%s, %s, command line killed at request %d", s.name, name, at)
		w.awaitEnd(what)
		after := w.look(name)
		w.checkState(what, s, name, before, after)
		if !s.deletes {
			w.checkOrder(what, name, after)
		}
		w.checkTraces(what)
		w.checkAgain(what, s, name)
	})
}

// startKilled starts a command that is killed at the nth request: before the system gets it, or when it has answered.
func (w *world) startKilled(cmd *exec.Cmd, nth int, before bool) error {
	started := make(chan struct{})
	kill := func() {
		<-started
		_ = cmd.Process.Kill() // it may have ended
	}
	w.proxy.Reset(func(n int, _ systems.Request) systems.Action {
		switch {
		case n != nth:
			return systems.Pass
		case before:
			kill()
			return systems.Refuse
		}
		return systems.LoseAnswer
	})
	w.proxy.OnLost(kill)
	err := cmd.Start()
	close(started)
	return err
}

// awaitEnd waits until the plugin has noticed that its host is gone.
func (w *world) awaitEnd(what string) {
	w.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if !slices.ContainsFunc(w.pids(), isAlive) {
			return
		}
		if time.Now().After(deadline) {
			w.Fatalf("%s: the plugin outlives the command line", what)
		}
	}
}

// isAlive reports whether a process runs. One that nobody waits for, because its parent was killed too, does not.
func isAlive(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return syscall.Kill(pid, 0) == nil && (err != nil || !strings.Contains(string(status), ") Z "))
}

// checkOrder checks that a user with a key has the policy that limits it.
func (w *world) checkOrder(what, name string, after state) {
	w.Helper()
	has := func(kind string) bool {
		return slices.ContainsFunc(after.lines(name), func(line string) bool {
			return strings.HasPrefix(line, kind) && strings.Contains(line, "of user 'NAME'")
		})
	}
	if has("access key") && !has("policy") {
		w.Errorf("%s: there is a key and no policy: %v", what, after.lines(name))
	}
}

// TestSystemGoneAndBack lets the system be gone from a random request on, as when it is killed, and looks when it is back.
func TestSystemGoneAndBack(t *testing.T) {
	randomRuns(t, "RUNS", func(w *world, s scenario, name string, random *rand.Rand) {
		before := w.prepare(s, name)
		w.checkTraces(name + ", prepared")
		at, side := 1+random.IntN(12), random.IntN(2)
		w.proxy.Reset(func(n int, _ systems.Request) systems.Action {
			switch {
			case n < at:
				return systems.Pass
			case n == at && side == 0:
				return systems.LoseAnswer
			}
			return systems.Refuse
		})
		o := w.run(w.seen, in(name, s.args)...)
		w.check(fmt.Sprintf("%s, %s, system gone from request %d on", s.name, name, at), s, name, before, o)
	})
}
