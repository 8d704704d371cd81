//go:build systems

package eventual

import (
	"encoding/xml"
	"fmt"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// rule is what an operation of IAM or STS has to do with facts. {Names} in paths are fields of the request.
type rule struct {
	// needs are the facts that a replica must know, or it refuses, with NoSuchEntity unless refusal says otherwise.
	needs   []string
	refusal string
	// fresh is a fact that must not linger; empty a path below which nothing may.
	fresh, empty string
	// puts is the fact that the operation makes or replaces, and value what it is then; removes is the one that ends.
	puts, removes string
	value         func(form url.Values, answer string) string
	// answer is the answer to a read as the replica sees it; reads is the path that it is about.
	reads  string
	answer func(form url.Values, seen map[string]string) string
}

const (
	user     = "user/{UserName}"
	userKey  = user + "/key/{AccessKeyId}"
	userDoc  = user + "/policy/{PolicyName}"
	userArn  = user + "/attached/{PolicyArn}"
	role     = "role/{RoleName}"
	roleArn  = role + "/attached/{PolicyArn}"
	iamSpace = "https://iam.amazonaws.com/doc/2010-05-08/"
	stsSpace = "https://sts.amazonaws.com/doc/2011-06-15/"
)

var rules = map[string]rule{
	"CreateUser": {fresh: user, puts: user, value: fragment("User")},
	"DeleteUser": {needs: []string{user}, empty: user + "/", removes: user},
	"GetUser":    {needs: []string{user}, reads: user, answer: stored("")},

	"CreateAccessKey": {needs: []string{user}, puts: userKey, value: fragment("CreateDate")},
	"DeleteAccessKey": {needs: []string{user, userKey}, removes: userKey},
	"ListAccessKeys":  {needs: []string{user}, reads: user + "/key/", answer: listOf("AccessKeyMetadata", keyMember)},

	"PutUserPolicy":    {needs: []string{user}, puts: userDoc, value: field("PolicyDocument")},
	"DeleteUserPolicy": {needs: []string{user, userDoc}, removes: userDoc},
	"GetUserPolicy":    {needs: []string{user, userDoc}, reads: userDoc, answer: policyAnswer},
	"ListUserPolicies": {needs: []string{user}, reads: user + "/policy/", answer: listOf("PolicyNames", nameMember)},

	"AttachUserPolicy":         {needs: []string{user}, puts: userArn, value: field("PolicyArn")},
	"DetachUserPolicy":         {needs: []string{user, userArn}, removes: userArn},
	"ListAttachedUserPolicies": {needs: []string{user}, reads: user + "/attached/", answer: listOf("AttachedPolicies", arnMember)},

	"CreateRole":               {fresh: role, puts: role, value: fragment("Role")},
	"DeleteRole":               {needs: []string{role}, empty: role + "/", removes: role},
	"GetRole":                  {needs: []string{role}, reads: role, answer: stored("")},
	"AttachRolePolicy":         {needs: []string{role}, puts: roleArn, value: field("PolicyArn")},
	"DetachRolePolicy":         {needs: []string{role, roleArn}, removes: roleArn},
	"ListAttachedRolePolicies": {needs: []string{role}, reads: role + "/attached/", answer: listOf("AttachedPolicies", arnMember)},
	"AssumeRole":               {needs: []string{role}, refusal: "AccessDenied"},
}

var placeholder = regexp.MustCompile(`\{\w+\}`)

// expand fills the fields of the request, or else of the answer, into a path.
func expand(template string, form url.Values, answer string) string {
	return placeholder.ReplaceAllStringFunc(template, func(name string) string {
		name = strings.Trim(name, "{}")
		switch {
		case form.Get(name) != "":
			return form.Get(name)
		case name == "RoleName":
			return path.Base(form.Get("RoleArn"))
		}
		return text(name, answer)
	})
}

// text is the content of the first element of that name in an answer.
func text(name, answer string) string {
	_, rest, _ := strings.Cut(answer, "<"+name+">")
	content, _, _ := strings.Cut(rest, "</"+name+">")
	return content
}

func fragment(name string) func(url.Values, string) string {
	return func(_ url.Values, answer string) string {
		return "<" + name + ">" + text(name, answer) + "</" + name + ">"
	}
}

func field(name string) func(url.Values, string) string {
	return func(form url.Values, _ string) string { return form.Get(name) }
}

// stored answers with what the making of the thing was answered with.
func stored(name string) func(url.Values, map[string]string) string {
	return func(_ url.Values, seen map[string]string) string { return seen[name] }
}

func policyAnswer(form url.Values, seen map[string]string) string {
	return element("UserName", form.Get("UserName")) + element("PolicyName", form.Get("PolicyName")) +
		element("PolicyDocument", url.PathEscape(seen[""]))
}

func listOf(name string, member func(form url.Values, name, value string) string) func(url.Values, map[string]string) string {
	return func(form url.Values, seen map[string]string) string {
		members := ""
		for _, key := range slices.Sorted(maps.Keys(seen)) {
			members += "<member>" + member(form, key, seen[key]) + "</member>"
		}
		return "<IsTruncated>false</IsTruncated><" + name + ">" + members + "</" + name + ">"
	}
}

func keyMember(form url.Values, id, created string) string {
	return element("UserName", form.Get("UserName")) + element("AccessKeyId", id) + element("Status", "Active") + created
}

func nameMember(_ url.Values, name, _ string) string { return escape(name) }

func arnMember(_ url.Values, arn, _ string) string {
	return element("PolicyName", path.Base(arn)) + element("PolicyArn", arn)
}

func element(name, value string) string { return "<" + name + ">" + escape(value) + "</" + name + ">" }

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder takes everything
	return b.String()
}

// answered wraps a result as IAM and STS do.
func answered(action, result string) string {
	return fmt.Sprintf(`<%[1]sResponse xmlns="%[2]s"><%[1]sResult>%[3]s</%[1]sResult><ResponseMetadata><RequestId>lagging</RequestId></ResponseMetadata></%[1]sResponse>`,
		action, iamSpace, result)
}

// early returns what a replica answers by itself: a refusal, or a read that it is behind with. Without one the system answers.
func (r rule) early(w *world, now time.Time, replica int, action string, form url.Values) (answer, refusal string) {
	for _, fact := range r.needs {
		if w.unknown(now, replica, expand(fact, form, "")) {
			if r.refusal != "" {
				return "", r.refusal
			}
			return "", "NoSuchEntity"
		}
	}
	if r.fresh != "" && w.lingers(now, replica, expand(r.fresh, form, "")) {
		return "", "EntityAlreadyExists"
	}
	if r.empty != "" && w.lingersBelow(now, replica, expand(r.empty, form, "")) {
		return "", "DeleteConflict"
	}
	if r.answer == nil {
		return "", ""
	}
	about := expand(r.reads, form, "")
	if w.settled(now, about) {
		return "", ""
	}
	return answered(action, r.answer(form, w.below(now, replica, about))), ""
}

var created = regexp.MustCompile(`<CreateDate>[^<]*</CreateDate>`)

// dated puts the time of the world in the place of the system's into the answer about one user or role. One of the time
// before this world stays as it is.
func (r rule) dated(w *world, now time.Time, form url.Values, answer string) string {
	about := r.reads
	if r.puts == user || r.puts == role {
		about = r.puts
	}
	if about != user && about != role {
		return answer
	}
	if changes := w.facts[expand(about, form, "")]; len(changes) > 0 && about == r.reads {
		now = changes[len(changes)-1].made
	} else if about == r.reads {
		return answer
	}
	return created.ReplaceAllString(answer, element("CreateDate", now.UTC().Format(time.RFC3339)))
}

// record notes what a request changed that the system answered with success.
func (r rule) record(w *world, now time.Time, form url.Values, answer string) {
	if r.puts != "" {
		w.set(now, expand(r.puts, form, answer), r.value(form, answer))
	}
	if r.removes != "" {
		w.set(now, expand(r.removes, form, answer), "")
	}
}
