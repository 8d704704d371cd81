//go:build systems

package decisions

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/policy"
)

// generator makes random documents and requests. Both are made of the same few names, so that they meet.
type generator struct {
	*rand.Rand
	dialect
}

func newGenerator(seed uint64, d dialect) generator {
	return generator{rand.New(rand.NewPCG(seed, 0)), d}
}

func pick[T any](g generator, of ...T) T { return of[g.IntN(len(of))] }

// oneIn is true once in n times.
func (g generator) oneIn(n int) bool { return g.IntN(n) == 0 }

// several are one to most different texts, if there are so many.
func (g generator) several(most int, of func() string) []string {
	var all []string
	for range 1 + g.IntN(most) {
		if text := of(); !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

func (g generator) document() policy.Document {
	doc := policy.Document{Version: policy.Version}
	if g.oneIn(10) && g.has(unversioned) {
		doc.Version = pick(g, "", "2008-10-17")
	}
	for range 1 + g.IntN(4) {
		doc.Statement = append(doc.Statement, g.statement())
	}
	return doc
}

// about is what a statement is about.
type about int

const (
	anything about = iota
	theBuckets
	theObjects
)

func (g generator) statement() policy.Statement {
	kind := anything
	if !g.has(mixedKinds) {
		kind = pick(g, anything, theBuckets, theBuckets, theObjects, theObjects)
	}
	s := policy.Statement{Effect: pick(g, policy.Allow, policy.Allow, policy.Deny)}
	s.Action = g.several(3, func() string { return g.action(kind) })
	if g.oneIn(8) && g.has(notAction) {
		s.Action, s.NotAction = nil, s.Action
	}
	s.Resource = g.several(3, func() string { return g.resource(kind) })
	if g.oneIn(8) {
		s.Resource, s.NotResource = nil, s.Resource
	}
	if g.oneIn(2) {
		s.Condition = g.conditions(s)
	}
	return s
}

// Actions by what they are for. Listings are frequent: conditions are mostly about them.
var (
	bucketActions = []string{"s3:ListBucket", "s3:ListBucket", "s3:ListBucket", "s3:List*", "s3:L?stBucket", "s3:*Bucket", "s3:GetBucket*",
		"s3:GetBucketLocation", "s3:GetBucketPolicy", "s3:GetBucketVersioning", "s3:ListBucketMultipartUploads"}
	objectActions = []string{"s3:GetObject", "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectTagging", "s3:PutObjectTagging",
		"s3:*Object", "s3:Get?bject", "s3:GetObject*", "s3:*ObjectTagging", "s3:PutObject*", "s3:DeleteObject*", "s3:AbortMultipartUpload", "s3:*Upload"}
	anyActions = []string{"s3:*", "s3:*", "s3:Get*", "s3:Put*", "s3:*t*"}
)

func (g generator) action(kind about) string {
	var name string
	switch {
	case kind == theBuckets:
		name = pick(g, bucketActions...)
	case kind == theObjects:
		name = pick(g, g.with(readVersion, objectActions, "s3:GetObjectVersion")...)
	case !g.has(mixedKinds):
		name = pick(g, anyActions...)
	default:
		name = pick(g, slices.Concat(bucketActions, objectActions, g.with(starAction, anyActions, "*", "s3:ListBucketVersions", "s3:ListAllMyBuckets", "iam:*"))...)
	}
	return g.fold(name)
}

// fold changes the case of a name now and then, where that makes no difference.
func (g generator) fold(name string) string {
	if g.oneIn(8) && g.has(foldedNames) {
		return pick(g, strings.ToLower(name), strings.ToUpper(name))
	}
	return name
}

const arn = "arn:aws:s3:::"

// resource is a pattern of buckets or objects.
func (g generator) resource(kind about) string {
	switch {
	case kind == anything && (g.oneIn(8) || !g.has(mixedKinds)):
		return pick(g, "*", arn+"*")
	case kind == theBuckets, kind == anything && g.oneIn(2):
		return arn + g.bucketPattern()
	}
	if g.oneIn(12) {
		return arn + pick(g, "*", "*/*", "a*", "a*/x*")
	}
	return arn + g.blur(pick(g, buckets()...)) + "/" + g.keyPattern()
}

func (g generator) bucketPattern() string {
	text := g.blur(pick(g, buckets()...))
	if g.has(bucketPatterns) || !strings.ContainsAny(text, "*?") {
		return text
	}
	return strings.TrimRight(strings.ReplaceAll(text, "?", "*"), "*") + "*"
}

func (g generator) keyPattern() string {
	if g.oneIn(4) {
		return pick(g, g.with(defaults, []string{"*", "x/*", "${aws:username}/*", "${aws:username}*", "${aws:username}/?", "${aws:none}*"}, "${aws:none,'x'}/*", "x/${*}", "${?}*")...)
	}
	return g.blur(pick(g, slices.Concat(g.existing(), missing())...))
}

// blur makes a pattern of a text: often the text itself, or one with wildcards that may match it.
func (g generator) blur(text string) string {
	for g.oneIn(2) && !strings.Contains(text, "$") {
		runes := []rune(text)
		from := g.IntN(len(runes))
		to := from + 1 + g.IntN(len(runes)-from)
		switch g.IntN(4) {
		case 0:
			runes[from] = '?'
			text = string(runes)
		case 1:
			text = string(runes[:from]) + "*"
		default:
			text = string(runes[:from]) + "*" + string(runes[to:])
		}
	}
	return text
}
