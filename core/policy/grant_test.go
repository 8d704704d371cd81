package policy

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

func TestParseGrant(t *testing.T) {
	for text, want := range map[string]Grant{
		"b":                      {Bucket: "b"},
		"b:ro":                   {Bucket: "b", Access: ReadOnly},
		"b:write-only":           {Bucket: "b", Access: WriteOnly},
		"b:list+read+write":      {Bucket: "b", Access: List | Read | Write},
		"b:delete+list":          {Bucket: "b", Access: Delete | List},
		"b/logs":                 {Bucket: "b", Prefix: "logs"},
		"b/logs/2026/:rw":        {Bucket: "b", Prefix: "logs/2026/", Access: ReadWrite},
		"b/a:b/":                 {Bucket: "b", Prefix: "a:b/"},
		"b/a:b*":                 {Bucket: "b", Prefix: "a:b*"},
		"b/a:b:ro":               {Bucket: "b", Prefix: "a:b", Access: ReadOnly},
		"b//logs":                {Bucket: "b", Prefix: "/logs"},
		"b/logs*:list+read+list": {Bucket: "b", Prefix: "logs*", Access: List | Read},
	} {
		if got, err := ParseGrant(text); got != want || err != nil {
			t.Errorf("%q: %+v, %v, want %+v", text, got, err, want)
		}
	}
	for text, says := range map[string]string{
		"b:": "is no access", "b:all": "is no access", "b:read-writ": "is no access", "b:read+": "is no access", "b:rw+list": "is no access",
		"b/a:b": "is no access", "b/": "names no folder", "s3://b": "BUCKET[/PREFIX][:ACCESS]", "b:ro:rw": "names no bucket", "https://h/b": "names no bucket", "b/:ro": "names no folder",
	} {
		if got, err := ParseGrant(text); !errors.Is(err, fault.InvalidArgument) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %+v, %v, want InvalidArgument, %q", text, got, err, says)
		}
	}
}

// TestBuildGrants builds documents of several grants in one bucket: as few statements as say it.
func TestBuildGrants(t *testing.T) {
	const (
		location = `{"Effect":"Allow","Action":["s3:GetBucketLocation"],"Resource":["arn:aws:s3:::b"]}`
		put      = `{"Effect":"Allow","Action":["s3:PutObject"],"Resource":[%s]}`
	)
	for _, c := range []struct {
		grants []Grant
		want   []string
	}{
		{[]Grant{{"b", "x/", Write}, {"b", "y/", Write}}, []string{fmt.Sprintf(put, `"arn:aws:s3:::b/x/*","arn:aws:s3:::b/y/*"`)}},
		{[]Grant{{"b", "x/", List}, {"b", "y/", List}}, []string{
			location, `{"Effect":"Allow","Action":["s3:ListBucket"],"Resource":["arn:aws:s3:::b"],"Condition":{"StringLike":{"s3:prefix":["x/*","y/*"]}}}`,
		}},
		{[]Grant{{"b", "x/", Write}, {"b", "", Write}, {"b", "x/y*", Write}}, []string{fmt.Sprintf(put, `"arn:aws:s3:::b/*"`)}},
		{[]Grant{{"b", "x/", Write}, {"b", "x", Delete}}, []string{`{"Effect":"Allow","Action":["s3:PutObject","s3:DeleteObject"],"Resource":["arn:aws:s3:::b/x/*"]}`}},
		{[]Grant{{"b", "", Write}, {"b", "locks/", Write | Delete}}, []string{
			fmt.Sprintf(put, `"arn:aws:s3:::b/*"`), `{"Effect":"Allow","Action":["s3:DeleteObject"],"Resource":["arn:aws:s3:::b/locks/*"]}`,
		}},
		{[]Grant{{"b", "x/", List}, {"b", "y/", List | Write}}, []string{
			location, `{"Effect":"Allow","Action":["s3:ListBucket"],"Resource":["arn:aws:s3:::b"],"Condition":{"StringLike":{"s3:prefix":["x/*"]}}}`,
			`{"Effect":"Allow","Action":["s3:ListBucket"],"Resource":["arn:aws:s3:::b"],"Condition":{"StringLike":{"s3:prefix":["y/*"]}}}`,
			fmt.Sprintf(put, `"arn:aws:s3:::b/y/*"`),
		}},
		{[]Grant{{"b", "", Write}, {"c", "x/", Write}}, []string{
			fmt.Sprintf(put, `"arn:aws:s3:::b/*"`), `{"Effect":"Allow","Action":["s3:PutObject"],"Resource":["arn:aws:s3:::c/x/*"]}`,
		}},
	} {
		want := `{"Version":"2012-10-17","Statement":[` + strings.Join(c.want, ",") + `]}`
		if got := build(t, c.grants, Options{}).JSON(); got != want {
			t.Errorf("%v\ngot  %s\nwant %s", c.grants, got, want)
		}
	}
}
