//go:build systems

package eventual

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/policy"
)

// check says what a command must not have led to: something that no message names, access that nobody asked for, a lost
// user, a success that is none.
func (r *run) check(name string, failed error, after account) error {
	var wrong []error
	wrong = append(wrong, r.unnamed(failed, after)...)
	wrong = append(wrong, r.wider(failed, after)...)
	wrong = append(wrong, r.lost(name, after)...)
	if failed == nil {
		wrong = append(wrong, r.undone(name, after)...)
	}
	return errors.Join(wrong...)
}

// unnamed are the things that this command made, and neither succeeded with nor named.
func (r *run) unnamed(failed error, after account) (wrong []error) {
	for _, key := range after.keys {
		if !strings.Contains(r.told, key) && !strings.Contains(r.told, "access key of user '"+r.user+"'") {
			wrong = append(wrong, fmt.Errorf("no message names the access key %s", key))
		}
	}
	if failed == nil {
		return wrong
	}
	left := named(failed.Error())
	for thing, is := range map[string]bool{
		"user '" + r.user + "'": after.user && !r.before.user,
		"bucket " + r.bucket:    after.bucket && !r.before.bucket,
		"role " + r.role:        after.role && !r.before.role,
	} {
		if is && !strings.Contains(left, thing) {
			wrong = append(wrong, fmt.Errorf("%s is left behind and not named", thing))
		}
	}
	return wrong
}

// wider is access that was not asked for. A command that succeeds leaves the policy that it asks for alone, and one that
// fails leaves the former one, and at most its own beside it.
func (r *run) wider(failed error, after account) (wrong []error) {
	for name, document := range after.policies {
		access := policy.ReadWrite
		if strings.HasPrefix(name, "s3.read-only.") {
			access = policy.ReadOnly
		}
		want, err := policy.Build(policy.Grants(access, "", r.bucket), policy.Options{})
		if err != nil {
			return []error{err}
		}
		got, err := policy.Parse([]byte(document))
		if err != nil {
			wrong = append(wrong, err)
		} else if !policy.Equal(got, want) {
			wrong = append(wrong, fmt.Errorf("the policy %q is not the one that was asked for: %s", name, document))
		}
		if _, had := r.before.policies[name]; name != r.asks && (!had || failed == nil && r.asks != "") {
			wrong = append(wrong, fmt.Errorf("there is the policy %q, where %q was asked for", name, r.asks))
		}
	}
	return wrong
}

// lost is what was there before, and must not go: only delete-user takes a user, its keys and its policies away.
func (r *run) lost(name string, after account) (wrong []error) {
	if r.before.bucket && !after.bucket {
		wrong = append(wrong, errors.New("the bucket is gone"))
	}
	if r.before.role && (!after.role || len(after.attached) < len(r.before.attached)) {
		wrong = append(wrong, errors.New("the role, or what is attached to it, is gone"))
	}
	if name == "delete-user" {
		return wrong
	}
	// A user without keys and policies is what a failed run left behind, and named.
	if r.before.user && !after.user && len(r.before.keys)+len(r.before.policies) > 0 {
		wrong = append(wrong, errors.New("the user is gone"))
	}
	for _, key := range r.before.keys {
		if !slices.Contains(after.keys, key) {
			wrong = append(wrong, fmt.Errorf("the access key %s is gone", key))
		}
	}
	if len(after.policies) == 0 && len(r.before.policies) > 0 {
		wrong = append(wrong, fmt.Errorf("of the policies %v there are %v", slices.Collect(maps.Keys(r.before.policies)), slices.Collect(maps.Keys(after.policies))))
	}
	return wrong
}

// undone is what a command that succeeded has not done.
func (r *run) undone(name string, after account) (wrong []error) {
	switch {
	case name == "create" && (!after.user || len(after.policies) != 1 || len(after.keys) != len(r.before.keys)+1):
		return []error{fmt.Errorf("create succeeded with %+v", after)}
	case name == "session" && (!after.role || len(after.attached) != 1):
		return []error{fmt.Errorf("the session was opened with %+v", after)}
	case name == "delete-user" && after.user:
		return []error{errors.New("delete-user succeeded and the user is there")}
	}
	return nil
}

// named is what a command says without what it calls undone, which therefore must not be there.
func named(said string) string {
	before, rest, _ := strings.Cut(said, "; undone: ")
	_, left, _ := strings.Cut(rest, "; left behind")
	return before + left
}
