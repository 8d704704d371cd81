//go:build systems

package decisions

import (
	"fmt"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/policy"
)

// forgery is a value of a condition key that a client makes up: by a header, or by a parameter that it sends besides.
type forgery struct {
	operator, key, wanted string
	request               string
	// header is sent with the request; empty for a forgery that is in the request itself.
	header, value string
}

var forgeries = []forgery{
	{"StringLike", "s3:prefix", "x/*", list + "&prefix=a", "Prefix", "x/"},
	{"StringLike", "s3:prefix", "x/*", list + "&prefix=a&prefix=x/", "", ""},
	{"StringLike", "s3:prefix", "x/*", list + "&prefix=a&Prefix=x/", "", ""},
	{"IpAddress", "aws:SourceIp", "192.0.2.0/24", list, "Sourceip", "192.0.2.1"},
	{"IpAddress", "aws:SourceIp", "192.0.2.0/24", list, "X-Forwarded-For", "192.0.2.1"},
	{"StringEquals", "aws:username", "someone", list, "Username", "someone"},
	{"Bool", "aws:SecureTransport", "true", list, "Securetransport", "true"},
	{"DateLessThan", "aws:CurrentTime", "2020-01-01T00:00:00Z", list, "Currenttime", "2019-01-01T00:00:00Z"},
}

// tryForgeries finds out which systems believe what a client makes up: MinIO does, and docs/minio.md says so.
func tryForgeries(t *testing.T, s *subject) {
	for _, f := range forgeries {
		doc, err := policy.Parse(fmt.Appendf(nil, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{%q:{%q:%q}}}]}`, f.operator, f.key, f.wanted))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.replace(t.Context(), doc); refused(err) {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		r := s.request(f.request)
		r.header = map[string]string{f.header: f.value}
		believed, status, err := s.ask(t.Context(), s.key, r)
		if err != nil || believed != s.believes {
			t.Errorf("%s and the forged %s of %s %q: status %d, %v", s.name, f.key, f.request, f.header, status, err)
		}
	}
}
