package policy

import "strings"

// variables are the policy variables of a request. They are off in documents of the language version 2008-10-17.
type variables struct {
	on      bool
	context map[string][]string
}

// lookup returns the values of a condition key.
func (v variables) lookup(key string) ([]string, bool) {
	for name, values := range v.context {
		if strings.EqualFold(name, key) {
			return values, true
		}
	}
	return nil, false
}

// expand returns the pattern with its variables replaced by their values, in which "*" and "?" are literal characters. It
// reports false if a variable has no value.
func (v variables) expand(p string) ([]wildcard, bool) {
	if !v.on {
		return pattern(p), true
	}
	var elements []wildcard
	for {
		before, rest, found := strings.Cut(p, "${")
		inside, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return append(elements, pattern(p)...), true
		}
		value, known := v.value(inside)
		if !known {
			return nil, false
		}
		elements = append(elements, pattern(before)...)
		for _, r := range value {
			elements = append(elements, wildcard{r: r})
		}
		p = after
	}
}

// value returns the value of a variable: an escaped special character, the single value of a condition key, or the default.
func (v variables) value(inside string) (string, bool) {
	if inside == "*" || inside == "?" || inside == "$" {
		return inside, true
	}
	key, fallback, has := strings.Cut(inside, ",")
	if values, found := v.lookup(strings.TrimSpace(key)); found && len(values) == 1 {
		return values[0], true
	}
	fallback = strings.TrimSpace(fallback)
	if has && len(fallback) >= 2 && fallback[0] == '\'' && fallback[len(fallback)-1] == '\'' {
		return fallback[1 : len(fallback)-1], true
	}
	return "", false
}

// BucketVariables returns the patterns of resources in which the bucket depends on a variable without a value, and by which the document
// may allow something in any bucket.
func (d Document) BucketVariables(context map[string][]string) []string {
	var patterns []string
	for _, s := range d.Statement {
		resources := s.Resource
		if s.Effect != Allow {
			resources = s.NotResource
		}
		for _, r := range resources {
			if (variables{context: context}).varyBucket(r) {
				patterns = append(patterns, r)
			}
		}
	}
	return patterns
}

// varyBucket reports whether a variable without a value is before the first slash of a pattern.
func (v variables) varyBucket(text string) bool {
	for {
		before, rest, found := strings.Cut(text, "${")
		inside, after, closed := strings.Cut(rest, "}")
		if !found || !closed || strings.Contains(before, "/") {
			return false
		}
		key, _, _ := strings.Cut(inside, ",")
		if _, has := v.lookup(strings.TrimSpace(key)); !has && !strings.Contains("*?$", inside) {
			return true
		}
		text = after
	}
}
