package ceph

import (
	"errors"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// What is refused, and what to write instead. That each is wider on the gateway is shown by internal/decisions.
func TestWhatTheGatewayTakesForMore(t *testing.T) {
	denying := func(condition string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":` + condition + `}]}`
	}
	for document, want := range map[string]string{
		denying(`{"StringNotLike":{"s3:prefix":"a/*"}}`):                                       "write StringNotLikeIfExists",
		denying(`{"StringNotLikeIfExists":{"s3:prefix":"a/*"}}`):                               "",
		denying(`{"StringNotEquals":{"aws:username":"a"}}`):                                    "",
		denying(`{"StringEquals":{"S3:Prefix":"a"}}`):                                          "does not know the condition key S3:Prefix",
		denying(`{"Bool":{"aws:SecureTransport":"false"}}`):                                    "write BoolIfExists",
		denying(`{"BoolIfExists":{"aws:SecureTransport":"false"}}`):                            "",
		denying(`{"Null":{"s3:prefix":"true"}}`):                                               "",
		denying(`{"Null":{"s3:prefix":"false"}}`):                                              "whatever the value is",
		denying(`{"NumericGreaterThan":{"s3:max-keys":"10"}}`):                                 "",
		denying(`{"NumericNotEquals":{"s3:max-keys":"10"}}`):                                   "deny NumericGreaterThan",
		denying(`{"DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00+02:00"}}`):            "write it in UTC",
		denying(`{"DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"}}`):                 "",
		denying(`{"NotIpAddress":{"aws:SourceIp":"::/0"}}`):                                    "leave it out",
		`{"Statement":[{"Effect":"Deny","NotAction":"s3:GetObject","Resource":"*"}]}`:          "name the actions in Action",
		`{"Statement":[{"Effect":"Allow","Action":"s3:GetObjects","Resource":"*"}]}`:           "S3 has no action s3:GetObjects",
		`{"Statement":[{"Effect":"Allow","Action":["s3:Get*","iam:GetUser"],"Resource":"*"}]}`: "",
	} {
		err := checkDocument(document)
		if (err == nil) != (want == "") || err != nil && (!errors.Is(err, fault.InvalidArgument) || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", document, err, want)
		}
	}
}

func TestDocumentsAreSentAsTheyAreMeant(t *testing.T) {
	got, err := sendable("{\n \"Resource\": [\"arn:aws:s3:::b/a+b c%41/*\"]}")
	if want := `{"Resource":["arn:aws:s3:::b/a\u002bb\u0020c\u002541/*"]}`; err != nil || got != want {
		t.Errorf("got %s, %v", got, err)
	}
	for name, document := range map[string]string{
		"no JSON": "{", "a text that ends the gateway": `{"Resource":["arn:aws:s3:::b/` + strings.Repeat("x", maxText) + `"]}`,
	} {
		if _, err := sendable(document); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
