package policy

import (
	"slices"

	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// JSON returns the document as JSON without white space.
func (d Document) JSON() string { return orderedjson.Minimal(d.value()) }

// Indent returns the document as JSON with an indentation of four spaces, as Python's json.dumps(indent=4) prints it.
func (d Document) Indent() string { return orderedjson.Indented(d.value(), 4) }

// value is the document as JSON, with the members of a parsed document in their order.
func (d Document) value() orderedjson.Object {
	now := orderedjson.Object{}
	now.AddText("Version", d.Version)
	now.AddText("Id", d.ID)
	now.Add("Statement", d.statements())
	return inOrder(d.order, now, func(name string) bool { return slices.Contains(documentMembers, name) })
}

// documentMembers are the members of a document that the policy language has.
var documentMembers = []string{"Version", "Id", "Statement"}

// inOrder returns the current members in the order in which they were parsed. Members that the language does not have keep
// their parsed values.
func inOrder(read, now orderedjson.Object, known func(name string) bool) orderedjson.Object {
	printed := orderedjson.Object{}
	for _, was := range read {
		if value, set := now.Get(was.Name); set {
			printed.Add(was.Name, value)
		} else if !known(was.Name) {
			printed = append(printed, was)
		}
	}
	for _, m := range now {
		if _, has := printed.Get(m.Name); !has {
			printed = append(printed, m)
		}
	}
	return printed
}

// statements is a single object if the document was parsed so and still has one statement, else an array.
func (d Document) statements() orderedjson.Value {
	was, _ := d.order.Get("Statement")
	if _, single := was.(orderedjson.Object); single && len(d.Statement) == 1 {
		return d.Statement[0].value()
	}
	list := []orderedjson.Value{}
	for i := range d.Statement {
		list = append(list, d.Statement[i].value())
	}
	return list
}

// value is the statement as JSON. Members that were parsed and have not changed since are printed as they were.
func (s Statement) value() orderedjson.Object {
	now := orderedjson.Object{}
	for _, f := range fields() {
		if value, set := f.get(&s); set {
			if was, has := s.order.Get(f.name); has {
				value = unlessChanged(f, was, value)
			}
			now.Add(f.name, value)
		}
	}
	return inOrder(s.order, now, func(name string) bool { return slices.Contains(fieldNames(), name) })
}

// unlessChanged returns the parsed value, or the current one if that means something else.
func unlessChanged(f field, was, now orderedjson.Value) orderedjson.Value {
	var read Statement
	if err := f.set(&read, was); err != nil {
		return now
	}
	if before, _ := f.get(&read); orderedjson.Minimal(before) != orderedjson.Minimal(now) {
		return now
	}
	return was
}
