package policy

import "slices"

// Possible returns how documents can decide a request, whatever the values are of the condition keys that its context leaves open:
// one decision if it does not depend on them. ResourceExhausted for documents with too many conditions to try.
func Possible(docs []Document, req Request) ([]Decision, error) {
	s := &space{statements: statementsOf(docs), principal: req.Principal, reaching: map[string][]int{}}
	s.vars = variables{on: true, context: map[string][]string{}}
	for key, values := range req.Context {
		s.vars.context[key] = values
	}
	s.tests = tests(s.statements)
	open := act{unknown: true, action: action{Name: req.Action}}
	for _, a := range loadCatalogue().Actions {
		if matchFold(a.Name, req.Action) {
			open = act{action: a}
		}
	}
	r := request{Request: req}
	for _, i := range s.about(req.Resource) {
		if s.statements[i].covers(req.Action) {
			r.statements = append(r.statements, s.statements[i])
		}
	}
	values, ok := s.valuesFor(open, r.statements)
	if !ok {
		return nil, errTooComplex
	}
	for key := range values {
		if _, given := s.vars.lookup(key); given {
			delete(values, key)
		}
	}
	contexts, ok := contextsOf(s.vars.context, values)
	if !ok {
		return nil, errTooComplex
	}
	var decisions []Decision
	for _, r.Context = range contexts {
		if d := decide(r.statements, r.Request); !slices.Contains(decisions, d) {
			decisions = append(decisions, d)
		}
	}
	return decisions, nil
}
