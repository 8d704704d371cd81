package policy

import (
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// Options are for Build.
type Options struct {
	// Extra are statements to add at the end.
	Extra []Statement
	// Partition is the ARN partition; empty for "aws".
	Partition string
}

// Build returns the document that allows the grants and nothing else. It fails with InvalidArgument for an access without verbs, for
// a prefix that NormalizePrefix refuses, and for a bucket name that a policy would read as a pattern.
func Build(grants []Grant, opts Options) (Document, error) {
	rules, err := rulesOf(grants)
	if err != nil {
		return Document{}, err
	}
	doc := Document{Version: Version}
	for _, r := range rules {
		to := target{bucket: bucketARN(r.bucket, opts.Partition), prefixes: r.prefixes}
		doc.Statement = append(doc.Statement, to.statements(r.access)...)
	}
	doc = Merge(doc)
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

// Owner returns what the owner of a bucket may do there on a system where it may do everything.
func Owner(bucket, partition string) Document {
	arn := bucketARN(bucket, partition)
	return Document{Version: Version, Statement: []Statement{{Effect: Allow, Action: []string{"s3:*"}, Resource: []string{arn, arn + "/*"}}}}
}

// target is the keys of one bucket that match one of some prefix patterns.
type target struct {
	bucket   string
	prefixes []string
}

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
	case slices.Contains(t.prefixes, allKeys):
		return []Statement{t.wholeBucket(listing, location)}
	}
	keys := t.wholeBucket(listing)
	keys.Condition = map[string]map[string][]string{"StringLike": {"s3:prefix": t.prefixes}}
	return []Statement{t.wholeBucket(location), keys}
}

func (t target) wholeBucket(actions ...string) Statement {
	return Statement{Effect: Allow, Action: actions, Resource: []string{t.bucket}}
}

func (t target) objects(actions ...string) Statement {
	resources := make([]string, len(t.prefixes))
	for i, prefix := range t.prefixes {
		resources[i] = t.bucket + "/" + prefix
	}
	return Statement{Effect: Allow, Action: actions, Resource: resources}
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
