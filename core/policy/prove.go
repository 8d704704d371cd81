package policy

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Asked is what a document should allow, for Prove: the grants, and what further statements allow and deny.
type Asked struct {
	Grants []Grant
	Extra  []Statement
	// Own is a document of the caller's, in place of grants.
	Own Document
	// Until is when all access ends; zero for access without an end.
	Until time.Time
	// Omitted are actions that the system does not have.
	Omitted []string
	// Partition is the ARN partition; empty for "aws".
	Partition string
	// Dialect is that of the system.
	Dialect Dialect
}

// Prove holds a document against what was asked for. It fails with Internal, naming a request, if the document allows what was not
// asked for or does not allow what was. It tries one request for each region of resources, each class of actions and each context
// that the document or the grants tell apart, which are all requests. ResourceExhausted if the document is too complex to be decided.
func Prove(doc Document, asked Asked) error {
	grants, err := distinctGrants(asked.Grants)
	if err != nil {
		return err
	}
	extra := Merge(Document{Version: cmp.Or(asked.Own.Version, doc.Version), Statement: asked.Extra}, asked.Own)
	further := []string{}
	for _, g := range grants {
		further = append(further, bucketARN(g.Bucket, asked.Partition), bucketARN(g.Bucket, asked.Partition)+"/"+g.Prefix)
	}
	guards := Document{Version: doc.Version, Statement: asked.Dialect.MandatoryStatements}
	s, err := newSpace([]Document{doc, extra, guards}, spaceOptions{partition: asked.Partition, further: further})
	if err != nil {
		return err
	}
	return s.compare(expectation{grants: grants, omitted: asked.Omitted, until: asked.Until})
}

// expectation says what a document should decide, without looking at it.
type expectation struct {
	grants  []Grant
	omitted []string
	until   time.Time
}

// The documents of the space that Prove makes.
const (
	docProven = iota
	docExtra
	docGuards
)

// allows decides a request. What a statement of the caller's denies is denied, and what one allows is allowed unless the system has
// a mandatory statement against it.
func (e expectation) allows(in area, r request) bool {
	further := r.by(docExtra)
	switch {
	case further == ExplicitDeny, !e.until.IsZero() && !r.isBefore(e.until):
		return false
	case e.grant(in, r.Action):
		return true
	}
	return further == Allowed && r.by(docGuards) != ExplicitDeny
}

// isBefore reports whether the request is made before a time.
func (r request) isBefore(end time.Time) bool {
	for _, text := range r.Context[strings.ToLower(timeKey)] {
		if at, ok := parseDate(text); ok {
			return at.Before(end)
		}
	}
	return false
}

// verbOf says which access an action on objects, or a listing, needs.
var verbOf = map[string]Access{
	"s3:ListBucket": List,
	"s3:GetObject":  Read, "s3:GetObjectAcl": Read, "s3:GetObjectLegalHold": Read, "s3:GetObjectRetention": Read, "s3:GetObjectTagging": Read,
	"s3:PutObject":    Write,
	"s3:DeleteObject": Delete,
}

const actionLocation = "s3:GetBucketLocation"

// grant reports whether a grant has the action. The bucket itself stands for a listing without a prefix, which shows all keys.
func (e expectation) grant(in area, action string) bool {
	return in.bucket != "" && !slices.Contains(e.omitted, action) && slices.ContainsFunc(e.grants, func(g Grant) bool {
		switch {
		case g.Bucket != in.bucket:
			return false
		case action == actionLocation:
			return in.kind == typeBucket && g.Access&(List|Read) != 0
		}
		return g.Access&verbOf[action] != 0 && strings.HasPrefix(in.key, strings.TrimSuffix(g.Prefix, "*"))
	})
}

// compare tries everything, and returns the first difference.
func (s *space) compare(wanted expectation) error {
	for _, a := range s.acts(append(slices.Collect(maps.Keys(verbOf)), actionLocation)...) {
		for _, in := range s.areas {
			requests, ok := s.requests(a, in)
			if !ok {
				return errTooComplex
			}
			for _, r := range requests {
				switch got, want := r.by(docProven) == Allowed, wanted.allows(in, r); {
				case got && !want:
					return fault.New(fault.Internal, "the policy would allow %s of %s, which was not asked for; nothing is made", r.Action, r.Resource)
				case want && !got:
					return fault.New(fault.Internal, "the policy would not allow %s of %s, which was asked for; nothing is made", r.Action, r.Resource)
				}
			}
		}
	}
	return nil
}
