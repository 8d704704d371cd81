package conformance

import (
	"net/http"
	"net/url"

	"github.com/s3-credentials/s3-credentials/core/policy"
)

// need is what a request needs on a subject; context is names and values of condition keys, by turns.
func (s subject) need(partition, action string, context ...string) policy.Request {
	values := map[string][]string{}
	for i := 0; i+1 < len(context); i += 2 {
		values[context[i]] = []string{context[i+1]}
	}
	return policy.Request{Action: action, Resource: s.arn(partition), Context: values}
}

// writes are the requests that write an object by a way of their own.
func (s subject) writes(partition string) []operation {
	put := func(query url.Values, header map[string]string, needs ...policy.Request) operation {
		return operation{Request: Request{Method: http.MethodPut, Bucket: s.bucket, Key: s.key, Query: query, Header: header, Body: newer}}.needing(needs...)
	}
	write := s.need(partition, "s3:PutObject")
	public := put(nil, map[string]string{"x-amz-acl": "public-read"}, write, s.need(partition, "s3:PutObjectAcl"))
	public.took = func(e *env, _ Requester) bool {
		_, err := e.client(nil).Get(e.ctx, s.bucket, s.key)
		return err == nil
	}
	over := put(url.Values{"versionId": {s.version}}, nil,
		s.need(partition, "s3:PutObject", "s3:versionid", s.version), s.need(partition, "s3:DeleteObjectVersion"))
	over.took = func(e *env, admin Requester) bool {
		answer, err := admin.Do(e.ctx, Request{Method: http.MethodGet, Bucket: s.bucket, Key: s.key, Query: over.Query})
		return err != nil || string(answer.Body) != older
	}
	tagged := put(nil, map[string]string{"x-amz-tagging": "a=b"}, write, s.need(partition, "s3:PutObjectTagging"))
	tagged.took = func(e *env, admin Requester) bool {
		answer, err := admin.Do(e.ctx, Request{Method: http.MethodHead, Bucket: s.bucket, Key: s.key})
		return err != nil || answer.Header.Get("x-amz-tagging-count") != ""
	}
	return []operation{over, public, tagged}
}

const copySource = "x-amz-copy-source"

// copies are the requests that copy one subject to the other: whole, an old version, and as a part of an upload.
func copies(from, to subject, partition string) []operation {
	source := "/" + from.bucket + "/" + from.key
	read, write := from.need(partition, "s3:GetObject"), to.need(partition, "s3:PutObject")
	whole := Request{Method: http.MethodPut, Bucket: to.bucket, Key: to.key + "-copy", Header: map[string]string{copySource: source}}
	whole.Needs = []policy.Request{read, write}
	version, part := whole, whole
	version.Header = map[string]string{copySource: source + "?versionId=" + from.version}
	version.Needs = []policy.Request{from.need(partition, "s3:GetObjectVersion"), write}
	part.Key, part.Query = to.key, url.Values{"partNumber": {"1"}, "uploadId": {to.upload}}
	return []operation{{Request: whole}, {Request: version}, {Request: part}}
}

// deletions delete objects by one request for several.
func (s subject) deletions(partition string) []operation {
	several := func(version string, needs ...policy.Request) operation {
		body := "<Delete><Object><Key>" + s.key + "</Key>" + version + "</Object></Delete>"
		return operation{Request: Request{Method: http.MethodPost, Bucket: s.bucket, Query: url.Values{"delete": {""}}, Body: body}}.needing(needs...)
	}
	return []operation{
		several("<VersionId>"+s.version+"</VersionId>", s.need(partition, "s3:DeleteObjectVersion")),
		several("", s.need(partition, "s3:DeleteObject")),
	}
}

// listings list versions below a prefix, and buckets.
func (s subject) listings(partition, prefix string) []operation {
	bucket := subject{bucket: s.bucket}
	versions := Request{Method: http.MethodGet, Bucket: s.bucket, Query: url.Values{"versions": {""}, "prefix": {prefix}}}
	return []operation{
		operation{Request: versions}.needing(bucket.need(partition, "s3:ListBucketVersions", "s3:prefix", prefix)),
		operation{Request: Request{Method: http.MethodGet}}.needing(policy.Request{Action: "s3:ListAllMyBuckets", Resource: "*"}),
	}
}
