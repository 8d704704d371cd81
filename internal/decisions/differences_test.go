//go:build systems

package decisions

import "slices"

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
	oldVersion     difference = "documents of 2008-10-17"
	notAction      difference = "NotAction"
	foldedNames    difference = "actions and condition keys in another case"
	foreignKeys    difference = "condition keys that not all actions of the statement have"
	ifExists       difference = "IfExists"
	listsOfOne     difference = "several values for Null, Bool, numbers and dates"
	shortDates     difference = "dates without a time"
	defaults       difference = "variables with a default, and escaped characters"
)

// differences is the table of what is left out, by system. docs/minio.md and doc.go say the same to people.
var differences = map[string]map[difference]string{
	"minio": {
		starAction:     "MinIO takes it for an action of its STS, and ignores the statement's resources: an Allow is one for all buckets",
		mixedKinds:     "MinIO matches a request about the bucket B with patterns as if it were about B/, so that B/* covers it too",
		bucketPatterns: "for the same reason *B and B? cover no bucket, which makes a Deny of them void, and B?* covers the bucket B",
		readVersion:    "an Allow or Deny of it by name is one of s3:GetObject too",
		headBucket:     "it is permitted by s3:HeadBucket, which only MinIO has, as well as by s3:ListBucket, so that a Deny of s3:ListBucket does not end it",
		listBuckets:    "it succeeds for who may do something with one bucket, and shows these buckets",
		listVersions:   "it is permitted by s3:ListBucket too, whatever denies s3:ListBucketVersions",
		notEqual:       "MinIO takes a request without the key for an equal one",
		capitals:       "MinIO compares True and FALSE with true and false letter by letter, so that they never hold",
		negatedAny:     "MinIO negates the whole, so that it holds without the key",
		negatedAll:     "MinIO negates the whole, so that it does not hold without the key",
		wideLetters:    "for MinIO, a question mark is one byte of them",
		oldVersion:     "MinIO refuses it, and replaces variables in documents without a Version, too",
		notAction:      "the backend refuses it",
		foldedNames:    "MinIO refuses what differs in case",
		foreignKeys:    "MinIO refuses a statement of which an action does not have a condition key",
		ifExists:       "MinIO has NumericGreaterThanIfExists alone",
		listsOfOne:     "MinIO refuses more than one value",
		shortDates:     "MinIO refuses them",
		defaults:       "MinIO leaves such a variable as it is, and it matches nothing",
	},
	"sandbox": {
		negatedAny:  "for the sandbox, it holds without the key",
		wideLetters: "for the sandbox, a question mark is one byte of them",
		shortDates:  "the sandbox compares with no date but those with a time, and seconds",
		defaults:    "the sandbox leaves such a variable as it is, and it matches nothing",
	},
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
