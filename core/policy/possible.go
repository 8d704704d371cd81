package policy

import (
	"slices"
	"strings"
)

// Possible returns how documents can decide a request, whatever the values are of the condition keys that its context leaves open:
// one decision if it does not depend on them. ResourceExhausted for documents with too many conditions to try.
func Possible(docs []Document, req Request) ([]Decision, error) {
	return PossibleWithin(docs, req, nil, nil)
}

// PossibleWithin is Possible for a principal with a boundary, which may be nil, and with the policies of buckets, as [ExplainOptions] has them.
func PossibleWithin(docs []Document, req Request, boundary *Document, resource []Document) ([]Decision, error) {
	all, sides := together(docs, boundary, resource)
	s := baseSpace(all, spaceOptions{principal: req.Principal, context: req.Context})
	a := act{unknown: true, action: action{Name: req.Action}}
	for _, known := range loadCatalogue().Actions {
		if strings.EqualFold(known.Name, req.Action) {
			a = act{action: known}
		}
	}
	requests, ok := s.inAllContexts(a, request{Request: req}, s.vars.context)
	if !ok {
		return nil, errTooComplex
	}
	var decisions []Decision
	for _, r := range requests {
		if d := sides.decide(r); !slices.Contains(decisions, d) {
			decisions = append(decisions, d)
		}
	}
	return decisions, nil
}

// sides tell apart the documents of a principal, which come first, the policies of buckets, and a boundary.
type sides struct {
	own, resource int
	bounded       bool
}

// together are all documents in that order.
func together(docs []Document, boundary *Document, resource []Document) ([]Document, sides) {
	all := slices.Concat(docs, resource)
	if boundary != nil {
		all = append(all, *boundary)
	}
	return all, sides{len(docs), len(resource), boundary != nil}
}

func (p sides) isResource(s versioned) bool { return s.doc >= p.own && s.doc < p.own+p.resource }
func (p sides) isBoundary(s versioned) bool { return s.doc >= p.own+p.resource }

// allowing reports whether the statement's document allows: a boundary only bounds.
func (p sides) allowing(s versioned) bool { return !p.isBoundary(s) }

// decide decides a request. What any document denies is denied, and what the boundary does not allow only a bucket's policy can.
func (p sides) decide(r request) Decision {
	decision := r.among(p.allowing)
	if !p.bounded || decision != Allowed {
		return decision
	}
	switch bound := r.among(p.isBoundary); bound {
	case ImplicitDeny:
		return r.among(p.isResource)
	case ExplicitDeny:
		return bound
	}
	return decision
}
