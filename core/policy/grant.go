package policy

import (
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Grant is an access to some of the keys of a bucket.
type Grant struct {
	Bucket string
	// Prefix restricts access to some of the keys, as NormalizePrefix says; empty for all.
	Prefix string
	Access Access
}

// Grants are the grants of one access, under one prefix, in several buckets.
func Grants(access Access, prefix string, buckets ...string) []Grant {
	grants := make([]Grant, len(buckets))
	for i, bucket := range buckets {
		grants[i] = Grant{Bucket: bucket, Prefix: prefix, Access: access}
	}
	return grants
}

// ParseGrant reads BUCKET[/PREFIX][:ACCESS], as in "backup", "backup/locks/" or "backup/locks/:list+read". What the text does
// not name is zero. A colon stands before an access only behind the last slash that a prefix has; so a prefix with a colon in its last
// part is written with a slash, a star, or an access behind it. InvalidArgument for an access that is none, for an empty prefix, and for a URL.
func ParseGrant(text string) (Grant, error) {
	var g Grant
	var err error
	if at := strings.LastIndexByte(text, ':'); at >= 0 && !strings.ContainsAny(text[at:], "/*") {
		if g.Access, err = ParseAccess(text[at+1:]); err != nil {
			return Grant{}, err
		}
		text = text[:at]
	}
	bucket, prefix, named := strings.Cut(text, "/")
	if strings.Contains(bucket, ":") {
		return Grant{}, fault.New(fault.InvalidArgument, "%q names no bucket: write BUCKET[/PREFIX][:ACCESS], as in my-bucket/logs/:read-only", text)
	}
	if named && prefix == "" {
		return Grant{}, fault.New(fault.InvalidArgument, "%q names no folder after the slash; leave the slash out to give access to the whole bucket", text)
	}
	g.Bucket, g.Prefix = bucket, prefix
	return g, nil
}

// rule is what one access allows in one bucket, under normalized prefixes.
type rule struct {
	bucket   string
	access   Access
	prefixes []string
}

// rulesOf are the grants as few rules, in order of their first grants: prefixes with the same access stand together, and what
// a wider prefix has already is left out.
func rulesOf(grants []Grant) ([]rule, error) {
	distinct, err := distinctGrants(grants)
	if err != nil {
		return nil, err
	}
	var rules []rule
	for _, g := range distinct {
		for _, wider := range distinct {
			if wider.covers(g) {
				g.Access &^= wider.Access
			}
		}
		if g.Access == 0 {
			continue
		}
		i := slices.IndexFunc(rules, func(r rule) bool { return r.bucket == g.Bucket && r.access == g.Access })
		if i < 0 {
			i, rules = len(rules), append(rules, rule{bucket: g.Bucket, access: g.Access})
		}
		rules[i].prefixes = append(rules[i].prefixes, g.Prefix)
	}
	return rules, nil
}

// distinctGrants are the grants with normalized prefixes, one for each bucket and prefix.
func distinctGrants(grants []Grant) ([]Grant, error) {
	var distinct []Grant
	for _, g := range grants {
		if g.Access == 0 || g.Access > ReadWrite {
			return nil, fault.New(fault.InvalidArgument, "the access %d is no sum of list, read, write and delete", g.Access)
		}
		if err := checkBucket(g.Bucket); err != nil {
			return nil, err
		}
		prefix, err := NormalizePrefix(g.Prefix)
		if err != nil {
			return nil, err
		}
		g.Prefix = prefix
		same := func(d Grant) bool { return d.Bucket == g.Bucket && d.Prefix == g.Prefix }
		if i := slices.IndexFunc(distinct, same); i >= 0 {
			distinct[i].Access |= g.Access
		} else {
			distinct = append(distinct, g)
		}
	}
	return distinct, nil
}

// covers reports whether all keys of another grant are keys of this one, and not the other way round. Prefixes are normalized.
func (g Grant) covers(other Grant) bool {
	return g.Bucket == other.Bucket && g.Prefix != other.Prefix && strings.HasPrefix(other.Prefix, strings.TrimSuffix(g.Prefix, "*"))
}
