//go:build systems

package minio_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

func TestPoliciesComeBackAsTheyWerePut(t *testing.T) {
	s := systems.MinIO(t)
	d := open(t, s, root(s))
	user := makeUser(t, d, "owner+a.b@c-d_e")
	for i, document := range []string{
		everything,
		`{"Version":"2012-10-17","Id":"mine","Statement":[{"Sid":"Zed","Effect":"Allow","Action":["s3:PutObject","s3:GetObject"],"Resource":"arn:aws:s3:::b1/*","Condition":{"StringLike":{"aws:UserAgent":"a*"}}},{"Effect":"Deny","Action":"s3:ListBucket","Resource":["arn:aws:s3:::b1"]}]}`,
	} {
		name := fmt.Sprintf("s3.read-write.b%d+c", i)
		must(t, d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: user, Name: name, Document: document}))
		got, err := d.GetPolicy(t.Context(), driver.GetPolicyRequest{Principal: user, Name: name})
		must(t, err)
		want, err := policy.Parse([]byte(document))
		must(t, err)
		have, err := policy.Parse([]byte(got.Document))
		must(t, err)
		if !policy.Equal(want, have) {
			t.Errorf("put %s, got %s", document, got.Document)
		}
	}
}

func TestPoliciesOfUsersAreApart(t *testing.T) {
	s := systems.MinIO(t)
	d := open(t, s, root(s))
	a, b := makeUser(t, d, "apart"), makeUser(t, d, "apart+b")
	must(t, d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: a, Name: "b+p", Document: everything}))
	must(t, d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: b, Name: "p", Document: everything}))
	for principal, want := range map[driver.Principal]string{a: "b+p", b: "p"} {
		var got []string
		for name, err := range d.ListPolicies(t.Context(), driver.ListPoliciesRequest{Principal: principal}) {
			must(t, err)
			got = append(got, name)
		}
		if !slices.Equal(got, []string{want}) {
			t.Errorf("%s has %v", principal.Name, got)
		}
	}
}

func TestDeletedUsersLeaveNoCannedPolicies(t *testing.T) {
	s := systems.MinIO(t)
	d := open(t, s, root(s))
	user := makeUser(t, d, "leaver")
	must(t, d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: user, Name: "p", Document: everything}))
	if err := d.DeleteUser(t.Context(), driver.DeleteUserRequest{Name: "leaver"}); !errors.Is(err, fault.FailedPrecondition) {
		t.Errorf("a user with a policy: %v", err)
	}
	// What a run leaves that ends between making a canned policy and attaching it.
	must(t, adminClient(t, s, root(s)).AddCannedPolicy(t.Context(), "s3-credentials/leaver/half", []byte(everything)))
	removeUser(d, "leaver")
	all, err := adminClient(t, s, root(s)).ListCannedPolicies(t.Context())
	must(t, err)
	for _, name := range []string{"s3-credentials/leaver/p", "s3-credentials/leaver/half"} {
		if _, there := all[name]; there {
			t.Errorf("%s is still there", name)
		}
	}
}

func TestRejectedActionsAreRejected(t *testing.T) {
	s := systems.MinIO(t)
	d := open(t, s, root(s))
	user := makeUser(t, d, "actions")
	description, err := d.Describe(t.Context())
	must(t, err)
	put := func(action string) error {
		document := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"arn:aws:s3:::*"}]}`
		return d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: user, Name: "p", Document: document})
	}
	for _, action := range description.Dialect.RejectedActions {
		if err := put(action); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("%s: %v", action, err)
		}
	}
	for _, action := range []string{"s3:GetObject", "s3:PutObject", "s3:GetBucketPolicyStatus", "s3:GetObject*", "s3:*", "*"} {
		if err := put(action); err != nil {
			t.Errorf("%s: %v", action, err)
		}
	}
}

// TestWhatMinIOStoresOtherwise puts policies that MinIO changes: they are read as they were put. What it would read as wider, or
// cannot list, is refused.
func TestWhatMinIOStoresOtherwise(t *testing.T) {
	s := systems.MinIO(t)
	d := open(t, s, root(s))
	user := makeUser(t, d, "stored")
	statement := func(rest string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` + rest + `}]}`
	}
	for _, document := range []string{
		statement(`"Action":["s3:ListAllMyBuckets"],"Resource":["*"]`),
		statement(`"Action":["s3:GetObject"],"Resource":["*"],"Condition":{"IpAddress":{"aws:SourceIp":["10.0.0.1","10.1.2.3/8","2001:DB8::1/128"]}}`),
	} {
		must(t, d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: user, Name: "p", Document: document}))
		found, err := d.GetPolicy(t.Context(), driver.GetPolicyRequest{Principal: user, Name: "p"})
		must(t, err)
		put, err := policy.Parse([]byte(document))
		must(t, err)
		if is, err := policy.Parse([]byte(found.Document)); err != nil || !policy.Equal(put, is) {
			t.Errorf("put %s, found %s: %v", document, found.Document, err)
		}
	}
	for document, want := range map[string]error{
		statement(`"Action":["s3:GetObject"],"Resource":["*"],"Condition":{"NotIpAddress":{"aws:SourceIp":["2001:db8::1"]}}`): fault.InvalidArgument,
		statement(`"NotAction":["s3:GetObject"],"Resource":["*"]`):                                                            fault.InvalidArgument,
		`{"Version":`: fault.InvalidArgument,
	} {
		if err := d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: user, Name: "q", Document: document}); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", document, err, want)
		}
	}
}
