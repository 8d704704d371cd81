package policy

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// mostValues is how many values of one condition key are tried.
	mostValues = 256
	// mostTogether is how many of them are tried in all combinations, for operators that look at several values.
	mostTogether = 6
	// mostContexts is how many combinations of the values of all keys are tried.
	mostContexts = 4096
)

// test is what conditions compare a key with, by one kind of operator.
type test struct {
	op     operator
	name   string
	values []string
}

// tests returns what the statements compare each key with. Keys are in lower case.
func tests(statements []versioned) map[string][]test {
	found := map[string][]test{}
	for _, s := range statements {
		for name, keys := range s.Condition {
			op, _ := parseOperator(name)
			for key, values := range keys {
				key = strings.ToLower(key)
				found[key] = append(found[key], test{op, comparisonName(name), values})
			}
		}
	}
	return found
}

// comparisonName is the name of an operator without what negates or modifies it.
func comparisonName(operator string) string {
	for _, prefix := range []string{"ForAllValues:", "ForAnyValue:"} {
		operator = strings.TrimPrefix(operator, prefix)
	}
	return strings.Replace(strings.TrimSuffix(operator, "IfExists"), "Not", "", 1)
}

// representatives returns values of a key, one for each way in which all tests of it can come out: nil for a request without the
// key. It reports false if there are more than this package tries.
func representatives(tests []test, vars variables) ([][]string, bool) {
	wanted := map[string][]string{}
	for _, t := range tests {
		wanted[kindOf(t.name)] = append(wanted[kindOf(t.name)], t.values...)
	}
	var single []string
	var texts patternSet
	for kind, values := range wanted {
		switch kind {
		case "Numeric":
			single = append(single, around(values, parseNumber, printNumber)...)
		case "Date":
			single = append(single, around(values, parseSeconds, printSeconds)...)
		case "IpAddress":
			single = append(single, edges(values)...)
		case "Bool", "Null":
			single = append(single, "true", "false")
		case "Like":
			for _, v := range values {
				if elements, known := vars.expand(v); known {
					texts = append(texts, elements)
				}
			}
		default:
			for _, v := range values {
				texts = append(texts, literals(v, vars), literals(strings.ToLower(v), vars), literals(strings.ToUpper(v), vars))
			}
		}
	}
	if len(texts) > 0 {
		reachable, ok := texts.explore(texts.start(), func(rune) bool { return true }, mostRegions)
		if !ok {
			return nil, false
		}
		for _, r := range texts.distinct(append([]reached{{"", texts.start()}}, reachable...)) {
			single = append(single, r.text)
		}
	}
	slices.Sort(single)
	single = slices.Compact(single)
	all := [][]string{nil}
	if slices.ContainsFunc(tests, func(t test) bool { return t.op.forAll || t.op.forAny }) {
		if len(single) > mostTogether {
			return nil, false
		}
		return append(all, subsets(single)...), true
	}
	for _, v := range single {
		all = append(all, []string{v})
	}
	return all, len(all) <= mostValues
}

// kindOf says how the values of a comparison stand to each other. Like and equality are tried together, since one key can have both.
func kindOf(comparison string) string {
	for _, kind := range []string{"Numeric", "Date", "IpAddress", "Bool", "Null"} {
		if strings.HasPrefix(comparison, kind) {
			return kind
		}
	}
	if comparison == "StringLike" || strings.HasPrefix(comparison, "Arn") {
		return "Like"
	}
	return "Equals"
}

// distinct returns a text for each set of patterns that match: the first.
func (p patternSet) distinct(all []reached) []reached {
	var first []reached
	seen := map[string]bool{}
	for _, r := range all {
		if key := keyOf(p.matching(r.at)); !seen[key] {
			seen[key] = true
			first = append(first, r)
		}
	}
	return first
}

func keyOf(which []int) string {
	var b strings.Builder
	for _, i := range which {
		b.WriteString(strconv.Itoa(i))
		b.WriteByte(' ')
	}
	return b.String()
}

// literals is a text whose wildcards are characters.
func literals(text string, vars variables) []wildcard {
	elements, _ := vars.expand(text)
	elements = slices.Clone(elements)
	for i := range elements {
		elements[i].wild = false
	}
	return elements
}

// subsets returns all sets of the values but the empty one.
func subsets(values []string) [][]string {
	var sets [][]string
	for mask := 1; mask < 1<<len(values); mask++ {
		var set []string
		for i, v := range values {
			if mask&(1<<i) != 0 {
				set = append(set, v)
			}
		}
		sets = append(sets, set)
	}
	return sets
}

func parseNumber(s string) (float64, bool) {
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

func parseSeconds(s string) (float64, bool) {
	t, ok := parseDate(s)
	return float64(t.Unix()), ok
}

func printNumber(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func printSeconds(f float64) string { return time.Unix(int64(f), 0).UTC().Format(time.RFC3339) }

// around returns each number, one between each two neighbours, and one beyond each end: every order that a number can stand in to
// them.
func around(values []string, parse func(string) (float64, bool), print func(float64) string) []string {
	numbers := []float64{}
	for _, v := range values {
		if f, ok := parse(v); ok {
			numbers = append(numbers, f)
		}
	}
	if len(numbers) == 0 {
		return []string{print(0)}
	}
	slices.Sort(numbers)
	texts := []string{print(numbers[0] - 1), print(numbers[len(numbers)-1] + 1)}
	for i, f := range numbers {
		texts = append(texts, print(f))
		if i > 0 {
			texts = append(texts, print((numbers[i-1]+f)/2))
		}
	}
	return texts
}

// edges returns the first and the last address of each network, and their neighbours outside.
func edges(networks []string) []string {
	addresses := map[netip.Addr]bool{netip.MustParseAddr("192.0.2.1"): true}
	for _, text := range networks {
		network, ok := parseNetwork(text)
		if !ok {
			continue
		}
		first := network.Masked().Addr()
		last := lastOf(network)
		for _, a := range []netip.Addr{first.Prev(), first, last, last.Next()} {
			if a.IsValid() {
				addresses[a] = true
			}
		}
	}
	var texts []string
	for _, a := range slices.SortedFunc(maps.Keys(addresses), netip.Addr.Compare) {
		texts = append(texts, a.String())
	}
	return texts
}

func lastOf(network netip.Prefix) netip.Addr {
	bytes := network.Masked().Addr().AsSlice()
	for bit := network.Bits(); bit < len(bytes)*8; bit++ {
		bytes[bit/8] |= 1 << (7 - bit%8)
	}
	last, _ := netip.AddrFromSlice(bytes)
	return last
}

// contextsOf returns every combination of the values of the keys, on top of a base. It reports false if there are too many.
func contextsOf(base map[string][]string, values map[string][][]string) ([]map[string][]string, bool) {
	all := []map[string][]string{base}
	for _, key := range slices.SortedFunc(maps.Keys(values), cmp.Compare) {
		if len(all)*len(values[key]) > mostContexts {
			return all, false
		}
		var next []map[string][]string
		for _, context := range all {
			for _, v := range values[key] {
				with := maps.Clone(context)
				delete(with, key)
				if v != nil {
					with[key] = v
				}
				next = append(next, with)
			}
		}
		all = next
	}
	return all, true
}
