package policy

import (
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// Parse parses a policy document. InvalidArgument, with the place in the message, for JSON that is no policy document: each
// statement must have an Effect, and either an Action or a NotAction. Members that the policy language does not have are kept,
// but a member of the language in another case ("action") is an error.
func Parse(data []byte) (Document, error) {
	root, err := parseJSON(data)
	if err != nil {
		return Document{}, err
	}
	members, ok := root.(orderedjson.Object)
	if !ok {
		return Document{}, fault.New(fault.InvalidArgument, "the policy must be a JSON object")
	}
	doc := Document{order: members}
	for _, m := range members {
		if err := doc.read(m); err != nil {
			return Document{}, err
		}
	}
	if _, has := members.Get("Statement"); !has {
		return Document{}, fault.New(fault.InvalidArgument, "the policy has no Statement")
	}
	return doc, nil
}

// read sets one member of the document.
func (d *Document) read(m orderedjson.Member) (err error) {
	text, isText := m.Value.(string)
	switch m.Name {
	case "Version":
		if text != Version && text != "2008-10-17" {
			return fault.New(fault.InvalidArgument, "the policy's Version must be %q", Version)
		}
		d.Version = text
	case "Id":
		if !isText {
			return fault.New(fault.InvalidArgument, "the policy's Id must be a string")
		}
		d.ID = text
	case "Statement":
		d.Statement, err = readStatements(m.Value)
		return err
	default:
		if known := otherCase(m.Name, []string{"Version", "Id", "Statement"}); known != "" {
			return fault.New(fault.InvalidArgument, "the policy has a member %q; write it as %q", m.Name, known)
		}
	}
	return nil
}

func readStatements(v orderedjson.Value) ([]Statement, error) {
	items, ok := v.([]orderedjson.Value)
	if single, is := v.(orderedjson.Object); is {
		items, ok = []orderedjson.Value{single}, true
	}
	if !ok {
		return nil, fault.New(fault.InvalidArgument, "the policy's Statement must be an object or a list of objects")
	}
	var statements []Statement
	for i, item := range items {
		s, err := readStatement(item)
		if err != nil {
			return nil, fault.New(fault.InvalidArgument, "statement %d of the policy: %s", i+1, err)
		}
		statements = append(statements, s)
	}
	return statements, nil
}

// readStatement parses one statement; its errors do not name it.
func readStatement(v orderedjson.Value) (Statement, error) {
	members, ok := v.(orderedjson.Object)
	if !ok {
		return Statement{}, fault.New(fault.InvalidArgument, "it must be an object")
	}
	s := Statement{order: members}
	known := fields()
	for _, m := range members {
		i := slices.IndexFunc(known, func(f field) bool { return f.name == m.Name })
		if i < 0 {
			if name := otherCase(m.Name, fieldNames()); name != "" {
				return s, fault.New(fault.InvalidArgument, "it has a member %q; write it as %q", m.Name, name)
			}
			continue
		}
		if err := known[i].set(&s, m.Value); err != nil {
			return s, fault.New(fault.InvalidArgument, "%s %s", m.Name, err)
		}
	}
	return s, s.check()
}

// check refuses statements that contradict themselves or lack what a statement must have.
func (s Statement) check() error {
	switch {
	case s.Effect == "":
		return fault.New(fault.InvalidArgument, "it has no Effect")
	case s.Effect != Allow && s.Effect != Deny:
		return fault.New(fault.InvalidArgument, "Effect must be %q or %q", Allow, Deny)
	case len(s.Action) == 0 && len(s.NotAction) == 0:
		return fault.New(fault.InvalidArgument, "it has no Action")
	case len(s.Action) > 0 && len(s.NotAction) > 0:
		return fault.New(fault.InvalidArgument, "it has both Action and NotAction")
	case len(s.Resource) > 0 && len(s.NotResource) > 0:
		return fault.New(fault.InvalidArgument, "it has both Resource and NotResource")
	case s.Principal != nil && s.NotPrincipal != nil:
		return fault.New(fault.InvalidArgument, "it has both Principal and NotPrincipal")
	}
	return nil
}

func fieldNames() []string {
	var names []string
	for _, f := range fields() {
		names = append(names, f.name)
	}
	return names
}

// otherCase returns the name that differs from the given one in case only, "" if there is none.
func otherCase(name string, names []string) string {
	i := slices.IndexFunc(names, func(n string) bool { return n != name && strings.EqualFold(n, name) })
	if i < 0 {
		return ""
	}
	return names[i]
}

// ParseStatement parses one statement of a policy that gives access. InvalidArgument if it is none, or lacks Effect, Action or
// Resource.
func ParseStatement(data []byte) (Statement, error) {
	v, err := parseJSON(data)
	if err != nil {
		return Statement{}, fault.Wrap(fault.InvalidArgument, err, "Invalid JSON string")
	}
	members, ok := v.(orderedjson.Object)
	if !ok {
		return Statement{}, fault.New(fault.InvalidArgument, "JSON must be an object")
	}
	var missing []string
	for _, name := range []string{"Action", "Effect", "Resource"} {
		if _, has := members.Get(name); !has {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return Statement{}, fault.New(fault.InvalidArgument, "Statement JSON missing required keys: %s", strings.Join(missing, ", "))
	}
	s, err := readStatement(v)
	if err != nil {
		return Statement{}, fault.New(fault.InvalidArgument, "the statement is not valid: %s", err)
	}
	return s, nil
}
