//go:build systems

package decisions

import (
	"fmt"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/policy"
)

// trial is a document, and what it was made of: grants, if any.
type trial struct {
	doc     policy.Document
	grants  []policy.Grant
	omitted []string
}

// trial is a random document: of four, one is what this tool generates for random grants.
func (g generator) trial(dialect policy.Dialect) (trial, error) {
	if !g.oneIn(4) {
		return trial{doc: g.document()}, nil
	}
	var made trial
	for range 1 + g.IntN(3) {
		made.grants = append(made.grants, policy.Grant{
			Bucket: pick(g, buckets()...), Prefix: pick(g, "", "", "a*", "x/", "x/y/", userName+"/"), Access: policy.Access(1 + g.IntN(int(policy.ReadWrite))),
		})
	}
	built, err := policy.Build(made.grants, policy.Options{})
	if err != nil {
		return made, err
	}
	compiled, removed, err := policy.Compile(built, dialect, policy.CompileOptions{Generated: len(built.Statement)})
	for _, r := range removed {
		made.omitted = append(made.omitted, r.Action)
	}
	made.doc = compiled
	return made, err
}

// prove holds a generated document against its grants.
func (c trial) prove(dialect policy.Dialect) error {
	if c.grants == nil {
		return nil
	}
	return policy.Prove(c.doc, policy.Asked{Grants: c.grants, Omitted: c.omitted, Dialect: dialect})
}

// verbs are the actions that grants are about.
var verbs = map[string]policy.Access{"s3:GetObject": policy.Read, "s3:PutObject": policy.Write, "s3:DeleteObject": policy.Delete, "s3:ListBucket": policy.List}

// granted decides a request by the grants alone. It reports false for an action that it does not know.
func (c trial) granted(r request) (allowed, known bool) {
	verb, known := verbs[r.Action]
	if c.grants == nil || !known || r.source != "" {
		return false, false
	}
	key := r.key
	if prefix := r.Context["s3:prefix"]; prefix != nil {
		key = prefix[0]
	}
	return slices.ContainsFunc(c.grants, func(g policy.Grant) bool {
		return g.Bucket == r.bucket && g.Access&verb != 0 && strings.HasPrefix(key, strings.TrimSuffix(g.Prefix, "*"))
	}), true
}

// wrong says what core/policy says otherwise than the system: empty for nothing.
func (c trial) wrong(r request, allowed bool, rows policy.Explanation, explained bool) string {
	if want := r.expected(c.doc); allowed != (want == policy.Allowed) {
		return "it should be: " + string(want)
	}
	if granted, known := c.granted(r); known && granted != allowed {
		return fmt.Sprintf("granted is %v", c.grants)
	}
	if explained {
		return explanation(rows, r, allowed)
	}
	return ""
}

// explanation says that core/policy does not tell of what the system permits: empty if it does. It may tell of more: the name of a row is
// wider than what it is about where a star stands for a slash.
func explanation(rows policy.Explanation, r request, allowed bool) string {
	if !allowed || r.bucket == "" || r.source != "" {
		return ""
	}
	// A listing is in the rows of its prefix, and asking where the bucket is goes without saying beside any reading or listing.
	anywhere := strings.HasPrefix(r.Action, "s3:ListBucket") || r.Action == "s3:GetBucketLocation"
	told := slices.ContainsFunc(rows, func(row policy.Row) bool {
		inside := r.key != "" && within(row.Prefix, r.key) || r.key == "" && (anywhere || row.Prefix == "*")
		return within(row.Bucket, r.bucket) && inside && has(row, r.Action)
	})
	if told {
		return ""
	}
	return "no row of the explanation says so"
}

// has reports whether a row has the action, by itself or as a part of a verb.
func has(row policy.Row, action string) bool {
	verb := verbs[action]
	switch action {
	case "s3:GetObjectTagging":
		verb = policy.Read
	case "s3:GetBucketLocation":
		verb = policy.ReadOnly
	}
	return row.Access&verb != 0 || slices.ContainsFunc(row.Actions, func(p string) bool { return matches(p, action) })
}

// within reports whether a text is within the name of a row, which may be several patterns that it matches at once.
func within(name, text string) bool {
	return !slices.ContainsFunc(strings.Split(name, " and "), func(pattern string) bool { return !matches(pattern, text) })
}

// matches reports whether a pattern, in which variables stand as in the document, matches a text.
func matches(pattern, text string) bool {
	for _, version := range []string{"", policy.Version} {
		doc := policy.Document{Version: version, Statement: []policy.Statement{{Effect: policy.Allow, Action: []string{"*"}, Resource: []string{pattern}}}}
		r := policy.Request{Resource: text, Context: map[string][]string{"aws:username": {userName}}}
		if policy.Evaluate([]policy.Document{doc}, r) == policy.Allowed {
			return true
		}
	}
	return false
}
