package policy

import (
	"maps"
	"slices"
	"strings"
)

// Explanation is what documents allow together, as rows. Of two rows that a bucket and a key are in, the one that names them more
// closely holds: a row for logs/* says all about the keys there, whatever the row for * says. What no row is about is denied.
type Explanation []Row

// Row is what is allowed in one place, always or under the same conditions.
type Row struct {
	// Bucket and Prefix are patterns of buckets and keys, with "*" for any characters; both are empty for what is no bucket and no
	// object. A Prefix of "*" is all keys, and the bucket itself.
	Bucket, Prefix string
	// Resource is the pattern of what else the row is about, such as an access point or a user of another service.
	Resource string
	// Access are the verbs that are allowed; 0 for none.
	Access Access
	// Actions are further actions that are allowed, beside those that the verbs have. "s3:*" is all of S3's.
	Actions []string
	// When is the condition of the statement that allows it; nil where it is allowed without one.
	When Block
	// Unless are the conditions of statements that deny it.
	Unless []Block
}

// Block are conditions that hold together: an operator (StringLike) to keys (aws:SourceIp) to values, as in a statement.
type Block map[string]map[string][]string

// String writes the conditions in one line, as in "aws:SourceIp IpAddress 10.0.0.0/8 and aws:SecureTransport Bool true".
func (b Block) String() string {
	var all []string
	for _, operator := range slices.Sorted(maps.Keys(b)) {
		for _, key := range slices.Sorted(maps.Keys(b[operator])) {
			all = append(all, key+" "+operator+" "+strings.Join(b[operator][key], ", "))
		}
	}
	return strings.Join(all, " and ")
}

// ExplainOptions are what is known beside the documents.
type ExplainOptions struct {
	// Principal is the caller, for documents with principals; empty for an anonymous one.
	Principal string
	// Context are the values of condition keys that are the same in all requests, such as "aws:username". A policy variable without a
	// value stands for itself.
	Context map[string][]string
	// Partition is the ARN partition of Buckets; empty for that of the documents' ARNs.
	Partition string
	// Boundary bounds what the documents allow; nil for no bound.
	Boundary *Document
	// Resource are the policies of buckets: what they allow is allowed besides, and no boundary bounds it.
	Resource []Document
	// Buckets are the only ones that rows are wanted of, by their names; nil for rows of all that the documents tell apart.
	Buckets []string
}

// Explain says what the documents allow together. It fails with ResourceExhausted for documents with so many wildcards or conditions
// that not all of it can be tried.
func Explain(docs []Document, opts ExplainOptions) (Explanation, error) {
	all, sides := together(docs, opts.Boundary, opts.Resource)
	s := baseSpace(all, spaceOptions{principal: opts.Principal, partition: opts.Partition, context: opts.Context, buckets: opts.Buckets})
	if !slices.ContainsFunc(s.statements, func(s versioned) bool { return s.Effect == Allow && sides.allowing(s) }) {
		return nil, nil
	}
	if err := s.fill(nil); err != nil {
		return nil, err
	}
	return s.explain(sides.allowing, func(r request) bool { return sides.decide(r) == Allowed })
}

// Gained says what the second documents allow together and the first do not.
func Gained(before, after []Document, opts ExplainOptions) (Explanation, error) {
	s, err := newSpace(slices.Concat(before, after), spaceOptions{principal: opts.Principal, context: opts.Context})
	if err != nil {
		return nil, err
	}
	earlier := func(s versioned) bool { return s.doc < len(before) }
	later := func(s versioned) bool { return s.doc >= len(before) }
	return s.explain(later, func(r request) bool { return r.among(later) == Allowed && r.among(earlier) != Allowed })
}
