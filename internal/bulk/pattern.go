package bulk

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Patterns selects keys as Python's fnmatch does on POSIX: * matches any characters, including slashes, ? any one
// character, [abc] and [a-c] one of a set, [!abc] one that is not in the set. Everything else matches itself, as does an
// unclosed bracket. Case matters. The zero Patterns selects every key.
type Patterns struct {
	any *regexp.Regexp
	// Prefix is what every key begins with that is selected.
	Prefix string
}

// NewPatterns selects the keys that match at least one of the patterns.
func NewPatterns(patterns []string) (Patterns, error) {
	if len(patterns) == 0 {
		return Patterns{}, nil
	}
	alternatives, prefix := make([]string, len(patterns)), literal(patterns[0])
	for i, p := range patterns {
		alternatives[i] = translate(p)
		for !strings.HasPrefix(literal(p), prefix) {
			_, last := utf8.DecodeLastRuneInString(prefix)
			prefix = prefix[:len(prefix)-last]
		}
	}
	compiled, err := regexp.Compile(`\A(?s:` + strings.Join(alternatives, "|") + `)\z`)
	if err != nil {
		return Patterns{}, fault.Wrap(fault.InvalidArgument, err, "the patterns are too many or too long; use fewer")
	}
	return Patterns{compiled, prefix}, nil
}

// Match reports whether the key is selected.
func (p Patterns) Match(key string) bool { return p.any == nil || p.any.MatchString(key) }

// literal returns the beginning of a pattern that matches itself.
func literal(pattern string) string {
	if at := strings.IndexAny(pattern, "*?["); at >= 0 {
		pattern = pattern[:at]
	}
	if !utf8.ValidString(pattern) {
		return "" // no key is like that, and no system is asked for it
	}
	return pattern
}

// translate returns the pattern as a regular expression.
func translate(pattern string) string {
	var b strings.Builder
	runes := []rune(pattern)
	for i := 0; i < len(runes); i++ {
		switch c := runes[i]; c {
		case '*':
			b.WriteString(".*")
		case '?':
			b.WriteByte('.')
		case '[':
			end := closingBracket(runes, i+1)
			if end < 0 {
				b.WriteString(`\[`)
				continue
			}
			b.WriteString(class(runes[i+1 : end]))
			i = end
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return b.String()
}

// closingBracket returns the index of the bracket that closes the set that starts at i; -1 if there is none. A bracket
// that comes first, or first after the exclamation mark, belongs to the set.
func closingBracket(runes []rune, i int) int {
	if i < len(runes) && runes[i] == '!' {
		i++
	}
	if i < len(runes) && runes[i] == ']' {
		i++
	}
	for ; i < len(runes); i++ {
		if runes[i] == ']' {
			return i
		}
	}
	return -1
}

// class returns the regular expression for the content of a set. Reversed ranges are dropped; an empty set matches
// nothing, and its negation anything.
func class(set []rune) string {
	negated := set[0] == '!'
	if negated {
		set = set[1:]
	}
	var b strings.Builder
	for i := 0; i < len(set); i++ {
		low, high := set[i], set[i]
		if i+2 < len(set) && set[i+1] == '-' {
			high = set[i+2]
			i += 2
		}
		if low <= high {
			fmt.Fprintf(&b, `\x{%x}-\x{%x}`, low, high)
		}
	}
	switch {
	case b.Len() == 0 && negated:
		return "."
	case b.Len() == 0:
		return `[^\x{0}-\x{10ffff}]`
	case negated:
		return "[^" + b.String() + "]"
	}
	return "[" + b.String() + "]"
}
