package policy

import (
	"strings"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Access is what a generated policy allows.
type Access string

// The kinds of access.
const (
	// ReadWrite allows listing, reading, writing and deleting objects.
	ReadWrite Access = "read-write"
	// ReadOnly allows listing and reading objects.
	ReadOnly Access = "read-only"
	// WriteOnly allows writing objects, and nothing else.
	WriteOnly Access = "write-only"
)

// Options are for Build.
type Options struct {
	// Prefix restricts access to some of the keys, as NormalizePrefix says; empty for all.
	Prefix string
	// Extra are statements to add at the end.
	Extra []Statement
	// Partition is the ARN partition; empty for "aws".
	Partition string
}

// Build returns the document that gives access to buckets. It fails with InvalidArgument for a prefix that
// NormalizePrefix refuses, and for a bucket name that a policy would read as a pattern.
func Build(access Access, buckets []string, opts Options) (Document, error) {
	doc := Document{Version: Version}
	prefix, err := NormalizePrefix(opts.Prefix)
	if err != nil {
		return Document{}, err
	}
	for _, bucket := range buckets {
		if err := checkBucket(bucket); err != nil {
			return Document{}, err
		}
		to := target{bucket: bucketARN(bucket, opts.Partition), prefix: prefix}
		statements, err := to.statements(access)
		if err != nil {
			return Document{}, err
		}
		doc.Statement = append(doc.Statement, statements...)
	}
	doc.Statement = append(doc.Statement, opts.Extra...)
	return doc, nil
}

// PublicGet returns the bucket policy that lets everybody read a bucket's objects.
func PublicGet(bucket, partition string) Document {
	return Document{Version: Version, Statement: []Statement{{
		Sid:       "AllowAllGetObject",
		Effect:    Allow,
		Principal: &Principal{Any: true},
		Action:    []string{"s3:GetObject"},
		Resource:  []string{bucketARN(bucket, partition) + "/*"},
	}}}
}

// target is what statements are about: the keys of one bucket that match a prefix pattern.
type target struct{ bucket, prefix string }

func (t target) statements(access Access) ([]Statement, error) {
	switch access {
	case ReadOnly:
		return t.reading(), nil
	case WriteOnly:
		return []Statement{t.objects("s3:PutObject")}, nil
	case ReadWrite:
		return append(t.reading(), t.objects("s3:PutObject", "s3:DeleteObject")), nil
	}
	return nil, fault.New(fault.InvalidArgument, "the access %q is none of %s, %s and %s", access, ReadWrite, ReadOnly, WriteOnly)
}

// reading allows to list and to read. Listing is one statement less where all keys may be listed.
func (t target) reading() []Statement {
	get := t.objects("s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectLegalHold", "s3:GetObjectRetention", "s3:GetObjectTagging")
	if t.prefix == allKeys {
		return []Statement{t.wholeBucket("s3:ListBucket", "s3:GetBucketLocation"), get}
	}
	list := t.wholeBucket("s3:ListBucket")
	list.Condition = map[string]map[string][]string{"StringLike": {"s3:prefix": {t.prefix}}}
	return []Statement{t.wholeBucket("s3:GetBucketLocation"), list, get}
}

func (t target) wholeBucket(actions ...string) Statement {
	return Statement{Effect: Allow, Action: actions, Resource: []string{t.bucket}}
}

func (t target) objects(actions ...string) Statement {
	return Statement{Effect: Allow, Action: actions, Resource: []string{t.bucket + "/" + t.prefix}}
}

func bucketARN(bucket, partition string) string {
	if partition == "" {
		partition = "aws"
	}
	return "arn:" + partition + ":s3:::" + bucket
}

// checkBucket refuses names that would mean more than one bucket in a policy.
func checkBucket(bucket string) error {
	if bucket == "" || strings.ContainsAny(bucket, "*?$/") {
		return fault.New(fault.InvalidArgument, "%q is no bucket name; a policy would read it as a pattern", bucket)
	}
	return nil
}

// bucketPlaceholder stands for the bucket's name in policies that users write.
const bucketPlaceholder = "$!BUCKET_NAME!$"

// SubstituteBucket puts a bucket's name in place of each $!BUCKET_NAME!$ in a policy that is written as JSON.
func SubstituteBucket(template, bucket string) string {
	quoted := textNode(bucket).compact()
	return strings.ReplaceAll(template, bucketPlaceholder, quoted[1:len(quoted)-1])
}
