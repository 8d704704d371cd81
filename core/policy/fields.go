package policy

import (
	"maps"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// field is one member of a statement: how it is read and how it is printed.
type field struct {
	name string
	// get returns the value as it is printed where nothing else was read; false if it is not set.
	get func(s *Statement) (node, bool)
	// set reads the value; its error follows the member's name.
	set func(s *Statement, n node) error
}

// fields returns the members of a statement, in the order in which built statements print them.
func fields() []field {
	return []field{
		textField("Sid", func(s *Statement) *string { return &s.Sid }),
		textField("Effect", func(s *Statement) *string { return (*string)(&s.Effect) }),
		principalField("Principal", func(s *Statement) **Principal { return &s.Principal }),
		principalField("NotPrincipal", func(s *Statement) **Principal { return &s.NotPrincipal }),
		listField("Action", func(s *Statement) *[]string { return &s.Action }),
		listField("NotAction", func(s *Statement) *[]string { return &s.NotAction }),
		listField("Resource", func(s *Statement) *[]string { return &s.Resource }),
		listField("NotResource", func(s *Statement) *[]string { return &s.NotResource }),
		{
			name: "Condition",
			get:  func(s *Statement) (node, bool) { return conditionNode(s.Condition), s.Condition != nil },
			set: func(s *Statement, n node) (err error) {
				s.Condition, err = readCondition(n)
				return err
			},
		},
	}
}

func textField(name string, of func(*Statement) *string) field {
	return field{
		name: name,
		get:  func(s *Statement) (node, bool) { return textNode(*of(s)), *of(s) != "" },
		set: func(s *Statement, n node) error {
			if n.kind != text {
				return fault.New(fault.InvalidArgument, "must be a string")
			}
			*of(s) = n.text
			return nil
		},
	}
}

func listField(name string, of func(*Statement) *[]string) field {
	return field{
		name: name,
		get:  func(s *Statement) (node, bool) { return listNode(*of(s)), len(*of(s)) > 0 },
		set: func(s *Statement, n node) (err error) {
			*of(s), err = readList(n)
			return err
		},
	}
}

func principalField(name string, of func(*Statement) **Principal) field {
	return field{
		name: name,
		get: func(s *Statement) (node, bool) {
			if *of(s) == nil {
				return node{}, false
			}
			return (*of(s)).node(), true
		},
		set: func(s *Statement, n node) (err error) {
			*of(s), err = readPrincipal(n)
			return err
		},
	}
}

// readList reads one string or a list of strings; there must be one, and none may be empty.
func readList(n node) ([]string, error) {
	items := n.items
	if n.kind == text {
		items = []node{n}
	} else if n.kind != array {
		return nil, fault.New(fault.InvalidArgument, "must be a string or a list of strings")
	}
	if len(items) == 0 {
		return nil, fault.New(fault.InvalidArgument, "must not be an empty list")
	}
	var values []string
	for _, item := range items {
		if item.kind != text || item.text == "" {
			return nil, fault.New(fault.InvalidArgument, "must be a string or a list of strings, none of them empty")
		}
		values = append(values, item.text)
	}
	return values, nil
}

func readPrincipal(n node) (*Principal, error) {
	if n.kind == text && n.text == "*" {
		return &Principal{Any: true}, nil
	}
	if n.kind != object || len(n.members) == 0 {
		return nil, fault.New(fault.InvalidArgument, `must be "*" or an object such as {"AWS": "..."}`)
	}
	p := &Principal{Of: map[string][]string{}}
	for _, m := range n.members {
		names, err := readList(m.value)
		if err != nil {
			return nil, fault.New(fault.InvalidArgument, "%s %s", m.name, err)
		}
		p.Of[m.name] = names
	}
	return p, nil
}

func (p *Principal) node() node {
	if p.Any {
		return textNode("*")
	}
	n := node{kind: object}
	for _, kind := range slices.Sorted(maps.Keys(p.Of)) {
		n.members = append(n.members, member{kind, listNode(p.Of[kind])})
	}
	return n
}

func readCondition(n node) (map[string]map[string][]string, error) {
	if n.kind != object {
		return nil, fault.New(fault.InvalidArgument, "must be an object")
	}
	condition := map[string]map[string][]string{}
	for _, operator := range n.members {
		if operator.value.kind != object {
			return nil, fault.New(fault.InvalidArgument, "%s must be an object", operator.name)
		}
		condition[operator.name] = map[string][]string{}
		for _, key := range operator.value.members {
			values, err := readScalars(key.value)
			if err != nil {
				return nil, fault.New(fault.InvalidArgument, "%s %s %s", operator.name, key.name, err)
			}
			condition[operator.name][key.name] = values
		}
	}
	return condition, nil
}

// readScalars reads the values of a condition: strings, numbers and booleans, one or a list.
func readScalars(n node) ([]string, error) {
	items := n.items
	if n.kind != array {
		items = []node{n}
	}
	values := []string{}
	for _, item := range items {
		if item.kind == object || item.kind == array || (item.kind == literal && item.text == "null") {
			return nil, fault.New(fault.InvalidArgument, "must be a string, a number, true or false, or a list of those")
		}
		values = append(values, item.text)
	}
	return values, nil
}

func conditionNode(condition map[string]map[string][]string) node {
	n := node{kind: object}
	for _, operator := range slices.Sorted(maps.Keys(condition)) {
		keys := node{kind: object}
		for _, key := range slices.Sorted(maps.Keys(condition[operator])) {
			keys.members = append(keys.members, member{key, listNode(condition[operator][key])})
		}
		n.members = append(n.members, member{operator, keys})
	}
	return n
}
