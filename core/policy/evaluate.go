package policy

import (
	"slices"
	"strings"
)

// Request is an action that somebody asks for.
type Request struct {
	// Principal is who asks: an ARN, a service's name, or empty for nobody known.
	Principal string
	// Action is what is asked for, such as "s3:GetObject".
	Action string
	// Resource is the ARN of what it is about.
	Resource string
	// Context are the condition keys and their values, such as "s3:prefix". Names are matched regardless of case.
	Context map[string][]string
}

// Decision is what documents say about a request.
type Decision string

// The decisions.
const (
	// Allowed: a statement allows it and none denies it.
	Allowed Decision = "allowed"
	// ExplicitDeny: a statement denies it, whatever the others say.
	ExplicitDeny Decision = "explicit deny"
	// ImplicitDeny: no statement is about it.
	ImplicitDeny Decision = "implicit deny"
)

// Evaluate says what documents that apply together decide. Statements without a principal are about everybody, as in
// the policies of users; statements with one are about those that it names. What this evaluation does not know (an
// operator of a newer language) never allows, and always denies where a Deny statement has it.
func Evaluate(docs []Document, req Request) Decision {
	decision := ImplicitDeny
	for _, doc := range docs {
		for _, s := range doc.Statement {
			if !s.applies(doc.Version, req) {
				continue
			}
			if s.Effect != Allow {
				return ExplicitDeny
			}
			decision = Allowed
		}
	}
	return decision
}

// applies reports whether the statement is about the request. A Deny statement applies when in doubt.
func (s Statement) applies(version string, req Request) bool {
	vars := variables{on: version == Version, context: req.Context}
	if !s.isAbout(req.Principal) || !s.covers(req.Action) || !s.reaches(vars, req.Resource) {
		return false
	}
	switch vars.conditions(s.Condition) {
	case holds:
		return true
	case unknowable:
		return s.Effect == Deny
	}
	return false
}

func (s Statement) isAbout(principal string) bool {
	switch {
	case s.Principal != nil:
		return s.Principal.names(principal)
	case s.NotPrincipal != nil:
		return !s.NotPrincipal.names(principal)
	}
	return true
}

func (s Statement) covers(action string) bool {
	is := func(p string) bool { return matchFold(p, action) }
	if len(s.NotAction) > 0 {
		return !slices.ContainsFunc(s.NotAction, is)
	}
	return slices.ContainsFunc(s.Action, is)
}

// reaches reports whether the statement is about the resource; one that names none is, as in trust policies.
func (s Statement) reaches(vars variables, resource string) bool {
	is := func(p string) bool {
		elements, known := vars.expand(p)
		return known && match(elements, []rune(resource))
	}
	switch {
	case len(s.NotResource) > 0:
		return !slices.ContainsFunc(s.NotResource, is)
	case len(s.Resource) > 0:
		return slices.ContainsFunc(s.Resource, is)
	}
	return true
}

// names reports whether the principal is among those that p names. An account stands for all who belong to it.
func (p *Principal) names(principal string) bool {
	if p.Any {
		return true
	}
	for kind, names := range p.Of {
		for _, name := range names {
			if name == "*" || (name == principal && principal != "") || (kind == "AWS" && isAccountOf(name, principal)) {
				return true
			}
		}
	}
	return false
}

// isAccountOf reports whether name, an account's id or the ARN of its root, is the account that the ARN belongs to.
func isAccountOf(name, arn string) bool {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[4] == "" {
		return false
	}
	return name == parts[4] || name == strings.Join([]string{parts[0], parts[1], "iam:", parts[4], "root"}, ":")
}
