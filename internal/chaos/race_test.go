//go:build systems && !windows

package chaos

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// crowd is how many runs there are at once.
func crowd(t testing.TB) int {
	if long(t) {
		return 20
	}
	return 5
}

// atOnce runs commands at the same time, to their ends.
func (w *world) atOnce(lines ...[]string) []outcome {
	w.Helper()
	commands, stdouts, stderrs := make([]*exec.Cmd, len(lines)), make([]*bytes.Buffer, len(lines)), make([]*bytes.Buffer, len(lines))
	for i, args := range lines {
		commands[i], stdouts[i], stderrs[i] = w.command(w.direct, args...)
		if err := commands[i].Start(); err != nil {
			w.Fatal(err)
		}
	}
	outcomes := make([]outcome, len(lines))
	for i, cmd := range commands {
		_ = cmd.Wait() // its exit code says it
		outcomes[i] = outcome{cmd.ProcessState.ExitCode(), stdouts[i].String(), stderrs[i].String()}
	}
	return outcomes
}

// keyIn is the id of the key that a run handed out; empty for none.
func keyIn(o outcome) string {
	var key struct{ AccessKeyID string }
	if json.Unmarshal([]byte(o.stdout), &key) != nil || o.code != 0 {
		return ""
	}
	return key.AccessKeyID
}

// races runs a race on each system, in the long form one for every ten of the other runs: each has twenty of its own.
func races(t *testing.T, race func(w *world, name string)) {
	worlds(t, func(w *world) {
		all := max(1, number(t, "RUNS", 1)/10)
		for n := range all {
			name := fmt.Sprintf("race-%d", n)
			race(w, name)
			w.checkTraces(name)
			w.clear(name)
		}
		w.Logf("%d races", all)
	})
}

// TestOneNewBucketForMany makes one new bucket in many runs at once, each for a user of its own. Each gets its key.
func TestOneNewBucketForMany(t *testing.T) {
	races(t, func(w *world, name string) {
		var lines [][]string
		for i := range crowd(t) {
			lines = append(lines, []string{"create", name, "-c", "--username", fmt.Sprint(name, "-", i)})
		}
		for i, o := range w.atOnce(lines...) {
			user := fmt.Sprint(name, "-", i)
			if keys := w.keys(user); o.code != 0 || !slices.Equal(keys, []string{keyIn(o)}) {
				w.Errorf("user %s has the keys %v: exit %d\n%s%s", user, keys, o.code, o.stdout, o.stderr)
			}
			w.mustRun("delete-user", user)
		}
	})
}

// TestOneNewUserForMany makes one new user in many runs at once, with the same access or each with another. Somebody wins, who
// loses has nothing, and all who win have the same access, which is what the user has.
func TestOneNewUserForMany(t *testing.T) {
	for _, prefixes := range [][]string{{"a/"}, {"a/", "b/"}} {
		t.Run(fmt.Sprint(len(prefixes)), func(t *testing.T) {
			races(t, func(w *world, name string) {
				w.mustRun("create", name, "-c", "--username", name+"-other")
				defer w.mustRun("delete-user", name+"-other")
				var lines [][]string
				for i := range crowd(t) {
					line := []string{"create", name, "--username", name}
					if w.has(driver.CapPolicyInline) {
						line = append(line, "--prefix", prefixes[i%len(prefixes)])
					}
					lines = append(lines, line)
				}
				w.checkWinners(name, prefixes, w.atOnce(lines...))
			})
		})
	}
}

func (w *world) checkWinners(name string, prefixes []string, outcomes []outcome) {
	w.Helper()
	var won, lost, said []string
	for i, o := range outcomes {
		said = append(said, fmt.Sprintf("%s: exit %d: %s", prefixes[i%len(prefixes)], o.code, o.stderr))
		if o.code == 0 {
			won = append(won, keyIn(o))
		} else {
			lost = append(lost, o.stderr)
		}
	}
	for _, key := range w.keys(name) {
		if !slices.Contains(won, key) && !strings.Contains(strings.Join(lost, ""), key) {
			w.Errorf("the key %s is nobody's:\n%s", key, strings.Join(said, "\n"))
		}
		won = slices.DeleteFunc(won, func(k string) bool { return k == key })
	}
	if len(won) > 0 {
		w.Errorf("handed out, and not there: %v:\n%s", won, strings.Join(said, "\n"))
	}
	if len(lost) == len(outcomes) && w.direct.Name != "garage" { // of two keys with one name it keeps neither
		w.Errorf("nobody won:\n%s", strings.Join(said, "\n"))
	}
	if !w.has(driver.CapPolicyInline) {
		return // there are no prefixes
	}
	policies := fmt.Sprint(w.look(name))
	for i, o := range outcomes {
		if prefix := prefixes[i%len(prefixes)]; o.code == 0 && !strings.Contains(policies, name+"/"+prefix) {
			w.Errorf("handed out is %s, and the user has %s:\n%s", prefix, policies, strings.Join(said, "\n"))
		}
	}
}

// keys are the ids of a user's keys; none for a user that is not there.
func (w *world) keys(user string) (ids []string) {
	if !w.has(furtherKeys...) { // a user is its key
		found, err := w.admin.GetUser(w.Context(), driver.GetUserRequest{Name: user})
		w.gone(err)
		if err == nil {
			ids = append(ids, found.ID)
		}
		return ids
	}
	for key, err := range w.admin.ListAccessKeys(w.Context(), driver.ListAccessKeysRequest{UserName: user}) {
		w.gone(err)
		if err == nil {
			ids = append(ids, key.AccessKeyID)
		}
	}
	return ids
}

// TestCreateBesideDeleteUser makes a further key for a user while the user is deleted. A user that is there in the end is whole,
// and a key that was handed out is the user's or went with the user.
func TestCreateBesideDeleteUser(t *testing.T) {
	races(t, func(w *world, name string) {
		if !w.has(furtherKeys...) {
			w.Log("a user is its key there, which create does not make again")
			return
		}
		w.mustRun("create", name, "-c", "--username", name)
		outcomes := w.atOnce([]string{"create", name, "--username", name}, []string{"delete-user", name})
		created, deleted := outcomes[0], outcomes[1]
		after := w.look(name)
		what := fmt.Sprintf("create: exit %d: %s\ndelete-user: exit %d: %s%s\nthere is %v",
			created.code, created.stderr, deleted.code, deleted.stdout, deleted.stderr, after.lines(name))
		w.checkOrder(what, name, after)
		_, stays := after["user '"+name+"'"]
		if key := keyIn(created); key != "" && stays != slices.Contains(w.keys(name), key) {
			w.Errorf("the key %s was handed out\n%s", key, what)
		}
		if created.code != 0 && deleted.code != 0 {
			w.Errorf("both failed\n%s", what)
		}
	})
}
