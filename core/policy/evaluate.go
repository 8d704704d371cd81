package policy

import (
	"slices"
	"strings"
)

// Request is a request to a system, for Evaluate.
type Request struct {
	// Principal is the caller: an ARN or the name of a service; empty for an anonymous caller.
	Principal string
	// Action is what the caller wants to do, such as "s3:GetObject".
	Action string
	// Resource is the ARN of the bucket or object that the action is for.
	Resource string
	// Context maps condition keys, such as "s3:prefix", to their values. The case of keys does not matter.
	Context map[string][]string
}

// Decision is the result of Evaluate.
type Decision string

// The decisions.
const (
	// Allowed: a statement allows the request, and none denies it.
	Allowed Decision = "allowed"
	// ExplicitDeny: a statement denies the request, whatever others allow.
	ExplicitDeny Decision = "explicit deny"
	// ImplicitDeny: no statement applies to the request.
	ImplicitDeny Decision = "implicit deny"
)

// Evaluate decides a request by the statements of all documents together. A statement without a principal applies to every
// caller, as in the policies of users; one with a principal applies to the callers that it names. A condition that this
// package does not understand, such as an unknown operator, counts against the caller: an Allow statement with it does not
// apply, and a Deny statement does.
func Evaluate(docs []Document, req Request) Decision { return decide(statementsOf(docs), req) }

// versioned is a statement with the language version of its document, and which of several documents that is.
type versioned struct {
	Statement
	version string
	doc     int
}

func statementsOf(docs []Document) []versioned {
	var all []versioned
	for i, doc := range docs {
		for _, s := range doc.Statement {
			all = append(all, versioned{s, doc.Version, i})
		}
	}
	return all
}

func decide(statements []versioned, req Request) Decision {
	decision := ImplicitDeny
	for _, s := range statements {
		if !s.applies(s.version, req) {
			continue
		}
		if s.Effect != Allow {
			return ExplicitDeny
		}
		decision = Allowed
	}
	return decision
}

// applies reports whether the statement applies to the request. In doubt, a Deny statement does and an Allow statement not.
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

// reaches reports whether the statement applies to the resource. One without a resource does, as in trust policies.
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

// names reports whether p names the principal. An account stands for all principals in it.
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

// isAccountOf reports whether name, an account's id or the ARN of its root user, is the account in the ARN.
func isAccountOf(name, arn string) bool {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[4] == "" {
		return false
	}
	return name == parts[4] || name == strings.Join([]string{parts[0], parts[1], "iam:", parts[4], "root"}, ":")
}
