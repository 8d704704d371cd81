package policy

import (
	"slices"
	"strings"
)

// Possible returns how documents can decide a request, whatever the values are of the condition keys that its context leaves open:
// one decision if it does not depend on them. ResourceExhausted for documents with too many conditions to try.
func Possible(docs []Document, req Request) ([]Decision, error) {
	s := baseSpace(docs, spaceOptions{principal: req.Principal, context: req.Context})
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
		if d := decide(r.statements, r.Request); !slices.Contains(decisions, d) {
			decisions = append(decisions, d)
		}
	}
	return decisions, nil
}
