package policy

import (
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// CompileOptions are the options of Compile.
type CompileOptions struct {
	// Generated is the number of statements, from the first, that a program has generated. The user wrote the others.
	Generated int
	// Others are further documents of the same user. What they allow is not denied.
	Others []Document
}

// Removed is an action that Compile removed from a generated statement.
type Removed struct {
	// Statement is the index of the statement in the document before it was compiled.
	Statement int
	Action    string
}

// Compile returns the document in the dialect of a system. It removes actions that the dialect rejects from generated
// statements, and statements of which no action remains, and returns the removed actions. It appends the dialect's mandatory
// statements, and the Deny of each implication, on the resources on which the document allows what implies it, but not where a document
// asks for the action: where one of its Allow statements covers it, by name or by a wildcard such as "s3:Delete*" or "*", under whatever
// condition. Where both overlap, the Deny is about all resources but those that are asked for.
// Unsupported, with the action in the message, where the user wrote a rejected action, or no statement remains.
func Compile(doc Document, d Dialect, opts CompileOptions) (Document, []Removed, error) {
	compiled := doc
	compiled.Statement = nil
	var removed []Removed
	for i, s := range doc.Statement {
		rejected := slices.DeleteFunc(slices.Concat(s.Action, s.NotAction), func(a string) bool { return !d.rejects(a) })
		if len(rejected) == 0 {
			compiled.Statement = append(compiled.Statement, s)
			continue
		}
		if i >= opts.Generated || len(s.NotAction) > 0 {
			return Document{}, nil, fault.New(fault.Unsupported, "the action %s is in statement %d of the policy, but this system does not have it; leave it out", rejected[0], i+1)
		}
		for _, action := range rejected {
			removed = append(removed, Removed{Statement: i, Action: action})
		}
		s.Action = slices.DeleteFunc(slices.Clone(s.Action), d.rejects)
		if len(s.Action) > 0 {
			compiled.Statement = append(compiled.Statement, s)
		}
	}
	if len(compiled.Statement) == 0 && len(removed) > 0 {
		return Document{}, nil, fault.New(fault.Unsupported, "nothing of the policy is left without the action %s, which this system does not have", removed[0].Action)
	}
	var denied []Statement
	for _, n := range compiled.denials(d.Implications, opts.Others) {
		if !slices.ContainsFunc(compiled.Statement, n.madeBy) {
			denied = withDenial(denied, n.statement())
		}
	}
	added := slices.Concat(d.MandatoryStatements, denied)
	return Merge(compiled, Document{Version: compiled.Version, Statement: added}), removed, nil
}

// askedOn returns the resources on which Allow statements cover the action, or that they do so everywhere.
func (d Document) askedOn(action string) (resources []string, everywhere bool) {
	for _, s := range d.Statement {
		if !s.asksFor(action) {
			continue
		}
		if len(s.Resource) == 0 || slices.Contains(s.Resource, "*") {
			return nil, true
		}
		resources = append(resources, s.Resource...)
	}
	slices.Sort(resources)
	return slices.Compact(resources), false
}

// asksFor reports whether an Allow statement covers the action.
func (s Statement) asksFor(action string) bool { return s.Effect == Allow && s.covers(action) }

// rejects reports whether the dialect rejects documents with the action.
func (d Dialect) rejects(action string) bool {
	return slices.ContainsFunc(d.RejectedActions, func(pattern string) bool {
		return matchFold(pattern, action)
	})
}

// Merge returns the first document with the statements of all, in order, each once, and with the newest Version of all.
func Merge(docs ...Document) Document {
	merged := Document{Version: Version}
	if len(docs) > 0 {
		merged = docs[0]
		merged.Statement = nil
	}
	seen := map[string]bool{}
	for _, doc := range docs {
		merged.Version = max(merged.Version, doc.Version)
		for _, s := range doc.Statement {
			if key := s.canonical(); !seen[key] {
				seen[key] = true
				merged.Statement = append(merged.Statement, s)
			}
		}
	}
	return merged
}

// Size returns the number of bytes of the document, as JSON prints it, that a system counts against its limits. IAM does not
// count white space in the inline policies of a user.
func Size(doc Document, ignoreWhitespace bool) int {
	printed := doc.JSON()
	if !ignoreWhitespace {
		return len(printed)
	}
	// Printed text is ASCII, and its only white space is spaces within strings.
	return len(printed) - strings.Count(printed, " ")
}
