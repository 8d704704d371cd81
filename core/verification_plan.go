package core

import (
	"cmp"
	"crypto/rand"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// expectation is what a key is held against.
type expectation struct {
	documents []policy.Document
	// boundary bounds what the documents allow; nil for no bound.
	boundary *policy.Document
	// resource are the policies of buckets.
	resource []policy.Document
	buckets  []string
	// public says that anybody may read the buckets' objects.
	public bool
	// principal is how documents with principals name the key's user, and context has what is the same in all its requests.
	principal string
	context   map[string][]string
}

// expectationOf is what the options ask for.
func (e *Engine) expectationOf(options CreateOptions) (expectation, error) {
	grants, err := e.grantsFor(&Plan{}, options)
	x := expectation{buckets: options.BucketNames(), public: options.Public || options.Website}
	for _, g := range grants {
		x.documents = append(x.documents, g.document)
	}
	return x, err
}

// The actions that are tried on objects, on a bucket and on the account. Reading comes with the key of an object that exists, if one is found.
var (
	objectProbes  = []string{"s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectVersion", "s3:DeleteObjectVersion", "s3:PutObjectTagging"}
	bucketProbes  = []string{"s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketPolicy", "s3:GetBucketTagging"}
	otherProbes   = []string{"s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"}
	accountProbes = []string{"iam:CreateAccessKey", "iam:PutUserPolicy"}
)

// probesFor lists what to try. What depends on a condition of the policy is not tried.
func (e *Engine) probesFor(options CreateOptions, other string) ([]Probe, error) {
	if err := e.require(driver.CapPolicyProbe); err != nil {
		return nil, err
	}
	x, err := e.expectationOf(options)
	if err != nil {
		return nil, err
	}
	rows, err := policy.Explain(x.documents, policy.ExplainOptions{})
	if err != nil {
		return nil, err
	}
	return e.probesOf(x, rows, other)
}

// probesOf lists what to try in the places of the rows, beside them and elsewhere.
func (e *Engine) probesOf(x expectation, rows policy.Explanation, other string) ([]Probe, error) {
	unique := "s3-credentials-probe-" + strings.ToLower(rand.Text()[:12])
	var probes []Probe
	add := func(bucket, key string, actions ...string) {
		for _, action := range actions {
			p := Probe{Action: action, Bucket: bucket, Key: key, unique: unique}
			if !slices.ContainsFunc(probes, func(o Probe) bool { return o.Action == action && o.Bucket == bucket && o.Key == key }) {
				probes = append(probes, p)
			}
		}
	}
	for _, bucket := range x.buckets {
		add(bucket, "", bucketProbes...)
		add(bucket, unique, objectProbes...)
		for _, r := range rows {
			start, _, _ := strings.Cut(r.Prefix, "*")
			if r.Bucket != bucket || start == "" || strings.Contains(start, "${") {
				continue
			}
			add(bucket, start+unique, objectProbes...)
			add(bucket, sibling(start)+unique, objectProbes...)
		}
	}
	if other == "" {
		other = unique
	}
	add(other, unique, otherProbes...)
	add("", unique, accountProbes...)
	for i := range probes {
		if !strings.Contains(probes[i].Action, "Bucket") && probes[i].Bucket != "" {
			number := "-" + strconv.Itoa(i) // they run at the same time, and one must not find what another made
			probes[i].Key, probes[i].unique = probes[i].Key+number, probes[i].unique+number
		}
		if err := e.expect(&probes[i], x); err != nil {
			return nil, err
		}
		isRead := probes[i].Action == "s3:GetObject" && slices.Contains(x.buckets, probes[i].Bucket)
		if isRead && x.public {
			probes[i].implied = cmp.Or(probes[i].implied, "anybody may read it")
		}
	}
	return probes, nil
}

// sibling is a prefix with the same beginning that is not within the prefix: logs-/ for logs/, log for logs.
func sibling(prefix string) string {
	if folder, is := strings.CutSuffix(prefix, "/"); is {
		return folder + "-"
	}
	_, size := utf8.DecodeLastRuneInString(prefix)
	return prefix[:len(prefix)-size]
}

// expect says what a probe should find, by the policies and by what the system is known to permit besides.
func (e *Engine) expect(p *Probe, x expectation) error {
	request := e.requestOf(p, x)
	decisions, err := x.decide(request)
	if err != nil {
		return err
	}
	p.Expected = slices.Contains(decisions, policy.Allowed)
	if p.Expected && len(decisions) > 1 {
		p.Verdict, p.Reason = Untold, "it depends on a condition of the policy"
		return nil
	}
	for _, i := range e.description.Dialect.Implications {
		if p.Expected || i.Action != p.Action || i.Deny != nil {
			continue
		}
		by := request
		by.Action = i.By
		allowed, err := x.decide(by)
		if err != nil {
			return err
		}
		switch {
		case i.By == "":
			p.implied = "the system permits it to every key"
		case slices.Contains(allowed, policy.Allowed):
			p.implied = cmp.Or(p.implied, "the system permits it to every key that may do "+i.By)
		}
	}
	return nil
}

// requestOf is the request of a probe, as policies see it.
func (e *Engine) requestOf(p *Probe, x expectation) policy.Request {
	request := policy.Request{Principal: x.principal, Action: p.Action, Resource: "arn:" + e.description.Partition + ":s3:::" + p.Bucket}
	request.Context = map[string][]string{"aws:CurrentTime": {time.Now().UTC().Format(time.RFC3339)}}
	maps.Copy(request.Context, x.context)
	switch {
	case p.Bucket == "":
		request.Resource = "arn:" + e.description.Partition + ":iam::000000000000:user/" + p.Key
	case strings.HasPrefix(p.Action, "s3:ListBucket"):
		if p.Key != "" {
			request.Context["s3:prefix"] = []string{p.Key}
		}
	case p.Key != "":
		request.Resource += "/" + p.Key
	}
	return request
}

// decide returns how a request can be decided.
func (x expectation) decide(request policy.Request) ([]policy.Decision, error) {
	return policy.PossibleWithin(x.documents, request, x.boundary, x.resource)
}
