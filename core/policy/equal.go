package policy

import (
	"maps"
	"slices"
	"strings"
)

// Equal reports whether two documents mean the same: the order of members, statements and values does not matter, nor
// does whether a single value stands in a list, nor the case of actions.
func Equal(a, b Document) bool { return a.canonical() == b.canonical() }

// canonical is the same text for documents that mean the same.
func (d Document) canonical() string {
	var statements []string
	for _, s := range d.Statement {
		statements = append(statements, s.canonical())
	}
	slices.Sort(statements)
	rest := unknown(d.order, []string{"Version", "Id", "Statement"})
	return strings.Join(append([]string{d.Version, d.ID, rest}, statements...), "\n")
}

// canonical is the same text for statements that mean the same.
func (s Statement) canonical() string {
	n := node{kind: object}
	s.Principal, s.NotPrincipal = s.Principal.plain(), s.NotPrincipal.plain()
	for _, f := range fields() {
		if value, set := f.get(&s); set {
			n.members = append(n.members, member{f.name, sorted(value)})
		}
	}
	for _, name := range []string{"Action", "NotAction"} {
		for i, m := range n.members {
			if m.name == name {
				n.members[i].value = lowered(m.value)
			}
		}
	}
	return n.compact() + unknown(s.order, fieldNames())
}

// plain is the principal as shortly as it can be written: {"AWS": "*"} is everybody, as "*" is.
func (p *Principal) plain() *Principal {
	if p != nil && !p.Any && len(p.Of) == 1 && slices.Contains(p.Of["AWS"], "*") {
		return &Principal{Any: true}
	}
	return p
}

// unknown prints the members that are not among the names.
func unknown(members []member, names []string) string {
	n := node{kind: object}
	for _, m := range members {
		if !slices.Contains(names, m.name) {
			n.members = append(n.members, member{m.name, sorted(m.value)})
		}
	}
	if len(n.members) == 0 {
		return ""
	}
	return sorted(n).compact()
}

// sorted returns the value with its members and items in order, and repeated items once.
func sorted(n node) node {
	switch n.kind {
	case array:
		byText := map[string]node{}
		for _, item := range n.items {
			item = sorted(item)
			byText[item.compact()] = item
		}
		n.items = nil
		for _, key := range slices.Sorted(maps.Keys(byText)) {
			n.items = append(n.items, byText[key])
		}
	case object:
		n.members = slices.Clone(n.members)
		for i := range n.members {
			n.members[i].value = sorted(n.members[i].value)
		}
		slices.SortFunc(n.members, func(a, b member) int { return strings.Compare(a.name, b.name) })
	}
	return n
}

// lowered returns a list with its strings in lower case.
func lowered(n node) node {
	values := listNode(nil)
	for _, item := range n.items {
		values.items = append(values.items, textNode(strings.ToLower(item.text)))
	}
	return sorted(values)
}
