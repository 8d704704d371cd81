package policy

import (
	"fmt"
	"maps"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// field is one member of a statement, with how it is parsed and printed.
type field struct {
	name string
	// get returns the value as JSON; false if it is not set.
	get func(s *Statement) (orderedjson.Value, bool)
	// set parses the value; its error follows the member's name.
	set func(s *Statement, v orderedjson.Value) error
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
			get:  func(s *Statement) (orderedjson.Value, bool) { return conditionValue(s.Condition), s.Condition != nil },
			set: func(s *Statement, v orderedjson.Value) (err error) {
				s.Condition, err = readCondition(v)
				return err
			},
		},
	}
}

func textField(name string, of func(*Statement) *string) field {
	return field{
		name: name,
		get:  func(s *Statement) (orderedjson.Value, bool) { return *of(s), *of(s) != "" },
		set: func(s *Statement, v orderedjson.Value) error {
			text, ok := v.(string)
			if !ok {
				return fault.New(fault.InvalidArgument, "must be a string")
			}
			*of(s) = text
			return nil
		},
	}
}

func listField(name string, of func(*Statement) *[]string) field {
	return field{
		name: name,
		get:  func(s *Statement) (orderedjson.Value, bool) { return listOf(*of(s)), len(*of(s)) > 0 },
		set: func(s *Statement, v orderedjson.Value) (err error) {
			*of(s), err = readList(v)
			return err
		},
	}
}

func principalField(name string, of func(*Statement) **Principal) field {
	return field{
		name: name,
		get: func(s *Statement) (orderedjson.Value, bool) {
			if *of(s) == nil {
				return nil, false
			}
			return (*of(s)).value(), true
		},
		set: func(s *Statement, v orderedjson.Value) (err error) {
			*of(s), err = readPrincipal(v)
			return err
		},
	}
}

// readList parses a string or a list of strings, of which there is at least one and none is empty.
func readList(v orderedjson.Value) ([]string, error) {
	items, ok := v.([]orderedjson.Value)
	if text, single := v.(string); single {
		items, ok = []orderedjson.Value{text}, true
	}
	switch {
	case !ok:
		return nil, fault.New(fault.InvalidArgument, "must be a string or a list of strings")
	case len(items) == 0:
		return nil, fault.New(fault.InvalidArgument, "must not be an empty list")
	}
	var values []string
	for _, item := range items {
		text, _ := item.(string)
		if text == "" {
			return nil, fault.New(fault.InvalidArgument, "must be a string or a list of strings, none of them empty")
		}
		values = append(values, text)
	}
	return values, nil
}

func readPrincipal(v orderedjson.Value) (*Principal, error) {
	if v == "*" {
		return &Principal{Any: true}, nil
	}
	kinds, _ := v.(orderedjson.Object)
	if len(kinds) == 0 {
		return nil, fault.New(fault.InvalidArgument, `must be "*" or an object such as {"AWS": "..."}`)
	}
	p := &Principal{Of: map[string][]string{}}
	for _, m := range kinds {
		names, err := readList(m.Value)
		if err != nil {
			return nil, fault.New(fault.InvalidArgument, "%s %s", m.Name, err)
		}
		p.Of[m.Name] = names
	}
	return p, nil
}

func (p *Principal) value() orderedjson.Value {
	if p.Any {
		return "*"
	}
	var kinds orderedjson.Object
	for _, kind := range slices.Sorted(maps.Keys(p.Of)) {
		kinds.Add(kind, listOf(p.Of[kind]))
	}
	return kinds
}

func readCondition(v orderedjson.Value) (map[string]map[string][]string, error) {
	operators, ok := v.(orderedjson.Object)
	if !ok {
		return nil, fault.New(fault.InvalidArgument, "must be an object")
	}
	condition := map[string]map[string][]string{}
	for _, operator := range operators {
		keys, ok := operator.Value.(orderedjson.Object)
		if !ok {
			return nil, fault.New(fault.InvalidArgument, "%s must be an object", operator.Name)
		}
		condition[operator.Name] = map[string][]string{}
		for _, key := range keys {
			values, err := readScalars(key.Value)
			if err != nil {
				return nil, fault.New(fault.InvalidArgument, "%s %s %s", operator.Name, key.Name, err)
			}
			condition[operator.Name][key.Name] = values
		}
	}
	return condition, nil
}

// readScalars parses the values of a condition: a string, number or boolean, or a list of them.
func readScalars(v orderedjson.Value) ([]string, error) {
	items, ok := v.([]orderedjson.Value)
	if !ok {
		items = []orderedjson.Value{v}
	}
	values := []string{}
	for _, item := range items {
		switch item.(type) {
		case string, orderedjson.Number, bool:
			values = append(values, fmt.Sprint(item))
		default:
			return nil, fault.New(fault.InvalidArgument, "must be a string, a number, true or false, or a list of those")
		}
	}
	return values, nil
}

func conditionValue(condition map[string]map[string][]string) orderedjson.Value {
	var operators orderedjson.Object
	for _, operator := range slices.Sorted(maps.Keys(condition)) {
		var keys orderedjson.Object
		for _, key := range slices.Sorted(maps.Keys(condition[operator])) {
			keys.Add(key, listOf(condition[operator][key]))
		}
		operators.Add(operator, keys)
	}
	return operators
}
