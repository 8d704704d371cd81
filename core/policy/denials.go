package policy

import (
	"slices"
	"strings"
)

// denial is what a document implies and does not ask for: the statement that denies it, as the dialect has it, the resources on which it is
// implied, and those on which documents ask for it.
type denial struct {
	deny      Statement
	on, asked []string
}

// denials returns what has to be denied in the document. What other documents of the same user ask for is not denied either.
func (d Document) denials(implications []Implication, others []Document) []denial {
	var denials []denial
	for _, i := range implications {
		if i.Deny == nil {
			continue
		}
		asked, everywhere := d.askedOn(i.Action)
		for _, other := range others {
			more, all := other.askedOn(i.Action)
			asked, everywhere = append(asked, more...), everywhere || all
		}
		if everywhere {
			continue
		}
		slices.Sort(asked)
		n := denial{deny: *i.Deny, on: d.impliedOn(i), asked: slices.Compact(asked)}
		n.on = slices.DeleteFunc(n.on, func(on string) bool {
			return slices.ContainsFunc(n.asked, func(asked string) bool { return includes(asked, on) })
		})
		if len(n.on) > 0 {
			denials = append(denials, n)
		}
	}
	return denials
}

// impliedOn returns the resources on which the document implies an action: nowhere else, so that what other documents of the same user
// allow there is not denied.
func (d Document) impliedOn(i Implication) []string {
	all := slices.Clone(i.Deny.Resource)
	if len(all) == 0 {
		all = []string{"*"}
	}
	if i.By == "" {
		return all
	}
	on, everywhere := d.askedOn(i.By)
	if everywhere {
		return all
	}
	return slices.DeleteFunc(on, func(resource string) bool { return !strings.ContainsAny(resource, "/*?$") }) // a bucket has no implied objects
}

// statement is what denies it. A statement has resources or those that it is not about, so that what is asked for in the midst of
// what is implied can only be left out of a statement about all others.
func (n denial) statement() Statement {
	deny := n.deny
	deny.Resource, deny.NotResource = n.on, nil
	for _, on := range n.on {
		if slices.ContainsFunc(n.asked, func(asked string) bool { return meet(asked, on) }) {
			deny.Resource, deny.NotResource = nil, n.asked
		}
	}
	return deny
}

// madeBy reports whether a statement denies it: the one of this program, or one about more.
func (n denial) madeBy(s Statement) bool {
	bare := func(s Statement) string {
		s.Resource, s.NotResource = nil, nil
		return s.canonical()
	}
	has := lowered(s.Action)
	if slices.ContainsFunc(lowered(n.deny.Action), func(action string) bool { return !slices.Contains(has, action) }) {
		return false
	}
	same := s
	same.Action = n.deny.Action
	if bare(same) != bare(n.deny) {
		return false
	}
	return !slices.ContainsFunc(n.on, func(on string) bool {
		if len(s.NotResource) > 0 {
			return slices.ContainsFunc(s.NotResource, func(not string) bool { return !slices.Contains(n.asked, not) && meet(not, on) })
		}
		return !slices.ContainsFunc(s.Resource, func(resource string) bool { return includes(resource, on) })
	})
}

// includes reports whether a pattern matches all that another one does. It does not find out of each one that does.
func includes(wide, narrow string) bool {
	return wide == narrow || !strings.ContainsAny(wide, "?$") && match(pattern(wide), []rune(narrow))
}

// meet reports whether a text may match both patterns.
func meet(a, b string) bool {
	literal := func(pattern string) string {
		if n := strings.IndexAny(pattern, "*?$"); n >= 0 {
			return pattern[:n]
		}
		return pattern
	}
	a, b = literal(a), literal(b)
	return strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
}

// Joined returns the document with one statement in place of several that deny alike and differ in nothing but what they are about.
func Joined(doc Document) Document {
	statements := doc.Statement
	doc.Statement = nil
	for _, s := range statements {
		doc.Statement = withDenial(doc.Statement, s)
	}
	return doc
}

// withDenial adds a statement, to one that denies the same on other resources, or other actions on the same ones.
func withDenial(statements []Statement, s Statement) []Statement {
	without := func(s Statement, actions, resources bool) string {
		if actions {
			s.Action = nil
		}
		if resources {
			s.Resource = nil
		}
		return s.canonical()
	}
	for i, other := range statements {
		switch {
		case s.Effect != Deny || other.Effect != Deny:
		case len(s.Action) > 0 && len(other.Action) > 0 && without(s, true, false) == without(other, true, false):
			statements[i].Action = union(other.Action, s.Action)
			return statements
		case len(s.Resource) > 0 && len(other.Resource) > 0 && without(s, false, true) == without(other, false, true):
			statements[i].Resource = union(other.Resource, s.Resource)
			return statements
		}
	}
	return append(statements, s)
}

// union are the texts of both, each once, in order of appearance.
func union(a, b []string) []string {
	all := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}
