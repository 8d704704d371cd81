package conformance_test

import (
	"context"
	"iter"
	"sync"
	"testing"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// withGroup makes a group with policies and a user in it, and names both to the suite.
func withGroup(h *conformance.Harness, system *memory.System) {
	doc, err := policy.Build(policy.Grants(policy.ReadOnly, "", "bucket"), policy.Options{})
	if err != nil {
		panic(err)
	}
	d, err := system.Open(context.Background(), h.Config)
	if err == nil {
		_, err = d.CreateUser(context.Background(), driver.CreateUserRequest{Name: "member"})
	}
	if err != nil {
		panic(err)
	}
	system.PutGroup("staff", memory.Group{
		Inline: map[string]policy.Document{"b": doc, "a": doc}, Attached: []string{"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}, Members: []string{"member"},
	})
	h.Group, h.GroupMember = "staff", "member"
}

func TestMemoryWithGroups(t *testing.T) {
	system := memory.New(memory.Options{})
	h := harness(system)
	h.Quick = true
	h.Open = overTheWire(t, h.Open)
	withGroup(&h, system)
	conformance.Run(t, h)
}

// dialectLies are about whom the policies of buckets are for.
func dialectLies() []lie {
	const check = "what everybody may do, a key may do too where bucket policies are for keys"
	return []lie{
		{
			name: "keys that should have nothing of bucket policies", check: check, want: "it worked, and must be denied",
			tell: describing(func(d *driver.Description) { d.Dialect.AnonymousBucketPolicies = true }),
		},
		{
			name: "keys that have nothing of bucket policies", check: check, want: "get an object inside",
			options: memory.Options{Dialect: policy.Dialect{AnonymousBucketPolicies: true}},
			tell:    describing(func(d *driver.Description) { d.Dialect.AnonymousBucketPolicies = false }),
		},
	}
}

func groupLies() []lie {
	lies := []lie{
		{
			name: "a missing group that has no policies", check: "policies of a group that is missing are not found", want: "ListPolicies",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				l.listPolicies = func(context.Context, driver.ListPoliciesRequest) iter.Seq2[string, error] {
					return func(func(string, error) bool) {}
				}
			},
		},
		{
			name: "a group that is taken for a user", check: "policies of a group are read with their documents", want: "of {user staff}",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				get := l.getPolicy
				l.getPolicy = func(ctx context.Context, req driver.GetPolicyRequest) (driver.PolicyDocument, error) {
					got, err := get(ctx, req)
					got.Principal.Type = driver.PrincipalUser
					return got, err
				}
			},
		},
		{
			name: "a group without its policies", check: "policies of a group are read with their documents", want: "want some",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				l.listPolicies = func(context.Context, driver.ListPoliciesRequest) iter.Seq2[string, error] {
					return func(func(string, error) bool) {}
				}
				l.listAttachedPolicies = func(context.Context, driver.ListPoliciesRequest) iter.Seq2[driver.AttachedPolicy, error] {
					return func(func(driver.AttachedPolicy, error) bool) {}
				}
			},
		},
		{
			name: "a group that is left out where only groups are needed", check: "a user's groups are listed", want: `(kind "group")`,
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				items := l.listUserItems
				l.listUserItems = func(ctx context.Context, req driver.ListUserItemsRequest) iter.Seq2[driver.UserItem, error] {
					return without(items(ctx, req), func(driver.UserItem) bool { return req.Kind != "" })
				}
			},
		},
		{
			name: "a group whose policies are changed", check: "policies of a group are not changed", want: "PutPolicy of a group: want Unsupported, it succeeded",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				l.putPolicy = func(context.Context, driver.PutPolicyRequest) error { return nil }
			},
		},
	}
	for i := range lies {
		lies[i].harness = withGroup
	}
	return lies
}
