//go:build systems && !windows

package chaos

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// state is what there is of one name: things as the command line names them, and what they are.
type state map[string]string

// look reads what there is of a name from the system itself.
func (w *world) look(name string) state {
	w.Helper()
	s := state{}
	for _, b := range collect(w, w.admin.ListBuckets(w.Context())) {
		if b.Name == name {
			s["bucket "+name] = ""
			w.lookAtSettings(s, name)
		}
	}
	user := driver.UserPrincipal(name)
	found, err := w.admin.GetUser(w.Context(), driver.GetUserRequest{Name: name})
	switch {
	case err == nil:
		w.lookAtUser(s, user, endsAt(found.Expires))
	case !errors.Is(err, fault.NotFound):
		w.Fatal(err)
	}
	w.lookAtRole(s)
	return s
}

func (w *world) lookAtSettings(s state, bucket string) {
	w.Helper()
	for _, setting := range driver.Settings() {
		value, err := w.admin.GetBucketSetting(w.Context(), driver.GetBucketSettingRequest{Bucket: bucket, Setting: setting})
		if err != nil || !setting.Writable() {
			continue
		}
		thing := core.Resource{Kind: core.KindBucketSetting, Name: string(setting), Bucket: bucket}
		switch {
		case value.Policy != nil:
			s[thing.String()] = value.Policy.Document
		case value.PublicAccessBlock != nil:
			s[thing.String()] = fmt.Sprint(*value.PublicAccessBlock)
		}
	}
}

func (w *world) lookAtUser(s state, user driver.Principal, ends string) {
	w.Helper()
	s[core.Resource{Kind: core.KindUser, Name: user.Name}.String()] = ends
	if w.has(driver.CapPolicyGrant) {
		for _, g := range collect(w, w.admin.ListGrants(w.Context(), driver.ListGrantsRequest{UserName: user.Name})) {
			s[core.Resource{Kind: core.KindRights, Bucket: g.Bucket, Owner: user}.String()] = g.AccessName()
		}
		return // it is its key
	}
	for _, p := range collect(w, w.admin.ListUserPolicies(w.Context(), user.Name)) {
		s[core.Resource{Kind: core.KindPolicy, Name: p.Name, Owner: user}.String()] = p.Document
	}
	for _, key := range collect(w, w.admin.ListAccessKeys(w.Context(), driver.ListAccessKeysRequest{UserName: user.Name})) {
		s[core.Resource{Kind: core.KindAccessKey, Name: key.AccessKeyID, Owner: user}.String()] = key.Status + endsAt(key.Expires)
	}
}

// endsAt says whether a key ends.
func endsAt(end time.Time) string {
	if end.IsZero() {
		return ""
	}
	return ", ends"
}

// sessionRole is the role of sessions; one without a name where there is none.
func (w *world) sessionRole() driver.SessionRole {
	w.Helper()
	role := w.admin.Description().SessionRole
	if role == nil || w.direct.Name == "sandbox" { // its backend has roles, it has no sessions
		return driver.SessionRole{}
	}
	caller, err := w.admin.WhoAmI(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	return role.For(caller)
}

// lookAtRole looks at the role of sessions. It is not of one name, so a run removes it in the end.
func (w *world) lookAtRole(s state) {
	w.Helper()
	name := w.sessionRole().Name
	if name == "" {
		return
	}
	role, err := w.admin.GetRole(w.Context(), driver.GetRoleRequest{Name: name})
	if errors.Is(err, fault.NotFound) {
		return
	}
	if err != nil {
		w.Fatal(err)
	}
	s[core.Resource{Kind: core.KindRole, Name: name}.String()] = role.TrustPolicy
	owner := driver.RolePrincipal(name)
	for _, p := range w.rolePolicies(owner) {
		s[core.Resource{Kind: core.KindPolicy, Name: p, Owner: owner}.String()] = ""
	}
	if !w.has(driver.CapPolicyManaged) {
		return
	}
	for _, p := range collect(w, w.admin.ListAttachedPolicies(w.Context(), driver.ListPoliciesRequest{Principal: owner})) {
		s[core.Resource{Kind: core.KindAttachment, Name: p.ARN, Owner: owner}.String()] = ""
	}
}

// rolePolicies are the names of the role's own policies; none for a role that is not there.
func (w *world) rolePolicies(role driver.Principal) (names []string) {
	w.Helper()
	if !w.has(driver.CapPolicyInline) {
		return nil
	}
	for name, err := range w.admin.ListPolicies(w.Context(), driver.ListPoliciesRequest{Principal: role}) {
		w.gone(err)
		if err == nil {
			names = append(names, name)
		}
	}
	return names
}

func collect[T any](w *world, listing iter.Seq2[T, error]) []T {
	w.Helper()
	var all []T
	for item, err := range listing {
		if err != nil {
			w.Fatal(err)
		}
		all = append(all, item)
	}
	return all
}

// markID is the Id of a policy that says who made its user, and when.
var markID = regexp.MustCompile(`"Id":"s3-credentials;[^"]*"`)

var keyID = regexp.MustCompile(`access key (\S+) of`)

// lines are the state without what differs from run to run.
func (s state) lines(name string) []string {
	var lines []string
	for thing, value := range s {
		line := keyID.ReplaceAllString(thing, "access key of") + " = " + markID.ReplaceAllString(sorted(value), `"Id":"made by us"`)
		lines = append(lines, strings.ReplaceAll(line, name, "NAME"))
	}
	slices.Sort(lines)
	return lines
}

// sorted is a policy document without the order of its lists, which MinIO shuffles, and any other value as it is.
func sorted(value string) string {
	var document any
	if json.Unmarshal([]byte(value), &document) != nil {
		return value
	}
	text, err := json.Marshal(sortLists(document))
	if err != nil {
		return value
	}
	return string(text)
}

func sortLists(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			v[name] = sortLists(member)
		}
	case []any:
		for i, member := range v {
			v[i] = sortLists(member)
		}
		slices.SortFunc(v, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
	return value
}

// added are the things that are there now and were not before, sorted.
func (s state) added(before state) []string {
	var things []string
	for thing := range s {
		if _, known := before[thing]; !known {
			things = append(things, thing)
		}
	}
	slices.Sort(things)
	return things
}

// named reports whether an error names a thing that is left: a key by its id, another thing by itself or by the bucket or user that
// it belongs to and ends with, if that is new too. Where the system chooses the ids of keys (MinIO and Ceph let the backend), and neither answers to the making
// of a key nor lists the keys, nobody can know the id: then the error says so, and names the user.
func (w *world) named(stderr, thing string, added []string) bool {
	if key := keyID.FindStringSubmatch(thing); key != nil {
		unlisted := keyID.ReplaceAllString(thing, "access key of") + " (may have been made: cannot list the access keys"
		return strings.Contains(stderr, key[1]) || !slices.Contains([]string{"minio", "ceph"}, w.backend) && strings.Contains(stderr, unlisted)
	}
	return strings.Contains(stderr, thing) || slices.ContainsFunc(added, func(owner string) bool {
		return strings.HasSuffix(thing, " of "+owner) && strings.Contains(stderr, owner)
	})
}
