package minio_test

import (
	"errors"
	"testing"

	"github.com/s3-credentials/s3-credentials/backends/minio"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// TestWhatMinIOWouldReadAsWider puts policies that give more on MinIO than they say: they are refused before any request.
// That each does is tried in internal/decisions.
func TestWhatMinIOWouldReadAsWider(t *testing.T) {
	t.Parallel()
	d, err := minio.Open(t.Context(), driver.Config{EndpointURL: "http://127.0.0.1:1", Credentials: &driver.Credentials{AccessKeyID: "any-key", SecretAccessKey: "any-secret"}})
	must(t, err)
	put := func(document string) error {
		return d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: driver.UserPrincipal("any"), Name: "p", Document: document})
	}
	session := func(document string) error {
		return second(d.CreateSession(t.Context(), driver.CreateSessionRequest{Policy: document, DurationSeconds: 900}))
	}
	const b = `"arn:aws:s3:::b`
	if err := put(`{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username}/*"}]}`); !errors.Is(err, fault.InvalidArgument) {
		t.Errorf("a variable without a Version: %v", err)
	}
	for statement, wider := range map[string]bool{
		`"Effect":"Allow","Action":"*","Resource":` + b + `/*"`:                                                                       true,
		`"Effect":"Deny","Action":["*"],"Resource":` + b + `"`:                                                                        true,
		`"Effect":"Allow","Action":"*","Resource":"*"`:                                                                                false,
		`"Effect":"Allow","Action":"s3:*","Resource":` + b + `/*"`:                                                                    true,
		`"Effect":"Allow","Action":"s3:*","Resource":[` + b + `",` + b + `/*"]`:                                                       false,
		`"Effect":"Allow","Action":"s3:*","Resource":[` + b + `-*/*",` + b + `*"]`:                                                    false,
		`"Effect":"Allow","Action":"s3:*","Resource":` + b + `/x/*"`:                                                                  false,
		`"Effect":"Allow","Action":["s3:GetObject*","s3:PutObject"],"Resource":` + b + `/*"`:                                          false,
		`"Effect":"Allow","Action":"s3:ListBucket","Resource":` + b + `?"`:                                                            true,
		`"Effect":"Allow","Action":"s3:ListBucket","Resource":` + b + `?*"`:                                                           true,
		`"Effect":"Allow","Action":"s3:ListBucket","Resource":` + b + `?c"`:                                                           false,
		`"Effect":"Allow","Action":"s3:ListBucket","NotResource":` + b + `*c"`:                                                        true,
		`"Effect":"Deny","Action":"s3:*","Resource":` + b + `*c"`:                                                                     true,
		`"Effect":"Deny","Action":"s3:*","Resource":` + b + `?"`:                                                                      true,
		`"Effect":"Deny","Action":"s3:*","Resource":` + b + `*"`:                                                                      false,
		`"Effect":"Deny","Action":"s3:*","Resource":` + b + `/*"`:                                                                     false,
		`"Effect":"Deny","Action":"s3:PutObject","Resource":` + b + `*/x?"`:                                                           false,
		`"Effect":"Deny","Action":"s3:*","NotResource":` + b + `/*"`:                                                                  true,
		`"Effect":"Deny","Action":"s3:*","NotResource":[` + b + `",` + b + `/*"]`:                                                     false,
		`"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"False"}}`:                         true,
		`"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":false}}`:                           false,
		`"Effect":"Deny","Action":"s3:ListBucket","Resource":"*","Condition":{"NumericNotEquals":{"s3:max-keys":"1"}}`:                true,
		`"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{"NumericNotEquals":{"s3:max-keys":"1"}}`:               false,
		`"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{"ForAnyValue:StringNotLike":{"s3:prefix":"x"}}`:        true,
		`"Effect":"Deny","Action":"s3:ListBucket","Resource":"*","Condition":{"ForAllValues:StringNotEquals":{"s3:prefix":"x"}}`:      true,
		`"Effect":"Deny","Action":"s3:ListBucket","Resource":"*","Condition":{"ForAnyValue:StringNotEquals":{"s3:prefix":"x"}}`:       false,
		`"Effect":"Allow","Action":"s3:ListBucket","Resource":` + b + `","Condition":{"StringLike":{"s3:prefix":["x/*","${aws:x}"]}}`: false,
	} {
		document := `{"Version":"2012-10-17","Statement":[{` + statement + `}]}`
		for what, err := range map[string]error{"a policy": put(document), "a session": session(document)} {
			// Nobody listens: what is not refused is sent in vain.
			if want := map[bool]error{true: fault.InvalidArgument, false: fault.Unavailable}[wider]; !errors.Is(err, want) {
				t.Errorf("%s: %s: %v, want %v", what, statement, err, want)
			}
		}
	}
}
