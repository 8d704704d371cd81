//go:build systems && !windows

package chaos

import (
	"errors"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// scenario is a command to break.
type scenario struct {
	name string
	// before are commands that make what the command works on; "NAME" stands for the run's own name.
	before [][]string
	args   []string
	// deletes says that the command takes things away, for good.
	deletes bool
	// tries says that the command tries the key that it makes, with a plugin of its own.
	tries bool
	// on are the systems that have what it needs; empty for all.
	on []string
}

func scenarios() []scenario {
	made := []string{"create", "NAME", "-c", "--username", "NAME"}
	return []scenario{
		{name: "create", args: made},
		{name: "further key", before: [][]string{made}, args: []string{"create", "NAME", "--username", "NAME"}},
		{name: "public", args: []string{"create", "NAME", "-c", "--public", "--username", "NAME"}},
		{name: "session", args: []string{"create", "NAME", "-c", "-d", "15m"}, on: []string{"minio", "moto"}},
		{name: "rotate", before: [][]string{made}, args: []string{"rotate", "NAME", "--replace-oldest"}, tries: true},
		{
			name: "rotate finished", before: [][]string{made, {"rotate", "NAME"}},
			args: []string{"rotate", "NAME", "--finish", "--force", "--delete"}, deletes: true,
		},
		{name: "delete-user", before: [][]string{made}, args: []string{"delete-user", "NAME"}, deletes: true},
	}
}

// commands are the scenarios for a system.
func (w *world) scenarios() []scenario {
	return slices.DeleteFunc(scenarios(), func(s scenario) bool { return len(s.on) > 0 && !slices.Contains(s.on, w.direct.Name) })
}

// plugins is how often the command may start the plugin: once more than undisturbed.
func (s scenario) plugins() int {
	if s.tries {
		return 3
	}
	return 2
}

func in(name string, args []string) []string {
	args = slices.Clone(args)
	for i, a := range args {
		args[i] = strings.ReplaceAll(a, "NAME", name)
	}
	return args
}

// prepare makes what a scenario works on, and returns what there is then.
func (w *world) prepare(s scenario, name string) state {
	w.Helper()
	for _, args := range s.before {
		w.mustRun(in(name, args)...)
	}
	return w.look(name)
}

// reference is what a scenario makes when nothing breaks it.
func (w *world) reference(s scenario) []string {
	w.Helper()
	if lines, known := w.references[s.name]; known {
		return lines
	}
	name := "reference-" + strings.ReplaceAll(s.name, " ", "-")
	w.prepare(s, name)
	w.mustRun(in(name, s.args)...)
	lines := w.look(name).lines(name)
	w.references[s.name] = lines
	w.clear(name)
	return lines
}

// check checks what a run left that was broken and ended by itself, and then that the same command, run again, works.
func (w *world) check(what string, s scenario, name string, before state, o outcome) {
	w.Helper()
	after, whole := w.look(name), w.reference(s)
	w.checkState(what, s, name, before, after)
	if o.code == 0 {
		if got := after.lines(name); !slices.Equal(got, whole) {
			w.Errorf("%s: it says that it is done, and there is\n%s\nin place of\n%s", what, strings.Join(got, "\n"), strings.Join(whole, "\n"))
		}
	} else {
		added := after.added(before)
		for _, thing := range added {
			if !w.named(o.stderr, thing, added) {
				w.Errorf("%s: %s is left and not named: %s", what, thing, o.stderr)
			}
		}
		if !strings.Contains(o.stderr, "Error: ") {
			w.Errorf("%s: exit %d, and no error: %q", what, o.code, o.stderr)
		}
	}
	w.checkTraces(what)
	w.checkAgain(what, s, name)
}

// checkState checks that there is nothing but what was there before and what the whole run makes, and that nothing is lost.
func (w *world) checkState(what string, s scenario, name string, before, after state) {
	w.Helper()
	allowed := append(before.lines(name), w.reference(s)...)
	for _, line := range after.lines(name) {
		if !slices.Contains(allowed, line) {
			w.Errorf("%s: there is what no whole run makes: %s", what, line)
		}
	}
	if lost := before.added(after); len(lost) > 0 && !s.deletes {
		w.Errorf("%s: what was there before is gone: %v", what, lost)
	}
}

// checkAgain runs the command again, undisturbed, and removes all that there is of the name.
func (w *world) checkAgain(what string, s scenario, name string) {
	w.Helper()
	o := w.run(w.direct, in(name, s.args)...)
	full := strings.Contains(o.stderr, ", and 2 are allowed")
	gone := s.deletes && strings.Contains(o.stderr, "there is no user")
	if o.code != 0 && !gone && !full {
		w.Errorf("%s: the same command, run again, fails: %s", what, o.stderr)
	}
	if left := w.look(name); s.deletes && len(left) > len(w.reference(s)) {
		w.Errorf("%s: after the command was run again, there still is %v", what, left.lines(name))
	}
	w.clear(name)
	w.checkTraces(what + ", run again")
}

// clear removes all that there is of a name.
func (w *world) clear(name string) {
	w.Helper()
	ctx := w.Context()
	plan, err := w.admin.PlanDeleteUser(ctx, name)
	if err == nil {
		_, err = w.admin.Apply(ctx, plan, nil)
	}
	w.gone(err)
	w.gone(w.admin.DeleteBucket(ctx, driver.DeleteBucketRequest{Bucket: name}))
	role := w.admin.Description().SessionRole
	if role == nil || w.direct.Name == "sandbox" { // its backend has roles, it has no sessions
		return
	}
	w.gone(w.admin.DetachPolicy(ctx, driver.AttachPolicyRequest{Principal: driver.RolePrincipal(role.Name), PolicyARN: role.PolicyARN}))
	w.gone(w.admin.DeleteRole(ctx, driver.DeleteRoleRequest{Name: role.Name}))
}

func (w *world) gone(err error) {
	w.Helper()
	if err != nil && !errors.Is(err, fault.NotFound) {
		w.Fatal(err)
	}
}
