package core_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// Where the policies of users cannot deny, what cannot be said is refused before any request, and a session may say it.
func TestCreateRefusesWhatNoUsersPolicyMayHave(t *testing.T) {
	asked := 0
	options := memory.Options{
		Dialect: policy.Dialect{PlainUserPolicies: true}, Without: []driver.Capability{driver.CapRoles},
		Before: func(context.Context, string) error { asked++; return nil },
	}
	d := open(t, options)
	must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
	e := engine(t, d)
	for name, statement := range map[string]policy.Statement{
		"denies something": {Effect: policy.Deny, Action: []string{"s3:DeleteObject"}, Resource: []string{"arn:aws:s3:::one/*"}},
		"NotAction":        {Effect: policy.Allow, NotAction: []string{"s3:DeleteObject"}, Resource: []string{"arn:aws:s3:::one/*"}},
		"NotResource":      {Effect: policy.Allow, Action: []string{"s3:GetObject"}, NotResource: []string{"arn:aws:s3:::one/x"}},
	} {
		asked = 0
		_, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, Statements: []policy.Statement{statement}})
		wantCode(t, err, fault.Unsupported)
		var refused *fault.Error
		if !errors.As(err, &refused) || refused.Hint != fault.HintTemporary || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: the error is %+v", name, err)
		}
		if asked != 0 {
			t.Errorf("%s: %d requests were sent", name, asked)
		}
	}
	deny := policy.Statement{Effect: policy.Deny, Action: []string{"s3:DeleteObject"}, Resource: []string{"arn:aws:s3:::one/*"}}
	_, result := create(t, e, core.CreateOptions{Buckets: []string{"one"}, Statements: []policy.Statement{deny}, DurationSeconds: 900})
	if result.Session == nil {
		t.Error("a session with a Deny was not opened")
	}
}

// What a key may do unasked comes with it.
func TestCreateReturnsTheCaveatOfTheKey(t *testing.T) {
	for _, selfService := range []bool{true, false} {
		e := engine(t, open(t, memory.Options{SelfService: selfService}))
		_, result := create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true})
		if (result.AccessKey.Caveat != "") != selfService {
			t.Errorf("keys may make others: %v, and the caveat is %q", selfService, result.AccessKey.Caveat)
		}
	}
}

// A prefix that the system takes for more than it says is told, once, where it has letters.
func TestCreateWarnsOfPrefixesWithoutCase(t *testing.T) {
	for prefix, want := range map[string]int{"LOGS/": 1, "2026/": 0, "": 0} {
		for _, ignores := range []bool{true, false} {
			e := engine(t, open(t, memory.Options{Dialect: policy.Dialect{IgnoresCase: ignores}}))
			plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one", "two"}, CreateBuckets: true, Prefix: prefix})
			must(t, err)
			warned := 0
			for _, n := range warnings(plan) {
				if n.Code == core.NoteCaseIgnored && n.Detail == prefix {
					warned++
				}
			}
			if ignores && warned != want || !ignores && warned != 0 {
				t.Errorf("case is ignored: %v; prefix %q is warned of %d times", ignores, prefix, warned)
			}
		}
	}
}
