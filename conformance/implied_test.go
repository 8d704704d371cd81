package conformance_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// requester is a client in memory that decides every request of S3 by the policies of its key. It carries out those of the
// administrator that store versions, by saying so, and none else.
type requester struct {
	memory.Client
	// permits are actions that it lets pass with others.
	permits []policy.Implication
	// unknown is a query that it does not know.
	unknown string
}

func (c requester) Do(ctx context.Context, r conformance.Request) (conformance.Answer, error) {
	if c.unknown != "" && r.Query.Has(c.unknown) {
		return conformance.Answer{Status: http.StatusBadRequest, Code: "InvalidRequest"}, nil
	}
	implied := false
	for _, need := range r.Needs {
		err := c.May(ctx, need)
		if err == nil {
			continue
		}
		if !errors.Is(err, fault.PermissionDenied) {
			return conformance.Answer{}, err
		}
		if !c.permitsAnyway(ctx, need) {
			return conformance.Answer{Status: http.StatusForbidden, Code: "AccessDenied"}, nil
		}
		implied = true
	}
	switch {
	case implied:
		return conformance.Answer{Status: http.StatusOK}, nil
	case r.Method == http.MethodPut && r.Key != "":
		return conformance.Answer{Status: http.StatusOK, Header: http.Header{"X-Amz-Version-Id": {"an-old-one"}}}, nil
	}
	return conformance.Answer{Status: http.StatusNotImplemented, Code: "NotImplemented"}, nil
}

func (c requester) permitsAnyway(ctx context.Context, need policy.Request) bool {
	for _, i := range c.permits {
		by := need
		by.Action = i.By
		if i.Action == need.Action && (i.By == "" || c.May(ctx, by) == nil) {
			return true
		}
	}
	return false
}

// TestTheSuiteFindsWhatIsImplied runs checks on systems that permit more than a document says.
func TestTheSuiteFindsWhatIsImplied(t *testing.T) {
	version := policy.Implication{Action: "s3:DeleteObjectVersion", By: "s3:DeleteObject"}
	listing := policy.Implication{Action: "s3:ListAllMyBuckets"}
	denied := version
	denied.Deny = &policy.Statement{Effect: policy.Deny, Action: []string{"s3:DeleteObjectVersion"}, Resource: []string{"*"}}
	elsewhere := policy.Implication{Action: "s3:DeleteObjectVersion", By: "s3:PutObject"}
	for _, c := range []struct {
		name, check, unknown string
		permits, declared    []policy.Implication
		want                 string
	}{
		{name: "nothing", check: "a read-write key may do just that"},
		{name: "versions", check: "a read-write key may do just that", permits: []policy.Implication{version}, want: "fail: DELETE /BUCKET/in/x?versionId: it worked, and must be denied: it needs s3:DeleteObjectVersion"},
		{name: "in a session", check: "a delete session may do just that", permits: []policy.Implication{version}, want: "fail: POST /BUCKET?delete: it worked"},
		{name: "below a prefix", check: "a read-write with a prefix user whom a bucket policy names may do just that", permits: []policy.Implication{version}, want: "fail: DELETE /BUCKET/in/x?versionId: it worked"},
		{name: "nothing that the key has", check: "a read-only key may do just that", permits: []policy.Implication{version}},
		{name: "a setting", check: "a write-only key may do just that", permits: []policy.Implication{{Action: "s3:GetBucketPolicy"}}, want: "fail: GET /BUCKET?policy: it worked"},
		{name: "a place to copy to", check: "a custom key may do just that", permits: []policy.Implication{{Action: "s3:PutObject"}}, want: "fail: PUT /BUCKET/in/x-copy with x-amz-copy-source: it worked"},
		{name: "what is declared", check: "a read-write key may do just that", permits: []policy.Implication{version, listing}, declared: []policy.Implication{version, listing}, want: "note: known to be permitted beyond the policy: GET /, PUT /BUCKET/in/x?versionId, DELETE /BUCKET/in/x?versionId"},
		{name: "what is declared with another cause", check: "a delete key may do just that", permits: []policy.Implication{version}, declared: []policy.Implication{elsewhere}, want: "fail: DELETE /BUCKET/in/x?versionId: it worked"},
		{name: "what should be denied", check: "a delete key may do just that", permits: []policy.Implication{version}, declared: []policy.Implication{denied}, want: "fail: DELETE /BUCKET/in/x?versionId: it worked"},
		{name: "a setting that nobody has", check: "a read-only key may do just that", unknown: "website", want: "note: not known by the system: PUT /BUCKET?website, GET /BUCKET?website, DELETE /BUCKET?website"},
	} {
		t.Run(c.name, func(t *testing.T) {
			system := memory.New(memory.Options{Dialect: policy.Dialect{Implications: c.declared}})
			h := harness(system)
			h.Client = func(who *driver.Credentials) (conformance.ObjectClient, error) {
				return requester{system.Client(who), c.permits, c.unknown}, nil
			}
			got := outcome(t, system.Open, h, c.check)
			if (c.want == "") != (got == "") || !strings.HasPrefix(got, c.want) && !strings.Contains(got, "\n"+c.want) {
				t.Errorf("the check reported %q, want %q", got, c.want)
			}
		})
	}
}
