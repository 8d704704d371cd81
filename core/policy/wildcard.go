package policy

import "strings"

// wildcard is an element of a pattern: a literal character, or "*" or "?" as a wildcard.
type wildcard struct {
	r    rune
	wild bool
}

// pattern returns the elements of a text in which "*" and "?" are wildcards, for any characters and for one.
func pattern(s string) []wildcard {
	var p []wildcard
	for _, r := range s {
		p = append(p, wildcard{r, r == '*' || r == '?'})
	}
	return p
}

// match reports whether the pattern matches the whole text. Its time is at most proportional to the product of both lengths,
// because it backtracks only to the last "*".
func match(p []wildcard, s []rune) bool {
	i, j, star, mark := 0, 0, -1, 0
	for j < len(s) {
		switch {
		case i < len(p) && p[i].wild && p[i].r == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i].wild || p[i].r == s[j]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i].wild && p[i].r == '*' {
		i++
	}
	return i == len(p)
}

// matchFold is match without regard to case, for actions and condition keys.
func matchFold(p, s string) bool {
	if !strings.ContainsAny(p, "*?") {
		return strings.EqualFold(p, s)
	}
	return match(pattern(strings.ToLower(p)), []rune(strings.ToLower(s)))
}
