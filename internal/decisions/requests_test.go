//go:build systems

package decisions

import (
	"maps"
	"net/url"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/policy"
)

const (
	userName  = "decider"
	userAgent = "decisions/1"
)

func buckets() []string { return []string{"aab", "aba", "abb-x"} }

// existing are the keys of the objects in each bucket, and missing further keys that never exist.
func (d dialect) existing() []string {
	plain := d.with(wideLetters, []string{"a", "ab", "b", "a-b", "x/a", "x/b", "x/y/a", "y/a", "e f/a", userName + "/a", userName + "-x"}, "ä/b")
	return d.with(stars, plain, "x/*")
}

func missing() []string {
	return []string{"aa", "ba", "b-a", "x/c", "x/y/b", "y/b", "z", userName + "/b"}
}

func (d dialect) prefixes() []string {
	return d.with(stars, d.with(wideLetters, []string{"a", "x/", "x/y/", "x", "y/", userName + "/", "e f"}, "ä"), "*")
}

func maxKeys() []string { return []string{"1", "2", "10"} }

// kind is a kind of request.
type kind struct {
	method, action string
	on             target
	// query is the subresource; empty for the bucket or object itself.
	query url.Values
	body  string
	// lists says that it takes the parameters of a listing, and copies that it reads another object.
	lists, copies bool
	// unless says where there is no such kind.
	unless difference
}

// target is what a request is about. Objects that exist are read and written: a request for one that does not exist can be
// refused for lack of s3:ListBucket. Objects that do not exist are deleted, which changes nothing.
type target int

const (
	aBucket target = iota
	anObject
	noObject
	noBucket
)

func sub(name string) url.Values { return url.Values{name: {""}} }

func kinds() []kind {
	const tags = "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>"
	list := kind{method: "GET", action: "s3:ListBucket", query: url.Values{"list-type": {"2"}}, lists: true}
	get := kind{method: "GET", action: "s3:GetObject", on: anObject}
	put := kind{method: "PUT", action: "s3:PutObject", on: anObject, body: content}
	remove := kind{method: "DELETE", action: "s3:DeleteObject", on: noObject}
	return []kind{
		list, list, list, list, list, get, get, put, put, remove, remove,
		{method: "GET", action: "s3:ListBucket", lists: true},
		{method: "HEAD", action: "s3:GetObject", on: anObject},
		{method: "PUT", action: "s3:PutObject", on: anObject, copies: true},
		{method: "DELETE", action: "s3:AbortMultipartUpload", on: noObject, query: url.Values{"uploadId": {"none"}}},
		{method: "GET", action: "s3:GetObjectTagging", on: anObject, query: sub("tagging")},
		{method: "PUT", action: "s3:PutObjectTagging", on: anObject, query: sub("tagging"), body: tags},
		{method: "GET", action: "s3:GetBucketLocation", query: sub("location")},
		{method: "GET", action: "s3:GetBucketPolicy", query: sub("policy")},
		{method: "GET", action: "s3:GetBucketVersioning", query: sub("versioning")},
		{method: "GET", action: "s3:ListBucketMultipartUploads", query: sub("uploads"), unless: listUploads},
		{method: "GET", action: "s3:ListBucketVersions", query: sub("versions"), lists: true, unless: listVersions},
		{method: "HEAD", action: "s3:ListBucket", unless: headBucket},
		{method: "GET", action: "s3:ListAllMyBuckets", on: noBucket, unless: listBuckets},
	}
}

// request is what is sent, and what is to be decided.
type request struct {
	method, bucket, key string
	query               url.Values
	body                string
	// source is the object that is copied; empty for none.
	source string
	// header is what else is sent.
	header map[string]string
	policy.Request
}

// requests are random requests of a user for whom the condition keys have the values of context.
func (g generator) requests(context map[string][]string, knowsEmpty bool) []request {
	var all []request
	for len(all) < perDocument {
		if k := pick(g, kinds()...); k.unless == "" || g.has(k.unless) {
			all = append(all, g.request(k, context, knowsEmpty))
		}
	}
	return all
}

func (g generator) request(k kind, context map[string][]string, knowsEmpty bool) request {
	r := request{method: k.method, query: url.Values{}, body: k.body}
	maps.Copy(r.query, k.query)
	r.Action, r.Resource, r.Context = k.action, arn+"*", maps.Clone(context)
	if k.on != noBucket {
		r.bucket = pick(g, buckets()...)
		r.Resource = arn + r.bucket
	}
	switch k.on {
	case anObject:
		r.key = pick(g, g.existing()...)
		if k.action == "s3:PutObject" && !g.has(ownObjects) {
			r.key = pick(g, missing()...)
		}
	case noObject:
		r.key = pick(g, missing()...)
	}
	if r.key != "" {
		r.Resource += "/" + r.key
	}
	if k.copies {
		r.source = pick(g, buckets()...) + "/" + pick(g, g.existing()...)
	}
	if k.lists {
		g.narrow(&r, knowsEmpty)
	}
	return r
}

// narrow gives a listing some of its parameters.
func (g generator) narrow(r *request, knowsEmpty bool) {
	for _, parameter := range []struct {
		name   string
		values []string
	}{
		{"prefix", slices.Concat(g.prefixes(), g.prefixes(), g.existing(), []string{"", ""})},
		{"delimiter", []string{"/", "/", ""}},
		{"max-keys", maxKeys()},
	} {
		if g.oneIn(3) {
			continue
		}
		value := pick(g, parameter.values...)
		r.query.Set(parameter.name, value)
		if value != "" || knowsEmpty {
			r.Context["s3:"+parameter.name] = []string{value}
		}
	}
}

// expected is the decision of core/policy.
func (r request) expected(doc policy.Document) policy.Decision {
	decision := policy.Evaluate([]policy.Document{doc}, r.Request)
	if r.source == "" || decision != policy.Allowed {
		return decision
	}
	read := policy.Request{Action: "s3:GetObject", Resource: arn + r.source, Context: r.Context}
	return policy.Evaluate([]policy.Document{doc}, read)
}
