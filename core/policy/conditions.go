package policy

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// truth is the result of a condition.
type truth int

const (
	fails truth = iota
	holds
	// unknowable: the operator, or the value in the policy, is not understood.
	unknowable
)

// conditions returns whether all conditions of a statement hold.
func (v variables) conditions(conditions map[string]map[string][]string) truth {
	result := holds
	for name, keys := range conditions {
		op, known := parseOperator(name)
		for key, wanted := range keys {
			if !known {
				result = unknowable
				continue
			}
			switch v.condition(op, key, wanted) {
			case fails:
				return fails
			case unknowable:
				result = unknowable
			}
		}
	}
	return result
}

// operator is a parsed operator of the policy language.
type operator struct {
	// compare compares one value of the request with one of the policy; nil for Null.
	compare comparison
	negated bool
	// ifExists makes the condition hold for requests that lack the key.
	ifExists bool
	// forAll and forAny are the set operators, for keys with several values.
	forAll, forAny bool
}

// comparison reports whether a request's value matches the policy's; ok is false if the policy's is not understood.
type comparison func(v variables, value, wanted string) (matches, ok bool)

func parseOperator(name string) (operator, bool) {
	var op operator
	name, op.forAll = strings.CutPrefix(name, "ForAllValues:")
	if !op.forAll {
		name, op.forAny = strings.CutPrefix(name, "ForAnyValue:")
	}
	if name == "Null" {
		return op, !op.forAll && !op.forAny
	}
	name, op.ifExists = strings.CutSuffix(name, "IfExists")
	positive := name
	if name == "NotIpAddress" {
		positive = "IpAddress"
	} else if before, after, found := strings.Cut(name, "Not"); found {
		positive = before + after
	}
	op.negated = positive != name
	op.compare = comparisons()[positive]
	return op, op.compare != nil && !(op.negated && positive == "Bool")
}

// comparisons are the operators without their negations and modifiers.
func comparisons() map[string]comparison {
	equal := func(v variables, value, wanted string) (bool, bool) {
		elements, known := v.expand(wanted)
		return known && literally(elements) == value, true
	}
	return map[string]comparison{
		"StringEquals": equal,
		"BinaryEquals": equal,
		"StringEqualsIgnoreCase": func(v variables, value, wanted string) (bool, bool) {
			elements, known := v.expand(wanted)
			return known && strings.EqualFold(literally(elements), value), true
		},
		"StringLike": func(v variables, value, wanted string) (bool, bool) {
			elements, known := v.expand(wanted)
			return known && match(elements, []rune(value)), true
		},
		"ArnEquals": matchARN,
		"ArnLike":   matchARN,
		"Bool": func(_ variables, value, wanted string) (bool, bool) {
			lower := strings.ToLower(wanted)
			return strings.ToLower(value) == lower, lower == "true" || lower == "false"
		},
		"NumericEquals":            numeric(func(c int) bool { return c == 0 }),
		"NumericLessThan":          numeric(func(c int) bool { return c < 0 }),
		"NumericLessThanEquals":    numeric(func(c int) bool { return c <= 0 }),
		"NumericGreaterThan":       numeric(func(c int) bool { return c > 0 }),
		"NumericGreaterThanEquals": numeric(func(c int) bool { return c >= 0 }),
		"DateEquals":               date(func(c int) bool { return c == 0 }),
		"DateLessThan":             date(func(c int) bool { return c < 0 }),
		"DateLessThanEquals":       date(func(c int) bool { return c <= 0 }),
		"DateGreaterThan":          date(func(c int) bool { return c > 0 }),
		"DateGreaterThanEquals":    date(func(c int) bool { return c >= 0 }),
		"IpAddress":                matchIP,
	}
}

// condition returns whether the condition on one key holds.
func (v variables) condition(op operator, key string, wanted []string) truth {
	values, present := v.lookup(key)
	present = present && len(values) > 0
	if op.compare == nil {
		return isNull(!present, wanted)
	}
	if !present {
		return truthOf(op.ifExists || op.forAll || (op.negated && !op.forAny))
	}
	result := true
	matches := func(value string) bool {
		found := false
		for _, want := range wanted {
			is, ok := op.compare(v, value, want)
			result = result && ok
			found = found || is
		}
		return found != op.negated
	}
	// Every value is compared, so that a value of the policy that cannot be understood never goes unnoticed.
	count := 0
	for _, value := range values {
		if matches(value) {
			count++
		}
	}
	switch {
	case !result:
		return unknowable
	case op.forAll || (op.negated && !op.forAny):
		return truthOf(count == len(values))
	}
	return truthOf(count > 0)
}

func truthOf(b bool) truth {
	if b {
		return holds
	}
	return fails
}

// isNull is the operator Null: "true" requires the key to be absent, "false" to be present.
func isNull(missing bool, wanted []string) truth {
	known := func(w string) bool { return strings.EqualFold(w, "true") || strings.EqualFold(w, "false") }
	if len(wanted) == 0 || slices.ContainsFunc(wanted, func(w string) bool { return !known(w) }) {
		return unknowable
	}
	return truthOf(slices.ContainsFunc(wanted, func(w string) bool { return strings.EqualFold(w, "true") == missing }))
}

// literally returns the text of a pattern, with its wildcards as characters.
func literally(p []wildcard) string {
	var b strings.Builder
	for _, e := range p {
		b.WriteRune(e.r)
	}
	return b.String()
}

// matchARN compares the six parts of two ARNs; a wildcard matches within one part only.
func matchARN(v variables, value, wanted string) (bool, bool) {
	want, have := strings.SplitN(wanted, ":", 6), strings.SplitN(value, ":", 6)
	if len(want) != 6 {
		return wanted == "*", wanted == "*"
	}
	if len(have) != 6 {
		return false, true
	}
	for i := range want {
		elements, known := v.expand(want[i])
		if !known || !match(elements, []rune(have[i])) {
			return false, true
		}
	}
	return true, true
}

func numeric(holds func(int) bool) comparison {
	return func(_ variables, value, wanted string) (bool, bool) {
		want, err := strconv.ParseFloat(wanted, 64)
		if err != nil {
			return false, false
		}
		have, err := strconv.ParseFloat(value, 64)
		return err == nil && holds(cmp.Compare(have, want)), true
	}
}

func date(holds func(int) bool) comparison {
	return func(_ variables, value, wanted string) (bool, bool) {
		want, ok := parseDate(wanted)
		if !ok {
			return false, false
		}
		have, ok := parseDate(value)
		return ok && holds(have.Compare(want)), true
	}
}

// parseDate parses the forms of ISO 8601 that policies use, and seconds since 1970.
func parseDate(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	seconds, err := strconv.ParseInt(s, 10, 64)
	return time.Unix(seconds, 0), err == nil
}

func matchIP(_ variables, value, wanted string) (bool, bool) {
	want, ok := parseNetwork(wanted)
	have, _ := netip.ParseAddr(value)
	return ok && want.Contains(have.Unmap()), ok
}

// parseNetwork reads a network, or an address as the network of that address alone.
func parseNetwork(text string) (netip.Prefix, bool) {
	if !strings.Contains(text, "/") {
		address, err := netip.ParseAddr(text)
		address = address.Unmap()
		return netip.PrefixFrom(address, address.BitLen()), err == nil
	}
	network, err := netip.ParsePrefix(text)
	return network, err == nil
}
