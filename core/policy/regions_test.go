package policy

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// texts calls do with every text of at most length characters of the alphabet, but for the empty one.
func texts(alphabet string, length int, do func(string)) {
	var grow func(string)
	grow = func(text string) {
		for _, r := range alphabet {
			do(text + string(r))
			if len(text)+1 < length {
				grow(text + string(r))
			}
		}
	}
	grow("")
}

// generator makes random documents in a small alphabet, in which everything can be tried.
type generator struct{ *rand.Rand }

func newGenerator(t *testing.T) generator {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return generator{rand.New(rand.NewPCG(seed, 0))}
}

func (g generator) text(alphabet string, length int) string {
	var b strings.Builder
	for range 1 + g.IntN(length) {
		b.WriteByte(alphabet[g.IntN(len(alphabet))])
	}
	return b.String()
}

func pick[T any](g generator, of ...T) T { return of[g.IntN(len(of))] }

func (g generator) statement() Statement {
	s := Statement{Effect: pick(g, Allow, Allow, Deny)}
	s.Action = []string{pick(g, "s3:GetObject", "s3:Get*", "s3:ListBucket", "s3:*Object", "S3:*", "*", "iam:*", "s3:PutObject")}
	if g.IntN(8) == 0 {
		s.Action, s.NotAction = nil, s.Action
	}
	for range 1 + g.IntN(2) {
		s.Resource = append(s.Resource, pick(g, "*", "arn:aws:s3:::*", "arn:aws:s3:::"+g.text("ab*", 3), "arn:aws:s3:::"+g.text("ab", 2)+"/"+g.text("ab/*?", 3), "arn:aws:s3:::"+g.text("ab*?", 2)+"/"+g.text("ab*", 3)))
	}
	if g.IntN(8) == 0 {
		s.Resource, s.NotResource = nil, s.Resource
	}
	if g.IntN(3) == 0 {
		operator := pick(g, "StringLike", "StringEquals", "StringNotLike", "StringNotEquals", "StringLikeIfExists")
		s.Condition = map[string]map[string][]string{operator: {"s3:prefix": {g.text("ab/*", 3), g.text("ab/", 2)}}}
	}
	return s
}

func (g generator) document() Document {
	doc := Document{Version: Version}
	for range 1 + g.IntN(4) {
		doc.Statement = append(doc.Statement, g.statement())
	}
	return doc
}

// vector says which patterns of the document a bucket and a key match, and what its conditions say of the key as a prefix. What
// documents decide depends on nothing else.
func vector(doc Document, bucket, key string) string {
	var b strings.Builder
	vars := variables{on: true, context: map[string][]string{prefixKey: {key}}}
	for _, s := range doc.Statement {
		onBucket, onObject := s.reaches(vars, bucket), s.reaches(vars, bucket+"/"+key)
		fmt.Fprint(&b, onBucket, onObject, onBucket && vars.conditions(s.Condition) == holds, " ")
	}
	return b.String()
}

// TestRegionsOnSmallAlphabets tries every bucket and key of a small alphabet: each is in a region that stands for it.
func TestRegionsOnSmallAlphabets(t *testing.T) {
	t.Parallel()
	g := newGenerator(t)
	for range 40 {
		doc := g.document()
		s, err := newSpace([]Document{doc}, spaceOptions{})
		if err != nil {
			t.Fatalf("%v: %s", err, doc.JSON())
		}
		found := map[string]bool{}
		for _, a := range s.areas {
			if a.kind == typeObject {
				found[vector(doc, "arn:aws:s3:::"+a.bucket, a.key)] = true
			}
		}
		texts("abx", 3, func(bucket string) {
			texts("ab/x", 3, func(key string) {
				if v := vector(doc, "arn:aws:s3:::"+bucket, key); !found[v] {
					t.Fatalf("nothing stands for %s/%s (%s) in %s", bucket, key, v, doc.JSON())
				}
			})
		})
	}
}

// TestRepresentatives tries values of condition keys: for each there is a representative with which every condition comes out
// the same.
func TestRepresentatives(t *testing.T) {
	t.Parallel()
	g := newGenerator(t)
	addresses := []string{"10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.1.0", "9.255.255.255", "::1", "2001:db8::", "2001:db8::1"}
	kinds := []struct {
		operators []string
		wanted    func() string
		values    []string
	}{
		{[]string{"StringLike", "StringEquals", "StringNotLike", "StringEqualsIgnoreCase", "StringLikeIfExists"}, func() string { return g.text("aB*?", 3) },
			[]string{"a", "A", "b", "B", "aB", "ab", "AB", "Ba", "aa", "*", "a*", "aBa", "BBB", "x", "ax", "?"}},
		{[]string{"NumericEquals", "NumericLessThan", "NumericGreaterThanEquals", "NumericNotEquals"}, func() string { return pick(g, "1", "2", "2.5", "10") },
			[]string{"0", "1", "1.5", "2", "2.2", "2.5", "3", "10", "11"}},
		{[]string{"DateLessThan", "DateGreaterThan", "DateEquals"}, func() string { return pick(g, "2026-01-01T00:00:00Z", "2026-01-02", "2027-01-01T00:00:00Z") },
			[]string{"2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T12:00:00Z", "2026-01-02T00:00:00Z", "2026-06-01T00:00:00Z", "2028-01-01T00:00:00Z"}},
		{[]string{"IpAddress", "NotIpAddress"}, func() string {
			return pick(g, "10.0.0.0/31", "10.0.0.1", "10.0.0.0/30", "2001:db8::/127", "10.0.0.0/24")
		}, addresses},
		{[]string{"Bool", "Null"}, func() string { return pick(g, "true", "false") }, []string{"true", "false"}},
	}
	for range 500 {
		kind := pick(g, kinds...)
		doc := Document{Version: Version}
		for range 1 + g.IntN(3) {
			doc.Statement = append(doc.Statement, Statement{Effect: Allow, Condition: map[string]map[string][]string{pick(g, kind.operators...): {"k": {kind.wanted(), kind.wanted()}}}})
		}
		outcomes := func(values []string) string {
			vars := variables{on: true, context: map[string][]string{}}
			if values != nil {
				vars.context["k"] = values
			}
			var b strings.Builder
			for _, s := range doc.Statement {
				fmt.Fprint(&b, vars.conditions(s.Condition), " ")
			}
			return b.String()
		}
		found := map[string]bool{}
		representing, ok := representatives(tests(statementsOf([]Document{doc}))["k"], variables{on: true})
		if !ok {
			t.Fatalf("too many values for %s", doc.JSON())
		}
		for _, r := range representing {
			found[outcomes(r)] = true
		}
		for _, v := range slices.Concat([][]string{nil}, oneEach(kind.values)) {
			if got := outcomes(v); !found[got] {
				t.Fatalf("nothing stands for %q (%s) in %s: %q", v, got, doc.JSON(), representing)
			}
		}
	}
}

func oneEach(values []string) [][]string {
	var all [][]string
	for _, v := range values {
		all = append(all, []string{v})
	}
	return all
}
