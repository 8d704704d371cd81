//go:build systems

package decisions

import (
	"testing"

	"github.com/s3-credentials/s3-credentials/core/policy"
)

// wider are statements, by system, under which it permits a request that the policy language denies. Its backend refuses them, so that
// random documents may have them.
var wider = map[string][]entry{
	"ceph": {
		{"NotAction is about nothing", allowAll + `{"Effect":"Deny","NotAction":"s3:ListBucket","Resource":"*"}`, "PUT s3:PutObject aab/zz"},
		{"a negation does not hold without the key", allowAll + `{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringNotLike":{"s3:prefix":"x/*"}}}`, list},
		{"it does not know the key", allowAll + `{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalArn":"arn:aws:iam:::user/x"}}}`, list},
		{"it knows the key in one case", allowAll + `{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"AWS:username":"decider"}}}`, list},
		{"Null does not look at its value", allowAll + `{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Null":{"aws:username":"false"}}}`, list},
		{"Null does not look at its value", `{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Null":{"s3:prefix":"false"}}}`, list},
		{"there is no key without TLS", allowAll + `{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`, list},
		{"there is no key without TLS", `{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"BoolIfExists":{"aws:SecureTransport":"true"}}}`, list},
		{"there is no key without TLS", `{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Null":{"aws:SecureTransport":"true"}}}`, list},
		{"Bool holds for any text", `{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:username":"true"}}}`, list},
		{"a listing has 1,000 keys, unless it says otherwise", `{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"NumericGreaterThan":{"s3:max-keys":"10"}}}`, list},
		{"a listing has 1,000 keys, unless it says otherwise", allowAll + `{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"NumericLessThanIfExists":{"s3:max-keys":"10"}}}`, list},
		{"it does not know offsets", allowAll + `{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"2099-12-31T00:00:00+02:00"}}}`, list},
		{"::/0 are all addresses", `{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"::/0"}}}`, list},
	},
	"seaweedfs": {
		{"it knows no IfExists", allowAll + `{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringNotLikeIfExists":{"s3:prefix":"x/*"}}}`, list},
		{"it does not know the key", allowAll + `{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:UserAgent":"decisions/1"}}}`, list},
		{"it does not know the time", allowAll + `{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}}`, list},
		{"there is no key without TLS", allowAll + `{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`, list},
		{"it does not know s3:max-keys", allowAll + `{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"NumericNotEquals":{"s3:max-keys":"5"}}}`, list},
		{"it does not look at the values of Null as they read", `{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Null":{"aws:SecureTransport":"true"}}}`, list},
		{"it does not know the set operators", allowAll + `{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"ForAllValues:StringEquals":{"s3:prefix":"x/"}}}`, list},
		{"it does not know the set operators", `{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"ForAnyValue:StringNotEquals":{"s3:prefix":"x/"}}}`, list},
	},
}

// tryWider finds out whether each is so, and is refused.
func tryWider(t *testing.T, s *subject) {
	for _, entry := range wider[s.name] {
		doc, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[` + entry.statements + `]}`))
		if err != nil {
			t.Fatalf("%s: %v", entry.why, err)
		}
		if err := s.replace(t.Context(), doc); !refused(err) {
			t.Errorf("the backend of %s takes what makes it wider (%s): %v: %s", s.name, entry.why, err, entry.statements)
		}
		if err := s.force(t.Context(), doc); err != nil {
			t.Fatalf("%s: %v: %s", entry.why, err, entry.statements)
		}
		r := s.request(entry.request)
		allowed, status, err := s.ask(t.Context(), s.key, r)
		if want := r.expected(doc); err != nil || !allowed || want == policy.Allowed {
			t.Errorf("%s is not wider (%s): %s, status %d, %v: %s", s.name, entry.why, want, status, err, entry.statements)
		}
	}
}
