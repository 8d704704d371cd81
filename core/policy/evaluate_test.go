package policy

import (
	"fmt"
	"testing"
)

func allowing(condition string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/${aws:username}/*","Condition":` + condition + `}]}`
}

func TestConditions(t *testing.T) {
	context := map[string][]string{
		"aws:username": {"ann"}, "s3:prefix": {"logs/"}, "n": {"10"}, "when": {"2026-01-02T03:04:05Z"},
		"aws:SecureTransport": {"true"}, "aws:SourceIp": {"10.1.2.3"}, "arn": {"arn:aws:iam::1:user/ann"}, "tags": {"a", "b"},
	}
	for condition, want := range map[string]bool{
		`{}`: true,
		`{"StringEquals":{"s3:prefix":["x","logs/"]}}`:                   true,
		`{"StringEquals":{"S3:Prefix":"logs/"}}`:                         true,
		`{"StringEquals":{"s3:prefix":"logs/*"}}`:                        false,
		`{"StringEquals":{"missing":"x"}}`:                               false,
		`{"StringEqualsIfExists":{"missing":"x"}}`:                       true,
		`{"StringEqualsIfExists":{"s3:prefix":"x"}}`:                     false,
		`{"StringNotEquals":{"s3:prefix":["x","logs/"]}}`:                false,
		`{"StringNotEquals":{"missing":"x"}}`:                            true,
		`{"StringEqualsIgnoreCase":{"s3:prefix":"LOGS/"}}`:               true,
		`{"StringNotEqualsIgnoreCase":{"s3:prefix":"LOGS/"}}`:            false,
		`{"StringLike":{"s3:prefix":"logs/*"}}`:                          true,
		`{"StringLike":{"s3:prefix":"l?gs/"}}`:                           true,
		`{"StringLike":{"s3:prefix":"l${?}gs/"}}`:                        false,
		`{"StringNotLike":{"s3:prefix":"logs*"}}`:                        false,
		`{"StringLike":{"aws:username":"${aws:username}"}}`:              true,
		`{"StringLike":{"aws:username":"${missing}"}}`:                   false,
		`{"StringLike":{"aws:username":"${missing, 'a*'}"}}`:             false,
		`{"StringLike":{"aws:username":"${missing, 'ann'}"}}`:            true,
		`{"NumericLessThan":{"n":10}}`:                                   false,
		`{"NumericLessThanEquals":{"n":"10"}}`:                           true,
		`{"NumericGreaterThan":{"n":9.5}}`:                               true,
		`{"NumericEquals":{"n":"many"}}`:                                 false,
		`{"NumericNotEquals":{"n":11}}`:                                  true,
		`{"DateLessThan":{"when":"2026-01-03T00:00:00Z"}}`:               true,
		`{"DateGreaterThan":{"when":"1767400000"}}`:                      false,
		`{"DateEquals":{"when":"soon"}}`:                                 false,
		`{"Bool":{"aws:SecureTransport":true}}`:                          true,
		`{"Bool":{"aws:SecureTransport":"false"}}`:                       false,
		`{"Bool":{"aws:SecureTransport":"perhaps"}}`:                     false,
		`{"IpAddress":{"aws:SourceIp":["192.168.0.0/16","10.0.0.0/8"]}}`: true,
		`{"IpAddress":{"aws:SourceIp":"10.1.2.4"}}`:                      false,
		`{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`:                 false,
		`{"ArnLike":{"arn":"arn:aws:iam::*:user/*"}}`:                    true,
		`{"ArnEquals":{"arn":"arn:aws:*"}}`:                              false,
		`{"ArnNotLike":{"arn":"arn:aws:iam::2:*"}}`:                      true,
		`{"Null":{"missing":"true","n":false}}`:                          true,
		`{"Null":{"n":"true"}}`:                                          false,
		`{"ForAnyValue:StringEquals":{"tags":["b","c"]}}`:                true,
		`{"ForAnyValue:StringEquals":{"missing":"b"}}`:                   false,
		`{"ForAllValues:StringEquals":{"tags":["b","c"]}}`:               false,
		`{"ForAllValues:StringEquals":{"missing":"b"}}`:                  true,
		`{"ForAnyValue:StringNotEquals":{"tags":"a"}}`:                   true,
		`{"ForAllValues:StringNotEquals":{"tags":"a"}}`:                  false,
		`{"StringEquals":{"s3:prefix":"logs/"},"Bool":{"n":"true"}}`:     false,
		`{"StringSounds":{"s3:prefix":"logs/"}}`:                         false,
		`{"BoolNot":{"aws:SecureTransport":"true"}}`:                     false,
		`{"Foo:StringEquals":{"s3:prefix":"logs/"}}`:                     false,
	} {
		request := Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/ann/key", Context: context}
		got := Evaluate([]Document{mustParse(t, allowing(condition))}, request)
		if (got == Allowed) != want {
			t.Errorf("%s: %s, want allowed: %v", condition, got, want)
		}
	}
}

func TestWhatIsNotUnderstoodDenies(t *testing.T) {
	for condition, want := range map[string]Decision{
		`{"StringSounds":{"s3:prefix":"x"}}`:                        ExplicitDeny,
		`{"NumericEquals":{"n":"many"}}`:                            ExplicitDeny,
		`{"StringSounds":{"n":"x"},"StringEquals":{"n":"another"}}`: Allowed,
		`{"StringEquals":{"n":"1"}}`:                                ExplicitDeny,
		`{"StringEquals":{"n":"2"}}`:                                Allowed,
	} {
		doc := mustParse(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
			{"Effect":"Deny","Action":"*","Resource":"*","Condition":`+condition+`}]}`)
		request := Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k", Context: map[string][]string{"n": {"1"}}}
		if got := Evaluate([]Document{doc}, request); got != want {
			t.Errorf("%s: %s, want %s", condition, got, want)
		}
	}
}

func TestEvaluate(t *testing.T) {
	const ann = "arn:aws:iam::123:user/ann"
	for _, c := range []struct {
		statement                   string
		principal, action, resource string
		want                        Decision
	}{
		{`"Effect":"Allow","Action":"s3:getobject","Resource":"*"`, ann, "s3:GetObject", "r", Allowed},
		{`"Effect":"Allow","Action":"s3:Get*","Resource":"*"`, ann, "s3:PutObject", "r", ImplicitDeny},
		{`"Effect":"Allow","NotAction":"s3:Get*","Resource":"*"`, ann, "s3:PutObject", "r", Allowed},
		{`"Effect":"Allow","NotAction":"s3:Get*","Resource":"*"`, ann, "s3:GetObject", "r", ImplicitDeny},
		{`"Effect":"Deny","Action":"*","Resource":"a*c"`, ann, "s3:GetObject", "abbc", ExplicitDeny},
		{`"Effect":"Allow","Action":"*","Resource":"a*C"`, ann, "s3:GetObject", "abbc", ImplicitDeny},
		{`"Effect":"Allow","Action":"*","NotResource":"a*"`, ann, "s3:GetObject", "abc", ImplicitDeny},
		{`"Effect":"Allow","Action":"*","NotResource":"a*"`, ann, "s3:GetObject", "bc", Allowed},
		{`"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"`, "", "s3:GetObject", "r", Allowed},
		{`"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*","Resource":"*"`, "", "s3:GetObject", "r", Allowed},
		{`"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123:user/ann"},"Action":"*","Resource":"*"`, ann, "s3:GetObject", "r", Allowed},
		{`"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123:user/ann"},"Action":"*","Resource":"*"`, "", "s3:GetObject", "r", ImplicitDeny},
		{`"Effect":"Allow","Principal":{"AWS":["123"]},"Action":"*","Resource":"*"`, ann, "s3:GetObject", "r", Allowed},
		{`"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123:root"},"Action":"*","Resource":"*"`, ann, "s3:GetObject", "r", Allowed},
		{`"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::12:root"},"Action":"*","Resource":"*"`, ann, "s3:GetObject", "r", ImplicitDeny},
		{`"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::123:user/ann"},"Action":"*","Resource":"*"`, ann, "s3:GetObject", "r", ImplicitDeny},
		{`"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"`, "ec2.amazonaws.com", "sts:AssumeRole", "role", Allowed},
	} {
		doc := mustParse(t, `{"Version":"2012-10-17","Statement":[{`+c.statement+`}]}`)
		if got := Evaluate([]Document{doc}, Request{Principal: c.principal, Action: c.action, Resource: c.resource}); got != c.want {
			t.Errorf("%s for %s %s: %s, want %s", c.statement, c.action, c.resource, got, c.want)
		}
	}
}

func TestVariablesOfTheOlderLanguageAreText(t *testing.T) {
	doc := mustParse(t, `{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"${aws:username}"}]}`)
	context := map[string][]string{"aws:username": {"ann"}}
	if got := Evaluate([]Document{doc}, Request{Action: "a", Resource: "ann", Context: context}); got != ImplicitDeny {
		t.Errorf("got %s", got)
	}
}

// What a user's name holds must not become a wildcard.
func TestValuesOfVariablesAreText(t *testing.T) {
	doc := mustParse(t, allowing(`{}`))
	request := Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/ben/x", Context: map[string][]string{"aws:username": {"*"}}}
	if got := Evaluate([]Document{doc}, request); got != ImplicitDeny {
		t.Errorf("got %s", got)
	}
}

// TestLeastPrivilege proves, for each access and prefix, what generated documents allow and that they allow nothing else.
func TestLeastPrivilege(t *testing.T) {
	reads := map[string]bool{"s3:GetObject": true, "s3:GetObjectAcl": true, "s3:GetObjectLegalHold": true, "s3:GetObjectRetention": true, "s3:GetObjectTagging": true}
	for _, prefix := range []string{"", "foo", "foo/", "/foo/*"} {
		for _, access := range []Access{ReadWrite, ReadOnly, WriteOnly} {
			doc, err := Build(Grants(access, prefix, "b"), Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, key := range []string{"foo/x", "foo/", "foobar/x", "foo", "x", "/foo/x"} {
				inside := prefix == "" || key == "foo/x" || key == "foo/"
				for _, action := range []string{"s3:GetObject", "s3:GetObjectAcl", "s3:PutObject", "s3:DeleteObject", "s3:PutObjectAcl", "s3:DeleteObjectVersion"} {
					want := inside && (access != WriteOnly && reads[action] || access != ReadOnly && action == "s3:PutObject" ||
						access == ReadWrite && action == "s3:DeleteObject")
					for _, bucket := range []string{"b", "bb", "c"} {
						got := Evaluate([]Document{doc}, Request{Action: action, Resource: "arn:aws:s3:::" + bucket + "/" + key})
						if (got == Allowed) != (want && bucket == "b") {
							t.Errorf("%s with prefix %q: %s of %s/%s is %s", access, prefix, action, bucket, key, got)
						}
					}
				}
				list := Request{Action: "s3:ListBucket", Resource: "arn:aws:s3:::b", Context: map[string][]string{"s3:prefix": {key}}}
				if got := Evaluate([]Document{doc}, list); (got == Allowed) != (access != WriteOnly && inside) {
					t.Errorf("%s with prefix %q: listing %q is %s", access, prefix, key, got)
				}
			}
			for _, action := range []string{"s3:DeleteBucket", "s3:PutBucketPolicy", "s3:CreateBucket", "iam:CreateUser"} {
				if got := Evaluate([]Document{doc}, Request{Action: action, Resource: "arn:aws:s3:::b"}); got == Allowed {
					t.Errorf("%s with prefix %q allows %s", access, prefix, action)
				}
			}
		}
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("a*b?c", "axxbyc")
	f.Fuzz(func(t *testing.T, p, s string) {
		if len(p) > 40 || len(s) > 40 {
			return
		}
		if got, want := match(pattern(p), []rune(s)), slowMatch([]rune(p), []rune(s)); got != want {
			t.Errorf("match(%q, %q) = %v", p, s, got)
		}
	})
}

// slowMatch is the definition of a wildcard match, by a table over all pairs of beginnings.
func slowMatch(p, s []rune) bool {
	table := map[string]bool{}
	at := func(i, j int) string { return fmt.Sprint(i, ",", j) }
	table[at(0, 0)] = true
	for i := 1; i <= len(p); i++ {
		for j := 0; j <= len(s); j++ {
			if p[i-1] == '*' {
				table[at(i, j)] = table[at(i-1, j)] || (j > 0 && table[at(i, j-1)])
			} else {
				table[at(i, j)] = j > 0 && (p[i-1] == '?' || p[i-1] == s[j-1]) && table[at(i-1, j-1)]
			}
		}
	}
	return table[at(len(p), len(s))]
}
