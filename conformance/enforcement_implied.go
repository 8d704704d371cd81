package conformance

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// older and newer are the contents of the two versions of each subject.
const older, newer = "older", "newer"

// tryImplied tries requests that few keys may make with a key whose policy is the document: the document tells which of them
// the system must deny. It says in the report what the system does not know, and what it is known to permit beyond the document.
func (e *env) tryImplied(st *stage, doc policy.Document) {
	e.Helper()
	key, can := st.client.(Requester)
	admin, canAdmin := e.administrator()
	if !can || !canAdmin {
		e.Logf("requests beyond get, put, list and delete were not tried: there is no client that can send them")
		return
	}
	var permitted, unknown []string
	for _, o := range e.operations(admin, st) {
		if e.allowedBy(doc, o.Needs) {
			continue
		}
		switch e.mustRefuse(key, admin, doc, o) {
		case isPermitted:
			permitted = append(permitted, o.String())
		case isUnknown:
			unknown = append(unknown, o.String())
		}
	}
	if len(permitted) > 0 {
		e.Logf("known to be permitted beyond the policy: %s", strings.Join(slices.Compact(permitted), ", "))
	}
	if len(unknown) > 0 {
		e.Logf("not known by the system: %s", strings.Join(slices.Compact(unknown), ", "))
	}
}

// refusal is what became of a request that the document does not allow.
type refusal int

const (
	// isRefused: the system denied it, or the check failed.
	isRefused refusal = iota
	// isPermitted: the system is known to permit it all the same.
	isPermitted
	// isUnknown: the system has no such operation.
	isUnknown
)

func (e *env) administrator() (Requester, bool) {
	e.Helper()
	if e.Harness.Config.Credentials == nil {
		return nil, false
	}
	admin, can := e.client(e.Harness.Config.Credentials).(Requester)
	return admin, can
}

// allowedBy reports whether the document allows all that a request needs.
func (e *env) allowedBy(doc policy.Document, needs []policy.Request) bool {
	return !slices.ContainsFunc(needs, func(need policy.Request) bool {
		return policy.Evaluate([]policy.Document{doc}, need) != policy.Allowed
	})
}

// mustRefuse fails the check if the system does for the key what the document does not allow. What the system does not do
// for its administrator either, it does not know.
func (e *env) mustRefuse(key, admin Requester, doc policy.Document, o operation) refusal {
	e.Helper()
	answer, err := key.Do(e.ctx, o.Request)
	switch {
	case err != nil:
		e.Errorf("%s: no answer: %v", o, err)
	case answer.denied():
	case answer.unknown(), answer.accepted() && o.took != nil && !o.took(e, admin):
		return isUnknown
	case answer.accepted() && e.isKnown(doc, o.Needs):
		return isPermitted
	case answer.accepted():
		e.Errorf("%s: it worked, and must be denied: it needs %s", o, e.lacking(doc, o.Needs))
	default:
		again, err := admin.Do(e.ctx, o.Request)
		if err == nil && !again.accepted() {
			return isUnknown
		}
		e.Errorf("%s: want it denied for want of %s, got %d %s (%v)", o, e.lacking(doc, o.Needs), answer.Status, answer.Code, err)
	}
	return isRefused
}

// lacking is the first action that the document does not allow.
func (e *env) lacking(doc policy.Document, needs []policy.Request) string {
	i := slices.IndexFunc(needs, func(need policy.Request) bool { return !e.allowedBy(doc, []policy.Request{need}) })
	return needs[i].Action
}

// isKnown reports whether what the document does not allow is, each of it, known to be permitted with something that it does.
func (e *env) isKnown(doc policy.Document, needs []policy.Request) bool {
	known := slices.Concat(e.Description.Dialect.Implications, e.Harness.Implications)
	for _, need := range needs {
		if !e.allowedBy(doc, []policy.Request{need}) && !slices.ContainsFunc(known, func(i policy.Implication) bool {
			return i.Action == need.Action && i.Deny == nil && e.allowsSomewhere(doc, i.By, need)
		}) {
			return false
		}
	}
	return true
}

// allowsSomewhere reports whether the document allows the action as the need has it or, for a need that is about no bucket,
// on any resource.
func (e *env) allowsSomewhere(doc policy.Document, action string, need policy.Request) bool {
	if action == "" {
		return true
	}
	need.Action = action
	if need.Resource != "*" {
		return e.allowedBy(doc, []policy.Request{need})
	}
	return slices.ContainsFunc(doc.Statement, func(s policy.Statement) bool {
		return s.Effect == policy.Allow && slices.Contains(s.Action, action)
	})
}

func (a Answer) accepted() bool { return a.Status/100 == 2 && a.Code == "" }

func (a Answer) denied() bool { return a.Status == http.StatusForbidden || a.Code == "AccessDenied" }

// unknown reports whether the system says that it has no such operation.
func (a Answer) unknown() bool {
	return a.Status == http.StatusNotImplemented || a.Status == http.StatusMethodNotAllowed || a.Code == "NotImplemented" || a.Code == "MethodNotAllowed"
}

// operations returns the requests to try, and has the administrator make what they are about.
func (e *env) operations(admin Requester, st *stage) []operation {
	e.Helper()
	partition := e.Description.Partition
	bucket := subject{bucket: st.bucket}
	inside, outside, elsewhere := e.newSubject(admin, st.bucket, insideKey), e.newSubject(admin, st.bucket, outsideKey), e.newSubject(admin, st.other, insideKey)
	rows := bucketRows
	if e.has(driver.CapBucketPublicAccessBlock) {
		rows = slices.Concat(rows, accessBlockRows)
	}
	var all []operation
	for _, r := range rows {
		all = append(all, r.operation(bucket, partition))
	}
	e.prepare(admin, all)
	all = append(all, inside.listings(partition, "in/")...)
	all = append(all, inside.listings(partition, "")[0], elsewhere.listings(partition, "in/")[0])
	for _, pair := range [][2]subject{{inside, outside}, {outside, inside}, {inside, elsewhere}, {elsewhere, inside}, {inside, inside}} {
		all = append(all, copies(pair[0], pair[1], partition)...)
	}
	for _, s := range []subject{inside, outside, elsewhere} {
		all = append(all, s.writes(partition)...)
		for _, r := range objectRows {
			all = append(all, r.operation(s, partition))
		}
		all = append(all, s.deletions(partition)...)
	}
	if inside.version == "" {
		e.Logf("no versions of objects were tried: the system keeps none")
		all = slices.DeleteFunc(all, operation.namesVersion)
	}
	made := subject{bucket: e.name("b")}
	e.removeBucketLater(made.bucket)
	return append(all, operation{Request: Request{Method: http.MethodPut, Bucket: made.bucket}}.needing(made.need(partition, "s3:CreateBucket")))
}

// prepare sends each request that makes what a later one reads. A bucket policy that is there stays. Where the system does not
// take the PUT, a DELETE that it takes does nothing. Object locking stays off: it could not be turned off again.
func (e *env) prepare(admin Requester, all []operation) {
	e.Helper()
	set := map[string]bool{}
	for i, o := range all {
		setting := o.Query.Encode()
		switch {
		case o.Query.Has("object-lock"):
		case o.Method == http.MethodPut:
			set[setting] = e.isThere(admin, o) || e.answer(admin, o.Request).accepted()
		case o.Method == http.MethodDelete:
			all[i].took = func(*env, Requester) bool { return set[setting] }
		}
	}
}

// isThere reports whether the bucket has a policy, which a check may need.
func (e *env) isThere(admin Requester, o operation) bool {
	return o.Query.Has("policy") && e.answer(admin, Request{Method: http.MethodGet, Bucket: o.Bucket, Query: o.Query}).accepted()
}

// answer is the answer to a request of the administrator.
func (e *env) answer(admin Requester, r Request) Answer {
	e.Helper()
	answer, err := admin.Do(e.ctx, r)
	if err != nil {
		e.Fatalf("%s by the administrator: no answer: %v", operation{Request: r}, err)
	}
	return answer
}

var uploadID = regexp.MustCompile(`<UploadId>(.*?)</UploadId>`)

// newSubject has the administrator store two versions of an object and begin an upload, and removes them after the check. Where
// the system keeps no versions, the version is empty.
func (e *env) newSubject(admin Requester, bucket, key string) subject {
	e.Helper()
	s := subject{bucket: bucket, key: key, upload: "none"}
	do := func(r Request) Answer { r.Bucket = bucket; return e.answer(admin, r) }
	do(Request{Method: http.MethodPut, Query: url.Values{"versioning": {""}}, Body: "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"})
	if version := do(Request{Method: http.MethodPut, Key: key, Body: older}).Header.Get("x-amz-version-id"); version != "" {
		s.version = version
		e.cleanup("versions in bucket "+bucket, e.purge(admin, bucket))
		do(Request{Method: http.MethodPut, Key: key, Body: newer})
	}
	if began := uploadID.FindSubmatch(do(Request{Method: http.MethodPost, Key: key, Query: url.Values{"uploads": {""}}}).Body); began != nil {
		s.upload = string(began[1])
		e.cleanup("an upload in bucket "+bucket, e.sending(admin, Request{
			Method: http.MethodDelete, Bucket: bucket, Key: key, Query: url.Values{"uploadId": {s.upload}},
		}))
	}
	return s
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
