package policy_test

import (
	"testing"

	"github.com/s3-credentials/s3-credentials/core/policy"
)

func TestWhatASystemMayTakeForMore(t *testing.T) {
	deny := policy.Statement{Effect: policy.Deny, Action: []string{"s3:DeleteObjectVersion"}, Resource: []string{"arn:aws:s3:::*"}}
	dialect := policy.Dialect{Implications: []policy.Implication{{Action: "s3:DeleteObjectVersion", By: "s3:DeleteObject", Deny: &deny}}}
	for statement, want := range map[string]int{
		`"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::tgt/*"`:                                                                                                     1,
		`"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::tgt/*"`:                                                                                         1,
		`"Effect":"Allow","Action":"s3:DeleteBucket","Resource":"arn:aws:s3:::tgt/*"`:                                                                                       1,
		`"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::log?*"`:                                                                                         1,
		`"Effect":"Deny","Action":"s3:ListBucket","Resource":"arn:aws:s3:::log?"`:                                                                                           1,
		`"Effect":"Allow","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::tgt/*"`:                                                                                       1,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::tgt/*"`:                                                                                          0,
		`"Effect":"Allow","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::tgt/*"},{"Effect":"Deny","Action":"s3:DeleteObjectVersion","Resource":"arn:aws:s3:::*"`:       0,
		`"Effect":"Allow","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::tgt/*"},{"Effect":"Deny","Action":"s3:DeleteObjectVersion","NotResource":"arn:aws:s3:::o/*"`:  0,
		`"Effect":"Allow","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::tgt/*"},{"Effect":"Deny","Action":"s3:DeleteObjectVersion","NotResource":"arn:aws:s3:::tg*"`:  1,
		`"Effect":"Allow","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::tgt/*"},{"Effect":"Deny","Action":"s3:DeleteObjectVersion","Resource":"arn:aws:s3:::tgt/a/*"`: 1,
		`"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::tgt"`:                                                                                           0,
		`"Effect":"Allow","Action":"s3:ListBucket","Resource":["arn:aws:s3:::tgt","arn:aws:s3:::tgt/*"]`:                                                                    0,
		`"Effect":"Allow","Action":"s3:*","Resource":"*"`:                                                                                                                   0,
	} {
		doc := parsed(t, `{"Version":"2012-10-17","Statement":[{`+statement+`}]}`)
		if got := dialect.MayAllowMore(doc); len(got) != want {
			t.Errorf("%s: %v", statement, got)
		}
		if got := (policy.Dialect{}).MayAllowMore(doc); got != nil {
			t.Errorf("AWS may allow more: %v", got)
		}
	}
	compiled, _, err := policy.Compile(parsed(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::tgt/*"}]}`), dialect, policy.CompileOptions{})
	if got := dialect.MayAllowMore(compiled); err != nil || got != nil {
		t.Errorf("what is compiled may allow more: %v, %v", got, err)
	}
}

func TestBucketsThatDependOnVariables(t *testing.T) {
	context := map[string][]string{"aws:username": {"ann"}}
	for statement, want := range map[string]int{
		`"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:PrincipalTag/team}/*"`:             1,
		`"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:PrincipalTag/team, 'x'}"`:          1,
		`"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:::x-${aws:username}-${aws:SourceVpc}/*"`: 1,
		`"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::x-${aws:username}/*"`:                    0,
		`"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::x/${aws:PrincipalTag/team}/*"`:           0,
		`"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::${aws:PrincipalTag/team}/*"`:              0,
	} {
		if got := parsed(t, `{"Version":"2012-10-17","Statement":[{`+statement+`}]}`).BucketVariables(context); len(got) != want {
			t.Errorf("%s: %v", statement, got)
		}
	}
}
