package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// lines writes rows as a test compares them.
func lines(e Explanation) []string {
	var all []string
	for _, r := range e {
		line := r.Bucket + "/" + r.Prefix
		if r.Resource != "" {
			line = r.Resource
		}
		if line += ": " + r.Access.sum(); r.Access != 0 && len(r.Actions) > 0 {
			line += " "
		}
		if len(r.Actions) > 3 {
			line += fmt.Sprintf("and %d more", len(r.Actions))
		} else if len(r.Actions) > 0 {
			line += "and " + strings.Join(r.Actions, " ")
		}
		if r.When != nil {
			line += " when " + r.When.String()
		}
		for _, u := range r.Unless {
			line += " unless " + u.String()
		}
		all = append(all, line)
	}
	return all
}

func parsed(t *testing.T, statements string) Document {
	t.Helper()
	doc, err := Parse([]byte(`{"Version":"2012-10-17","Statement":[` + statements + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestExplain(t *testing.T) {
	t.Parallel()
	for statements, want := range map[string][]string{
		`{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::photos/*"},
		 {"Effect":"Deny","Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/locked/*"}`: {
			"photos/locked/*: read", "photos/*: read+write",
		},
		`{"Effect":"Allow","Action":"*","Resource":"*"}`: {"*/*: list+read+write+delete and s3:*", "*: and *"},
		`{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"s3:*","Resource":["arn:aws:s3:::a","arn:aws:s3:::a/*"]}`: {
			"a/*: ", "*/*: list+read+write+delete and s3:*", "*: and s3:*",
		},
		`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::*/logs/*"}`: {"*/*logs/*: read"},
		`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos*"}`:  {"photos*/*: read"},
		`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/a*"},{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*z"}`: {
			"b/*z: write", "b/*z and a*: read+write", "b/a*: read",
		},
		`{"Effect":"Allow","Action":["s3:GetObject","s3:GetObjct"],"Resource":"arn:aws:s3:::b/*"}`: {"b/*: read", "arn:aws:s3:::b/*: and s3:GetObjct"},
		`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::home/${aws:username}/*"}`: {
			"home/${aws:username}/*: read",
		},
		`{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b","Condition":{"StringLikeIfExists":{"s3:prefix":"a/*"}}}`: {
			// A listing without a prefix shows all keys.
			"b/*: list",
		},
		`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}},
		 {"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}},
		 {"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`: {
			"b/*: read when aws:MultiFactorAuthPresent Bool true unless aws:SecureTransport Bool false",
			"b/*: read when aws:SourceIp IpAddress 10.0.0.0/8 unless aws:SecureTransport Bool false",
		},
		`{"Effect":"Allow","Action":["iam:CreateUser","s3:ListAllMyBuckets"],"Resource":"*"}`: {"*: and iam:CreateUser s3:ListAllMyBuckets"},
		`{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:us-east-1:123456789012:accesspoint/ap/object/*"}`: {
			"arn:aws:s3:us-east-1:123456789012:accesspoint/ap/object/*: and 12 more",
		},
		`{"Effect":"Deny","Action":"*","Resource":"*"}`: nil,
	} {
		got, err := Explain([]Document{parsed(t, statements)}, ExplainOptions{})
		if err != nil {
			t.Errorf("%v: %s", err, statements)
		}
		if rows := lines(got); !slices.Equal(rows, want) {
			t.Errorf("got\n%s\nwant\n%s\nfor %s", strings.Join(rows, "\n"), strings.Join(want, "\n"), statements)
		}
	}
}

// TestExplainWhatBuildMakes gives back what was asked for.
func TestExplainWhatBuildMakes(t *testing.T) {
	t.Parallel()
	for name, grants := range provenGrants() {
		rows, err := Explain([]Document{build(t, grants, Options{})}, ExplainOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var got []Grant
		for _, r := range rows {
			got = append(got, Grant{Bucket: r.Bucket, Prefix: r.Prefix, Access: r.Access})
			if len(r.Actions) > 0 || r.When != nil {
				t.Errorf("%s: more than was asked for: %v", name, lines(rows))
			}
		}
		if err := Prove(build(t, got, Options{}), Asked{Grants: grants}); err != nil {
			t.Errorf("%s: %v: %v", name, err, lines(rows))
		}
	}
}

func TestGained(t *testing.T) {
	t.Parallel()
	before := build(t, Grants(ReadOnly, "a/", "photos"), Options{})
	after := build(t, Grants(ReadWrite, "", "photos"), Options{})
	for _, c := range []struct {
		before, after Document
		want          []string
	}{
		{before, after, []string{"photos/a/*: write+delete", "photos/*: list+read+write+delete"}},
		{after, before, []string{"photos/a/*: write+delete", "photos/*: list+read+write+delete"}},
		{before, before, nil},
	} {
		rows, err := Gained([]Document{c.before}, []Document{c.after}, ExplainOptions{})
		if c.before.JSON() == after.JSON() {
			rows, err = Gained([]Document{c.after}, []Document{c.before}, ExplainOptions{})
		}
		if got := lines(rows); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("got %v, %v, want %v", got, err, c.want)
		}
	}
	if rows, err := Gained([]Document{after}, []Document{before}, ExplainOptions{}); err != nil || len(rows) > 0 {
		t.Errorf("less access gains %v, %v", lines(rows), err)
	}
}

// TestExplainGivesUp on what it cannot try completely.
func TestExplainGivesUp(t *testing.T) {
	t.Parallel()
	var values []string
	for i := range 300 {
		values = append(values, fmt.Sprintf(`"10.%d.0.0/16"`, i%250))
	}
	doc := parsed(t, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":[`+strings.Join(values, ",")+`]},
		"StringLike":{"aws:PrincipalOrgID":["a*b*c*d","b*c*d*a"],"aws:UserAgent":["a*","b*"]},"NumericLessThan":{"s3:max-keys":[1,2,3]}}}`)
	if rows, err := Explain([]Document{doc}, ExplainOptions{}); err == nil {
		t.Errorf("got %v", lines(rows))
	}
}
