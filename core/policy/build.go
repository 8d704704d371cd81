package policy

import (
	"strings"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
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

// Build returns the document that gives access to buckets. It fails with InvalidArgument for an access without verbs, for
// a prefix that NormalizePrefix refuses, and for a bucket name that a policy would read as a pattern.
func Build(access Access, buckets []string, opts Options) (Document, error) {
	doc := Document{Version: Version}
	if access == 0 || access > ReadWrite {
		return Document{}, fault.New(fault.InvalidArgument, "the access %d is no sum of list, read, write and delete", access)
	}
	prefix, err := NormalizePrefix(opts.Prefix)
	if err != nil {
		return Document{}, err
	}
	for _, bucket := range buckets {
		if err := checkBucket(bucket); err != nil {
			return Document{}, err
		}
		to := target{bucket: bucketARN(bucket, opts.Partition), prefix: prefix}
		doc.Statement = append(doc.Statement, to.statements(access)...)
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

// target is the keys of one bucket that match a prefix pattern.
type target struct{ bucket, prefix string }

// statements allow the access. Their form is that of the Python tool: listing is one statement less where all keys may
// be listed, and writing and deleting are one statement.
func (t target) statements(access Access) []Statement {
	var all []Statement
	if access&(List|Read) != 0 {
		all = t.locating(access&List != 0)
	}
	for _, together := range []Access{Read, Write | Delete} {
		var actions []string
		for _, v := range verbs {
			if v.access&together&access != 0 {
				actions = append(actions, v.actions...)
			}
		}
		if actions != nil {
			all = append(all, t.objects(actions...))
		}
	}
	return all
}

// locating allows to find out where the bucket is, and to list the keys.
func (t target) locating(list bool) []Statement {
	const location, listing = "s3:GetBucketLocation", "s3:ListBucket"
	switch {
	case !list:
		return []Statement{t.wholeBucket(location)}
	case t.prefix == allKeys:
		return []Statement{t.wholeBucket(listing, location)}
	}
	keys := t.wholeBucket(listing)
	keys.Condition = map[string]map[string][]string{"StringLike": {"s3:prefix": {t.prefix}}}
	return []Statement{t.wholeBucket(location), keys}
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
	quoted := orderedjson.Minimal(bucket)
	return strings.ReplaceAll(template, bucketPlaceholder, quoted[1:len(quoted)-1])
}
