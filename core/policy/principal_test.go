package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/policy"
)

func parsed(t *testing.T, document string) policy.Document {
	t.Helper()
	doc, err := policy.Parse([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

const shared = `{"Version":"2012-10-17","Statement":[
	{"Sid":"everybody","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"},
	{"Sid":"ann","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:user/ann"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*"},
	{"Sid":"account","Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"s3:DeleteObject","Resource":"arn:aws:s3:::b/*"},
	{"Sid":"notAccount","Effect":"Deny","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"s3:GetObjectAcl","Resource":"arn:aws:s3:::b/*"},
	{"Sid":"service","Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::b/logs/*"},
	{"Sid":"others","Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::111111111111:user/ann"},"Action":"s3:ListBucket","Resource":"arn:aws:s3:::b"}]}`

func TestWhatAPolicySaysOfAPrincipal(t *testing.T) {
	doc := parsed(t, shared)
	sids := func(d policy.Document) string {
		var all []string
		for _, s := range d.Statement {
			if s.Principal != nil || s.NotPrincipal != nil {
				t.Errorf("%s still has a principal", s.Sid)
			}
			all = append(all, s.Sid)
		}
		return strings.Join(all, " ")
	}
	for principal, want := range map[string]string{
		"":                                   "everybody others",
		"arn:aws:iam::111111111111:user/ann": "everybody ann notAccount",
		"arn:aws:iam::111111111111:user/bob": "everybody notAccount others", // an account hands on what it is given by itself
		"arn:aws:iam::222222222222:user/ann": "everybody others",
		"111111111111":                       "everybody account others",
		"logging.s3.amazonaws.com":           "everybody service others",
	} {
		if got := sids(doc.For(principal)); got != want {
			t.Errorf("of %q it says %q, want %q", principal, got, want)
		}
	}
	const ann, bob = "arn:aws:iam::111111111111:user/ann", "arn:aws:iam::111111111111:user/bob"
	if got := sids(doc.WithoutPublic(bob).For(bob)); got != "notAccount others" {
		t.Errorf("but for what everybody may, it says %q", got)
	}
	// Everybody but ann is denied something, and what everybody may is less than what ann may.
	if got := sids(doc.WithoutPublic(ann).For(ann)); got != "everybody ann notAccount" {
		t.Errorf("of the one who is spared, it says %q", got)
	}
	patterns := parsed(t, `{"Statement":[{"Effect":"Allow","Principal":{"AWS":["**","*"]},"Action":"s3:GetObject","Resource":"*"},{"Effect":"Deny","NotPrincipal":{"AWS":"a?n"},"Action":"s3:GetObject","Resource":"*"}]}`)
	if got := patterns.PrincipalPatterns(); !slices.Equal(got, []string{"**", "a?n"}) {
		t.Errorf("the patterns are %v", got)
	}
	if got := sids(doc.Denials()); got != "notAccount others" || !doc.Allows() || doc.Denials().Allows() {
		t.Errorf("denied is %q", got)
	}
	want := []string{"111111111111", "arn:aws:iam::111111111111:user/ann", "logging.s3.amazonaws.com"}
	if got := doc.Principals(); !slices.Equal(got, want) {
		t.Errorf("the document names %v, want %v", got, want)
	}
}

// The rows of one bucket are those of a document that names no other, and what a bucket's policy allows no boundary bounds.
func TestExplainOneBucket(t *testing.T) {
	wide := parsed(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:ListBucket","s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::lo?s","arn:aws:s3:::lo?s/in/*","arn:aws:s3:::photos"]}]}`)
	bound := parsed(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"},{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::*/in/secret/*"}]}`)
	ofBucket := parsed(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::logs/*"}]}`)
	for _, c := range []struct {
		options policy.ExplainOptions
		want    string
	}{
		{policy.ExplainOptions{Buckets: []string{"logs"}}, "logs/* list; logs/in/* list+read+write"},
		{policy.ExplainOptions{Buckets: []string{"photos"}}, "photos/* list"},
		{policy.ExplainOptions{Buckets: []string{"other"}}, ""},
		{policy.ExplainOptions{Buckets: []string{"logs"}, Boundary: &bound}, "logs/*in/secret/* and in/* none; logs/in/* read"},
		{policy.ExplainOptions{Buckets: []string{"logs"}, Boundary: &bound, Resource: []policy.Document{ofBucket}}, "logs/*in/secret/* none; logs/*in/secret/* and in/* none; logs/in/* read+delete; logs/* delete"},
		{policy.ExplainOptions{Buckets: []string{"logs"}, Partition: "aws-cn"}, ""},
	} {
		rows, err := policy.Explain([]policy.Document{wide}, c.options)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range rows {
			access := r.Access.String()
			if access == "" {
				access = "none"
			}
			got = append(got, fmt.Sprintf("%s/%s %s", r.Bucket, r.Prefix, access))
		}
		slices.Sort(got)
		want := strings.Split(c.want, "; ")
		slices.Sort(want)
		if strings.Join(got, "; ") != strings.Join(want, "; ") {
			t.Errorf("%+v: the rows are %v, want %v", c.options, got, want)
		}
	}
}

func TestPossibleWithin(t *testing.T) {
	own := parsed(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`)
	bound := parsed(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"},{"Effect":"Deny","Action":"s3:DeleteObject","Resource":"*"}]}`)
	bucket := parsed(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:PutObject","s3:DeleteObject"],"Resource":"*"},{"Effect":"Deny","Action":"s3:GetObjectAcl","Resource":"*"}]}`)
	for action, want := range map[string]policy.Decision{
		"s3:GetObject": policy.Allowed, "s3:PutObject": policy.Allowed, "s3:DeleteObject": policy.ExplicitDeny,
		"s3:GetObjectAcl": policy.ExplicitDeny, "s3:GetObjectTagging": policy.ImplicitDeny,
	} {
		got, err := policy.PossibleWithin([]policy.Document{own}, policy.Request{Action: action, Resource: "arn:aws:s3:::b/k"}, &bound, []policy.Document{bucket})
		if err != nil || !slices.Equal(got, []policy.Decision{want}) {
			t.Errorf("%s: %v, %v, want %s", action, got, err, want)
		}
	}
}

func TestShortNames(t *testing.T) {
	for access, want := range map[policy.Access]string{policy.ReadWrite: "rw", policy.ReadOnly: "ro", policy.WriteOnly: "wo", policy.Read | policy.Write: "read+write", 0: ""} {
		if got := access.Short(); got != want {
			t.Errorf("%s is %q, want %q", access, got, want)
		}
	}
}
