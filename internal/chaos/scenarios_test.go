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
	// needs is what the system must have for it.
	needs []driver.Capability
	// dates says that it needs keys of which the system tells when they were made.
	dates bool
}

// furtherKeys is for what makes several keys of a user.
var furtherKeys = []driver.Capability{driver.CapAccessKeys}

func scenarios() []scenario {
	made := []string{"create", "NAME", "-c", "--username", "NAME"}
	return []scenario{
		{name: "create", args: made},
		{name: "further key", before: [][]string{made}, args: []string{"create", "NAME", "--username", "NAME"}, needs: furtherKeys},
		{
			name: "public", args: []string{"create", "NAME", "-c", "--public", "--username", "NAME"},
			needs: []driver.Capability{driver.CapBucketPolicy},
		},
		{
			name: "ending", args: []string{"create", "NAME", "-c", "--expires", "1h", "--username", "NAME"},
			needs: []driver.Capability{driver.CapKeyExpiry},
		},
		{name: "session", args: []string{"create", "NAME", "-c", "-d", "15m"}, needs: []driver.Capability{driver.CapSessions}},
		{
			name: "rotate", before: [][]string{made}, args: []string{"rotate", "NAME", "--replace-oldest"},
			tries: true, needs: furtherKeys,
		},
		{
			name: "rotate finished", before: [][]string{made, {"rotate", "NAME"}},
			args: []string{"rotate", "NAME", "--finish", "--force", "--delete"}, deletes: true, needs: furtherKeys, dates: true,
		},
		{name: "delete-user", before: [][]string{made}, args: []string{"delete-user", "NAME"}, deletes: true},
	}
}

// scenarios are those for a system.
func (w *world) scenarios() []scenario {
	undated := slices.Contains([]string{"ceph", "seaweedfs"}, w.direct.Name)
	return slices.DeleteFunc(scenarios(), func(s scenario) bool {
		return s.dates && undated || !w.has(s.needs...) || s.name == "session" && w.direct.Name == "sandbox" // its backend has sessions, and it has none
	})
}

func (w *world) has(needs ...driver.Capability) bool {
	return w.admin.Description().Require(needs...) == nil
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
	full := strings.Contains(o.stderr, ", and 2 are allowed") ||
		!w.has(furtherKeys...) && (strings.Contains(o.stderr, "cannot make further access keys") || strings.Contains(o.stderr, "gives a user one key only; delete the user first"))
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
	role := w.sessionRole()
	if role.Name == "" {
		return
	}
	if w.direct.Name == "ceph" {
		w.checkRoles(role.Name)
	}
	owner := driver.RolePrincipal(role.Name)
	for _, p := range w.rolePolicies(owner) {
		w.gone(w.admin.DeletePolicy(ctx, driver.DeletePolicyRequest{Principal: owner, Name: p}))
	}
	if w.has(driver.CapPolicyManaged) {
		w.gone(w.admin.DetachPolicy(ctx, driver.AttachPolicyRequest{Principal: owner, PolicyARN: role.PolicyARN}))
	}
	w.gone(w.admin.DeleteRole(ctx, driver.DeleteRoleRequest{Name: role.Name}))
}

// checkRoles checks that there is no role but that of sessions: on Ceph, one has a copy of a user's policies while its keys change.
func (w *world) checkRoles(sessions string) {
	w.Helper()
	for _, role := range collect(w, w.admin.ListRoles(w.Context())) {
		if role.Name != sessions {
			w.Errorf("the role %s is left", role.Name)
		}
	}
}

func (w *world) gone(err error) {
	w.Helper()
	if err != nil && !errors.Is(err, fault.NotFound) {
		w.Fatal(err)
	}
}
