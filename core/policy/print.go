package policy

import "slices"

// JSON prints the document without white space.
func (d Document) JSON() string { return d.node().compact() }

// Indent prints the document indented by four spaces, as Python's json.dumps(indent=4) does.
func (d Document) Indent() string { return d.node().indented() }

// node is the document as it is printed: members that were read stand where they stood.
func (d Document) node() node {
	n := node{kind: object}
	current := []member{{"Version", textNode(d.Version)}, {"Id", textNode(d.ID)}, {"Statement", d.statements()}}
	set := func(m member) bool { return m.name == "Statement" || m.value.text != "" }
	for _, was := range d.order {
		i := slices.IndexFunc(current, func(m member) bool { return m.name == was.name })
		switch {
		case i < 0:
			n.members = append(n.members, was)
		case set(current[i]):
			n.members = append(n.members, current[i])
		}
	}
	for _, m := range current {
		if _, has := n.get(m.name); !has && set(m) {
			n.members = append(n.members, m)
		}
	}
	return n
}

// statements is a single object if that is how it was read and there still is one only.
func (d Document) statements() node {
	if was, has := (node{members: d.order}).get("Statement"); has && was.kind == object && len(d.Statement) == 1 {
		return d.Statement[0].node()
	}
	n := node{kind: array}
	for i := range d.Statement {
		n.items = append(n.items, d.Statement[i].node())
	}
	return n
}

// node is the statement as it is printed: what was read and not changed since is printed as it was read.
func (s Statement) node() node {
	n, known := node{kind: object}, fields()
	for _, was := range s.order {
		i := slices.IndexFunc(known, func(f field) bool { return f.name == was.name })
		if i < 0 {
			n.members = append(n.members, was)
			continue
		}
		if now, set := known[i].get(&s); set {
			n.members = append(n.members, member{was.name, unlessChanged(known[i], was.value, now)})
		}
	}
	for _, f := range known {
		value, set := f.get(&s)
		if _, has := n.get(f.name); !has && set {
			n.members = append(n.members, member{f.name, value})
		}
	}
	return n
}

// unlessChanged returns the value as it was read, or as it is now if that means something else.
func unlessChanged(f field, was, now node) node {
	var read Statement
	if err := f.set(&read, was); err != nil {
		return now
	}
	if before, _ := f.get(&read); before.compact() != now.compact() {
		return now
	}
	return was
}
