package policy

import (
	"fmt"
	"slices"
	"strings"
)

// MayAllowMore says which parts of a document a system with this dialect may take for more than they say; nil where the dialect implies
// nothing, as AWS's does. A document that this program makes has none of them.
func (d Dialect) MayAllowMore(doc Document) []string {
	if len(d.Implications) == 0 {
		return nil
	}
	var parts []string
	for _, n := range doc.denials(d.Implications, nil) {
		if !slices.ContainsFunc(doc.Statement, n.madeBy) {
			parts = append(parts, "it does not deny "+strings.Join(n.deny.Action, ", ")+" where other actions imply more")
		}
	}
	if doc.Version == "" && strings.Contains(doc.JSON(), "${") {
		parts = append(parts, "it has variables and no Version")
	}
	for i, s := range doc.Statement {
		if s.loose() {
			parts = append(parts, fmt.Sprintf("statement %d has actions on buckets, and resources that systems find differently", i+1))
		}
	}
	return parts
}

// loose reports whether a system that compares buckets as "BUCKET/" finds more with the statement, or less where it denies.
func (s Statement) loose() bool {
	patterns := slices.Concat(s.Resource, s.NotResource)
	if !s.coversBuckets() || slices.Contains(s.Resource, "*") || slices.Contains(s.Resource, "arn:aws:s3:::*") {
		return false
	}
	if slices.Contains(s.Action, "*") {
		return true
	}
	takes := (s.Effect == Deny) != (len(s.NotResource) > 0)
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		bucket, _, inside := strings.Cut(pattern, "/")
		bare := strings.TrimRight(pattern, "*")
		switch {
		case takes:
			return !inside && bare == pattern && strings.ContainsAny(pattern, "*?")
		case inside:
			all := Statement{Resource: patterns}
			return bare == bucket+"/" && !all.reaches(variables{}, bucket)
		}
		return strings.HasSuffix(bare, "?")
	})
}

// coversBuckets reports whether the statement is about an action on buckets.
func (s Statement) coversBuckets() bool {
	return slices.ContainsFunc(loadCatalogue().Actions, func(a action) bool { return slices.Contains(a.Resources, "bucket") && s.covers(a.Name) })
}
