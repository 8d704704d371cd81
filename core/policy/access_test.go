package policy_test

import (
	"slices"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

func TestAccessNames(t *testing.T) {
	for access, want := range map[policy.Access]string{
		policy.ReadWrite: "read-write", policy.ReadOnly: "read-only", policy.WriteOnly: "write-only",
		policy.List | policy.Read | policy.Write: "list+read+write", policy.Read | policy.Delete: "read+delete", 0: "",
	} {
		if got := access.String(); got != want {
			t.Errorf("%d is called %q, want %q", access, got, want)
		}
		if access != 0 && !slices.Contains(policy.AccessNames(), want) {
			t.Errorf("%q is not among the names", want)
		}
	}
}

// TestSumsOfVerbs builds every sum: it allows the actions of its verbs and no others.
func TestSumsOfVerbs(t *testing.T) {
	actions := map[policy.Access]string{
		policy.List: "s3:ListBucket", policy.Read: "s3:GetObject", policy.Write: "s3:PutObject", policy.Delete: "s3:DeleteObject",
	}
	for sum := policy.Access(1); sum <= policy.ReadWrite; sum++ {
		for _, prefix := range []string{"", "in/"} {
			document, err := policy.Build(policy.Grants(sum, prefix, "b"), policy.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for verb, action := range actions {
				resource := "arn:aws:s3:::b/in/key"
				if verb == policy.List {
					resource = "arn:aws:s3:::b"
				}
				request := policy.Request{Action: action, Resource: resource, Context: map[string][]string{"s3:prefix": {"in/"}}}
				if got, want := policy.Evaluate([]policy.Document{document}, request) == policy.Allowed, sum&verb != 0; got != want {
					t.Errorf("%s with prefix %q: %s is allowed: %v", sum, prefix, action, got)
				}
			}
		}
	}
}

// TestANewKindStillNarrows adds a kind and hands it out; a narrower access must replace it, under each of its names.
func TestANewKindStillNarrows(t *testing.T) {
	defer policy.AddKind(policy.Kind{Name: "append-only", Access: policy.List | policy.Write, Summary: "Only allow adding"})()
	for _, wide := range []policy.Access{policy.List | policy.Write, policy.List | policy.Read | policy.Write} {
		for _, without := range [][]driver.Capability{nil, {driver.CapPolicyInline, driver.CapPolicyManaged, driver.CapPolicyBoundary, driver.CapRoles}} {
			system := memory.New(memory.Options{Without: without})
			root := system.Root()
			d, err := system.Open(t.Context(), driver.Config{Credentials: &root})
			if err != nil {
				t.Fatal(err)
			}
			e, err := core.New(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			if got := give(t, e, wide); !slices.Equal(got, []string{"s3." + wide.String() + ".one"}) {
				t.Errorf("%s gives %v", wide, got)
			}
			if got := give(t, e, policy.ReadOnly); !slices.Equal(got, []string{"s3.read-only.one"}) {
				t.Errorf("after %s, read-only leaves %v", wide, got)
			}
		}
	}
}

// give hands out the access to a user and returns the names of what the user has then.
func give(t *testing.T, e *core.Engine, access policy.Access) []string {
	t.Helper()
	plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann", Access: access, ReplacePolicy: true})
	if err == nil {
		_, err = e.Apply(t.Context(), plan, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for p, err := range e.ListUserPolicies(t.Context(), "ann") {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, p.Name)
	}
	return names
}
