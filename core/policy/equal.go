package policy

import (
	"maps"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// Equal reports whether two documents mean the same. The order of members, statements and values does not matter, nor
// whether a single value is in a list, nor the case of actions.
func Equal(a, b Document) bool { return a.canonical() == b.canonical() }

// canonical returns the same text for all documents that mean the same.
func (d Document) canonical() string {
	var statements []string
	for _, s := range d.Statement {
		statements = append(statements, s.canonical())
	}
	slices.Sort(statements)
	return strings.Join(append([]string{d.Version, d.ID, unknown(d.order, documentMembers)}, statements...), "\n")
}

// canonical returns the same text for all statements that mean the same.
func (s Statement) canonical() string {
	var members orderedjson.Object
	s.Principal, s.NotPrincipal = s.Principal.plain(), s.NotPrincipal.plain()
	s.Action, s.NotAction = lowered(s.Action), lowered(s.NotAction)
	s.Condition = withNetworks(s.Condition)
	for _, f := range fields() {
		if value, set := f.get(&s); set {
			members.Add(f.name, sorted(value))
		}
	}
	return orderedjson.Minimal(members) + unknown(s.order, fieldNames())
}

// withNetworks returns the conditions with addresses as networks in their shortest form: 10.0.0.1 is 10.0.0.1/32.
func withNetworks(conditions map[string]map[string][]string) map[string]map[string][]string {
	same := maps.Clone(conditions)
	for operator, keys := range same {
		if !strings.HasSuffix(strings.ToLower(strings.TrimSuffix(operator, "IfExists")), "ipaddress") {
			continue
		}
		keys = maps.Clone(keys)
		for key, values := range keys {
			values = slices.Clone(values)
			for i, v := range values {
				if network, ok := parseNetwork(v); ok {
					values[i] = network.Masked().String()
				}
			}
			keys[key] = values
		}
		same[operator] = keys
	}
	return same
}

// plain returns the principal in its shortest form: {"AWS": "*"} is everybody, as "*" is.
func (p *Principal) plain() *Principal {
	if p != nil && !p.Any && len(p.Of) == 1 && slices.Contains(p.Of["AWS"], "*") {
		return &Principal{Any: true}
	}
	return p
}

// unknown prints the members that are not among the names.
func unknown(members orderedjson.Object, names []string) string {
	others := slices.DeleteFunc(slices.Clone(members), func(m orderedjson.Member) bool { return slices.Contains(names, m.Name) })
	if len(others) == 0 {
		return ""
	}
	return orderedjson.Minimal(sorted(others))
}

// sorted returns the value with its members and items in order, and repeated items once.
func sorted(v orderedjson.Value) orderedjson.Value {
	switch v := v.(type) {
	case []orderedjson.Value:
		byText := map[string]orderedjson.Value{}
		for _, item := range v {
			item = sorted(item)
			byText[orderedjson.Minimal(item)] = item
		}
		items := []orderedjson.Value{}
		for _, key := range slices.Sorted(maps.Keys(byText)) {
			items = append(items, byText[key])
		}
		return items
	case orderedjson.Object:
		members := slices.Clone(v)
		for i := range members {
			members[i].Value = sorted(members[i].Value)
		}
		slices.SortFunc(members, func(a, b orderedjson.Member) int { return strings.Compare(a.Name, b.Name) })
		return members
	}
	return v
}

// lowered returns the strings in lower case.
func lowered(values []string) []string {
	lower := make([]string, len(values))
	for i, v := range values {
		lower[i] = strings.ToLower(v)
	}
	return lower
}
