//go:build systems

package decisions

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/policy"
)

// difference is something that random documents or requests do not have for a system, because it decides it otherwise than the
// policy language says, or does not take it.
type difference string

// The differences; the table says of which system each is, and why.
const (
	starAction     difference = `Action "*"`
	mixedKinds     difference = "statements about buckets and objects at once"
	bucketPatterns difference = "patterns of buckets that do not end in a star, or have a question mark"
	readVersion    difference = "s3:GetObjectVersion"
	headBucket     difference = "HEAD of a bucket"
	listBuckets    difference = "ListBuckets"
	listVersions   difference = "ListObjectVersions"
	notEqual       difference = "NumericNotEquals"
	capitals       difference = "truth in capital letters"
	negatedAny     difference = "ForAnyValue with a negation"
	negatedAll     difference = "ForAllValues with a negation"
	wideLetters    difference = "keys beyond ASCII"
	stars          difference = "keys and prefixes with a star"
	unversioned    difference = "documents of another Version, or without one"
	notAction      difference = "NotAction"
	foldedNames    difference = "actions and condition keys in another case"
	foreignKeys    difference = "condition keys that not all actions of the statement have"
	ifExists       difference = "IfExists"
	listsOfOne     difference = "several values for Null, Bool, numbers and dates"
	shortDates     difference = "dates without a time"
	listUploads    difference = "ListMultipartUploads"
	ownObjects     difference = "objects that the user has put"
	defaults       difference = "variables with a default, and escaped characters"
)

// entry says why something is left out, with an example of it: a request that the system does not decide as core/policy does, or
// statements that it does not take.
type entry struct {
	why, statements, request string
}

const (
	allowAll = `{"Effect":"Allow","Action":"s3:*","Resource":"*"},`
	read     = "GET s3:GetObject aab/a"
	list     = "GET s3:ListBucket aab?list-type=2"
)

// differences is the table of what is left out, by system. docs/minio.md and doc.go say the same to people.
var differences = map[string]map[difference]entry{
	"minio": {
		starAction: {"MinIO takes it for an action of its STS, and ignores the statement's resources: an Allow is one for all buckets",
			`{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::aba/*"}`, read},
		mixedKinds: {"MinIO matches a request about the bucket B with patterns as if it were about B/, so that B/* covers it too",
			`{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::aab/*"}`, list},
		bucketPatterns: {"for the same reason *B and B? cover no bucket, which makes a Deny of them void, and B?* covers the bucket B",
			allowAll + `{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::a?b"}`, list},
		readVersion: {"an Allow or Deny of it by name is one of s3:GetObject too",
			`{"Effect":"Allow","Action":"s3:GetObjectVersion","Resource":"arn:aws:s3:::aab/*"}`, read},
		headBucket: {"it is permitted by s3:HeadBucket, which only MinIO has, as well as by s3:ListBucket, so that a Deny of s3:ListBucket does not end it",
			allowAll + `{"Effect":"Deny","Action":"s3:ListBucket","Resource":"*"}`, "HEAD s3:ListBucket aab"},
		listBuckets: {"it succeeds for who may list one bucket or ask where it is, and shows these buckets",
			`{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::aab"}`, "GET s3:ListAllMyBuckets *"},
		listVersions: {"it is permitted by s3:ListBucket too, whatever denies s3:ListBucketVersions",
			`{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::aab"}`, "GET s3:ListBucketVersions aab?versions"},
		notEqual: {"for MinIO it does not hold without the key",
			allowAll + `{"Effect":"Deny","Action":"s3:ListBucket","Resource":"*","Condition":{"NumericNotEquals":{"s3:max-keys":"10"}}}`, list},
		capitals: {"MinIO compares True and FALSE with true and false letter by letter, so that they never hold",
			allowAll + `{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"False"}}}`, read},
		negatedAny: {"MinIO negates the whole, so that it holds without the key",
			`{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{"ForAnyValue:StringNotEquals":{"s3:prefix":"x/"}}}`, list},
		negatedAll: {"MinIO negates the whole, so that it does not hold without the key",
			allowAll + `{"Effect":"Deny","Action":"s3:ListBucket","Resource":"*","Condition":{"ForAllValues:StringNotEquals":{"s3:prefix":"x/"}}}`, list},
		wideLetters: {"for MinIO a question mark is one byte of them",
			allowAll + `{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::aab/?"}`, "GET s3:GetObject aab/ä"},
		unversioned: {"MinIO replaces variables in documents without a Version, too, and refuses those of 2008-10-17", "", ""},
		notAction:   {"the backend refuses it", `{"Effect":"Allow","NotAction":"s3:PutObject","Resource":"*"}`, ""},
		foldedNames: {"MinIO refuses what differs in case", `{"Effect":"Allow","Action":"s3:getobject","Resource":"*"}`, ""},
		foreignKeys: {"MinIO refuses a statement of which an action does not have a condition key",
			`{"Effect":"Allow","Action":["s3:ListBucket","s3:GetObject"],"Resource":"*","Condition":{"StringLike":{"s3:prefix":"x/*"}}}`, ""},
		ifExists: {"MinIO has NumericGreaterThanIfExists alone",
			`{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{"StringLikeIfExists":{"s3:prefix":"x/*"}}}`, ""},
		listsOfOne: {"MinIO refuses more than one value",
			`{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{"NumericEquals":{"s3:max-keys":["1","2"]}}}`, ""},
		shortDates: {"MinIO refuses them",
			`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01"}}}`, ""},
		defaults: {"MinIO leaves such a variable as it is, and it matches nothing",
			allowAll + `{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::aab/${aws:none,'a'}"}`, read},
	},
	"ceph": {
		ownObjects: {"who puts an object may read it, until it is denied", "", ""},
	},
	"seaweedfs": {
		listUploads: {"s3:PutObject on a pattern that matches the bucket, as arn:aws:s3:::* does, permits it",
			`{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::*"}`, "GET s3:ListBucketMultipartUploads aba?uploads="},
	},
	"sandbox": {
		negatedAny: {"for the sandbox it holds without the key",
			`{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{"ForAnyValue:StringNotEquals":{"s3:prefix":"x/"}}}`, list},
		wideLetters: {"for the sandbox a question mark is one byte of them",
			`{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::aab/?"}`, "PUT s3:PutObject aab/ä"},
		stars: {"the sandbox takes a star in a text for the one in a pattern, and then tries nothing else",
			`{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::aab/*z"}`, "PUT s3:PutObject aab/*zz"},
		listBuckets: {"it is a request for the resource arn:aws:s3:::*, a text with a star",
			`{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"arn:aws:s3:::*?"}`, "GET s3:ListAllMyBuckets *"},
		shortDates: {"for the sandbox they never hold",
			`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01"}}}`, read},
		defaults: {"the sandbox leaves such a variable as it is, and it matches nothing",
			`{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::aab/${aws:none,'a'}"}`, read},
	},
}

// tryDifferences finds out whether what the table says of a system is still so.
func tryDifferences(t *testing.T, s *subject) {
	for what, entry := range differences[s.name] {
		if entry.statements == "" {
			continue
		}
		doc, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[` + entry.statements + `]}`))
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if entry.request == "" {
			if err := s.replace(t.Context(), doc); !refused(err) {
				t.Errorf("%s takes the example of %s: %v", s.name, what, err)
			}
			continue
		}
		if err := s.force(t.Context(), doc); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		r := s.request(entry.request)
		allowed, status, err := s.ask(t.Context(), s.key, r)
		if want := r.expected(doc); err != nil || allowed == (want == policy.Allowed) {
			t.Errorf("%s agrees about %s: %s, status %d, %v", s.name, what, want, status, err)
		}
	}
}

// request reads a request: a method, an action, and a bucket with a key and a query.
func (s *subject) request(text string) request {
	method, rest, _ := strings.Cut(text, " ")
	action, rest, _ := strings.Cut(rest, " ")
	path, query, _ := strings.Cut(rest, "?")
	r := request{method: method}
	r.Action, r.Resource, r.Context = action, arn+path, maps.Clone(s.context)
	r.bucket, r.key, _ = strings.Cut(strings.TrimSuffix(path, "*"), "/")
	r.query, _ = url.ParseQuery(query) // those of the table are right
	return r
}

// dialect is what a system makes of documents.
type dialect struct {
	system string
	// address is where the system sees the client.
	address string
}

func (d dialect) has(what difference) bool {
	_, lacks := differences[d.system][what]
	return !lacks
}

// with returns all the texts, or the plain ones for a system that differs.
func (d dialect) with(what difference, plain []string, further ...string) []string {
	if d.has(what) {
		return slices.Concat(plain, further)
	}
	return plain
}
