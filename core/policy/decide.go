package policy

import (
	"maps"
	"slices"
	"strings"
)

// act is an action with all that documents and the catalogue treat as they treat it.
type act struct {
	action
	// same are the names of all actions of the class; the first is the one that is tried.
	same []string
	// unknown says that the catalogue does not have the action: it is of another service, or of none.
	unknown bool
}

// acts returns a class for each way in which the statements can be about an action. The named actions have classes of their own.
func (s *space) acts(named ...string) []act {
	var all []act
	byKey := map[string]int{}
	add := func(a act, about string) {
		if i, has := byKey[about]; has {
			all[i].same = append(all[i].same, a.Name)
			return
		}
		byKey[about] = len(all)
		a.same = []string{a.Name}
		all = append(all, a)
	}
	for _, a := range loadCatalogue().Actions {
		about := s.covering(a.Name) + strings.Join(a.Resources, " ") + " " + strings.Join(s.knownTo(a), " ")
		// A listing is decided by the prefix that it asks for, too.
		if slices.Contains(named, a.Name) || slices.Contains(a.Keys, prefixKey) {
			about += a.Name
		}
		add(act{action: a}, about)
	}
	for _, name := range s.others() {
		add(act{action: action{Name: name}, unknown: true}, "?"+s.covering(name))
	}
	return all
}

// covering says which statements are about an action.
func (s *space) covering(name string) string {
	var b strings.Builder
	for _, statement := range s.statements {
		if statement.covers(name) {
			b.WriteByte('1')
		} else {
			b.WriteByte('0')
		}
	}
	return b.String()
}

// knownTo returns the condition keys of the documents that requests for the action can have.
func (s *space) knownTo(a action) []string {
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(s.tests)) {
		if a.knows(key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// others returns a name that S3 does not have for each set of patterns of actions that such a name can match.
func (s *space) others() []string {
	var patterns patternSet
	var literal []string
	for _, statement := range s.statements {
		for _, text := range slices.Concat(statement.Action, statement.NotAction) {
			text = strings.ToLower(text)
			patterns, literal = append(patterns, pattern(text)), append(literal, text)
		}
	}
	if !slices.ContainsFunc(literal, func(text string) bool { return strings.ContainsAny(text, "*?") }) {
		// Each name is apart from all others, and one that nobody has stands for the rest.
		slices.Sort(literal)
		return append(slices.DeleteFunc(slices.Compact(literal), isOfS3), "no:action")
	}
	// S3's own names are patterns too, so that each is told apart from all others.
	known := len(patterns)
	for _, a := range loadCatalogue().Actions {
		patterns = append(patterns, pattern(strings.ToLower(a.Name)))
	}
	reachable, _ := patterns.explore(patterns.start(), func(r rune) bool { return r < 'A' || r > 'Z' }, mostRegions)
	reachable = slices.DeleteFunc(reachable, func(r reached) bool {
		return slices.ContainsFunc(patterns.matching(r.at), func(i int) bool { return i >= known })
	})
	var names []string
	for _, r := range patterns.distinct(reachable) {
		names = append(names, r.text)
	}
	return names
}

// isOfS3 reports whether S3 has the action, whose name is in lower case.
func isOfS3(name string) bool {
	return slices.ContainsFunc(loadCatalogue().Actions, func(a action) bool { return strings.EqualFold(a.Name, name) })
}

// isListing reports whether the action is about a bucket, and restricted by the prefix that the request asks for.
func (a act) isListing() bool {
	return slices.Contains(a.Resources, typeBucket) && slices.Contains(a.Keys, prefixKey)
}

// request is a request that stands for many, with the statements that are about its action and its resource.
type request struct {
	Request
	statements []versioned
}

// among decides the request by some of the statements.
func (r request) among(which func(versioned) bool) Decision {
	return decide(slices.DeleteFunc(slices.Clone(r.statements), func(s versioned) bool { return !which(s) }), r.Request)
}

// by decides the request by one of the documents.
func (r request) by(doc int) Decision {
	return r.among(func(s versioned) bool { return s.doc == doc })
}

// requests returns a request for each context that the documents can tell apart, for the action in the area: none if the action
// is about other things. It reports false if there are too many.
func (s *space) requests(a act, in area) ([]request, bool) {
	r := request{Request: Request{Principal: s.principal, Action: a.Name, Resource: in.resource}}
	base := s.vars.context
	switch {
	case a.unknown && in.kind == typeAny, !a.unknown && in.kind == typeAccount && len(a.Resources) == 0, slices.Contains(a.Resources, in.kind):
	case in.kind == typeObject && a.isListing():
		r.Resource = strings.TrimSuffix(in.resource, "/"+in.key)
		base = maps.Clone(base)
		base[prefixKey] = []string{in.key}
	default:
		return nil, true
	}
	return s.inAllContexts(a, r, base)
}

// inAllContexts returns the request in each context that the statements about it can tell apart, on top of a base.
func (s *space) inAllContexts(a act, r request, base map[string][]string) ([]request, bool) {
	for _, i := range s.about(r.Resource) {
		if s.statements[i].covers(a.Name) {
			r.statements = append(r.statements, s.statements[i])
		}
	}
	values, ok := s.valuesFor(a, r.statements)
	if !ok {
		return nil, false
	}
	contexts, ok := contextsOf(base, values)
	all := make([]request, len(contexts))
	for i, context := range contexts {
		all[i] = r
		all[i].Context = context
	}
	return all, ok
}

// valuesFor returns the values of the condition keys that the statements look at, but for the prefix of a listing, which areas stand
// for.
func (s *space) valuesFor(a act, statements []versioned) (map[string][][]string, bool) {
	values := map[string][][]string{}
	for _, statement := range statements {
		for _, keys := range statement.Condition {
			for key := range keys {
				key = strings.ToLower(key)
				_, has := values[key]
				if _, given := s.given[key]; has || given || !a.unknown && (key == prefixKey || !a.knows(key)) {
					continue
				}
				found, ok := representatives(s.tests[key], s.vars)
				if !ok {
					return nil, false
				}
				values[key] = found
			}
		}
	}
	return values, true
}
