package policy

import (
	"slices"
	"strconv"
	"strings"
)

// patternSet reads texts, character by character, with all its patterns at once. Texts that lead to the same cursors cannot be told
// apart by what follows, so that finitely many texts stand for all (docs/decisions/0008-regions.md).
type patternSet [][]wildcard

// cursor is a place in a pattern that is still matching.
type cursor struct{ pattern, at int }

// cursors are the places in all patterns that still match, in order.
type cursors []cursor

// reached is a text that a patternSet has read, with where that leads.
type reached struct {
	text string
	at   cursors
}

func (p patternSet) start() cursors {
	var at cursors
	for i := range p {
		at = p.enter(at, cursor{i, 0})
	}
	return at
}

// enter adds a cursor. A star matches nothing too, so what is behind it is entered as well; and what is before it is dropped, because
// the star matches all that it could.
func (p patternSet) enter(at cursors, c cursor) cursors {
	elements := p[c.pattern]
	for {
		at = append(at, c)
		if c.at == len(elements) || !elements[c.at].isStar() {
			return at
		}
		for len(at) > 1 && at[len(at)-2].pattern == c.pattern {
			at = slices.Delete(at, len(at)-2, len(at)-1)
		}
		c.at++
	}
}

func (w wildcard) isStar() bool { return w.wild && w.r == '*' }

// step reads one character.
func (p patternSet) step(from cursors, r rune) cursors {
	var at cursors
	add := func(c cursor) {
		if !slices.Contains(at, c) {
			at = p.enter(at, c)
		}
	}
	for _, c := range from {
		switch elements := p[c.pattern]; {
		case c.at == len(elements):
		case elements[c.at].isStar():
			add(c)
		case elements[c.at].wild || elements[c.at].r == r:
			add(cursor{c.pattern, c.at + 1})
		}
	}
	return at
}

func (p patternSet) read(from cursors, text string) cursors {
	for _, r := range text {
		from = p.step(from, r)
	}
	return from
}

// matching returns which patterns match the text that led to the cursors.
func (p patternSet) matching(at cursors) []int {
	var which []int
	for _, c := range at {
		if c.at == len(p[c.pattern]) {
			which = append(which, c.pattern)
		}
	}
	return which
}

func (at cursors) key() string {
	var b strings.Builder
	for _, c := range at {
		b.WriteString(strconv.Itoa(c.pattern))
		b.WriteByte(':')
		b.WriteString(strconv.Itoa(c.at))
		b.WriteByte(' ')
	}
	return b.String()
}

// explore returns a shortest text, of at least one character that may be in it, for each set of cursors that can be reached. It
// reports false if there are more than limit.
func (p patternSet) explore(from cursors, may func(rune) bool, limit int) ([]reached, bool) {
	var found []reached
	seen := map[string]bool{}
	next := []reached{{"", from}}
	for len(next) > 0 {
		r := next[0]
		next = next[1:]
		for _, c := range p.alphabet(r.at, may) {
			to := reached{r.text + string(c), p.step(r.at, c)}
			if key := to.at.key(); !seen[key] {
				seen[key] = true
				found = append(found, to)
				next = append(next, to)
			}
		}
		if len(found) > limit {
			return found, false
		}
	}
	return found, true
}

// alphabet returns the characters that lead from the cursors to different places: those that patterns wait for, and one that none
// waits for, where there is one.
func (p patternSet) alphabet(at cursors, may func(rune) bool) []rune {
	var wanted []rune
	for _, c := range at {
		if c.at == len(p[c.pattern]) {
			continue
		}
		if e := p[c.pattern][c.at]; !e.wild && may(e.r) && !slices.Contains(wanted, e.r) {
			wanted = append(wanted, e.r)
		}
	}
	const others = "xyzabcdefghijklmnopqrstuvw0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-._~"
	for _, r := range others {
		if may(r) && !slices.Contains(wanted, r) {
			return append(wanted, r)
		}
	}
	for r := '一'; may(r); r++ {
		if !slices.Contains(wanted, r) {
			return append(wanted, r)
		}
	}
	return wanted
}
