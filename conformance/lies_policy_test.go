package conformance_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// capabilityLies are about what is declared, and about what is left behind.
func capabilityLies() []lie {
	const check = "a policy is read as it was put"
	without := memory.Options{Without: []driver.Capability{driver.CapPolicyInline}}
	return []lie{
		{
			name: "declared and not there", check: check, want: "mismatch: PutPolicy", options: without,
			tell: describing(func(d *driver.Description) { d.Capabilities = driver.AllCapabilities() }),
		},
		{
			name: "there and not declared", check: check, want: "mismatch: policy.inline is not declared, but PutPolicy",
			tell: describing(func(d *driver.Description) { d.Capabilities = []driver.Capability{driver.CapUsers} }),
		},
		{
			name: "a policy that is not kept", check: check, want: "fail: GetPolicy",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				l.putPolicy = func(context.Context, driver.PutPolicyRequest) error { return nil }
			},
		},
		{
			name: "a user that stays", check: check, want: "fail: left behind: user",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				l.deleteUser = func(context.Context, driver.DeleteUserRequest) error { return fmt.Errorf("no") }
			},
		},
	}
}

// mandatory is a dialect in which no policy may let a user make keys.
var mandatory = memory.Options{Dialect: policy.Dialect{MandatoryStatements: []policy.Statement{
	{Effect: policy.Deny, Action: []string{"iam:CreateAccessKey"}, Resource: []string{"*"}},
}}}

func policyLies() []lie {
	const denying = "custom and denying"
	const probe = "a probe says what a key may do, and changes nothing"
	return []lie{
		{
			name: "a probe that finds everything allowed", check: probe, want: "says allowed: true, want false",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				l.probe = func(context.Context, driver.ProbeRequest) (driver.ProbeAnswer, error) {
					return driver.ProbeAnswer{Allowed: true}, nil
				}
			},
		},
		{
			name: "a probe that finds everything denied", check: probe, want: "says allowed: false, want true",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				l.probe = func(context.Context, driver.ProbeRequest) (driver.ProbeAnswer, error) {
					return driver.ProbeAnswer{}, nil
				}
			},
		},
		{
			name: "a probe that writes", check: probe, want: "after the probes the bucket has",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				probe := l.probe
				l.probe = func(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
					if req.Action == "s3:PutObject" {
						_, _ = l.putObject(ctx, driver.PutObjectRequest{Bucket: req.Bucket, Key: req.Key, Body: strings.NewReader("x")})
					}
					return probe(ctx, req)
				}
			},
		},
		{
			name: "a policy that is widened", check: "a read-only key may do just that", want: "it worked, and must be denied",
			tell: storing(func(policy.Document) policy.Document {
				return policy.Document{Version: policy.Version, Statement: []policy.Statement{{Effect: policy.Allow, Action: []string{"s3:*"}, Resource: []string{"*"}}}}
			}),
		},
		{
			name: "conditions that are dropped", check: "a read-only with a prefix key may do just that", want: "it worked, and must be denied",
			tell: storing(func(doc policy.Document) policy.Document {
				for i := range doc.Statement {
					doc.Statement[i].Condition = nil
				}
				return doc
			}),
		},
		{name: "denials that are dropped", check: "a " + denying + " key may do just that", want: "it worked, and must be denied", tell: storing(withoutDenials)},
		{name: "mandatory denials that are dropped", check: "what a mandatory statement denies no policy allows", want: "CreateAccessKey for oneself", options: mandatory, tell: storing(withoutDenials)},
		{
			name: "denials that are dropped from sessions", check: "a " + denying + " session may do just that", want: "it worked, and must be denied",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				create := l.createSession
				l.createSession = func(ctx context.Context, req driver.CreateSessionRequest) (driver.Session, error) {
					req.Policy = changed(req.Policy, withoutDenials)
					return create(ctx, req)
				}
			},
		},
		{
			name: "denials that are dropped from bucket policies", check: "a " + denying + " user whom a bucket policy names may do just that", want: "it worked, and must be denied",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				put := l.putBucketSetting
				l.putBucketSetting = func(ctx context.Context, req driver.PutBucketSettingRequest) error {
					if req.Value.Policy != nil {
						req.Value.Policy = &driver.BucketPolicy{Document: changed(req.Value.Policy.Document, withoutDenials)}
					}
					return put(ctx, req)
				}
			},
		},
		{
			name: "a policy that is added to the former one", check: "a replaced policy allows no more than the new one", want: "is denied: not within",
			tell: func(l *liar, system *memory.System, kept *sync.Map) {
				storing(func(doc policy.Document) policy.Document {
					former, _ := kept.Swap("former", doc)
					if former == nil {
						return doc
					}
					return policy.Merge(doc, former.(policy.Document))
				})(l, system, kept)
			},
		},
		{
			name: "a policy of another user", check: "two users have policies of the same name", want: "want",
			tell: func(l *liar, _ *memory.System, kept *sync.Map) {
				get := l.getPolicy
				l.getPolicy = func(ctx context.Context, req driver.GetPolicyRequest) (driver.PolicyDocument, error) {
					got, err := get(ctx, req)
					for u := range l.ListUsers(ctx) {
						if other, failed := get(ctx, driver.GetPolicyRequest{Principal: driver.UserPrincipal(u.Name), Name: req.Name}); failed == nil {
							got.Document = other.Document
						}
					}
					return got, err
				}
			},
		},
		{
			name: "a user's policy that is put for a role", check: "a user and a role of one name have policies of their own", want: "the user has the policies",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				put := l.putPolicy
				l.putPolicy = func(ctx context.Context, req driver.PutPolicyRequest) error {
					err := put(ctx, req)
					req.Principal.Type = driver.PrincipalUser
					_ = put(ctx, req)
					return err
				}
			},
		},
		{
			name: "a policy that is in force although it was deleted", check: "what a deleted policy allowed is denied", want: "is denied: not within",
			tell: func(l *liar, _ *memory.System, kept *sync.Map) {
				names := l.listPolicies
				l.deletePolicy = func(context.Context, driver.DeletePolicyRequest) error { kept.Store("deleted", true); return nil }
				l.listPolicies = func(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[string, error] {
					return without(names(ctx, req), func(string) bool { _, deleted := kept.Load("deleted"); return deleted })
				}
			},
		},
		{
			name: "inline policies larger than the system's", check: "an inline policy of the largest size is accepted", want: "ResourceExhausted",
			tell: describing(func(d *driver.Description) { d.Limits.InlinePolicyBytes, d.Limits.InlinePolicyTotalBytes = 4096, 0 }),
		},
		{
			name: "more inline policies than the system's", check: "inline policies of the largest total size are accepted", want: "ResourceExhausted",
			tell: describing(func(d *driver.Description) { d.Limits.InlinePolicyTotalBytes = 2049 }),
		},
		{
			name: "session policies larger than the system's", check: "a session policy of the largest size is accepted", want: "at most 2048",
			tell: describing(func(d *driver.Description) { d.Limits.SessionPolicyBytes = 2049 }),
		},
		{
			name: "bucket policies larger than the system's", check: "a bucket policy of the largest size is accepted", want: "too large",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				put := l.putBucketSetting
				l.putBucketSetting = func(ctx context.Context, req driver.PutBucketSettingRequest) error {
					if req.Value.Policy != nil && len(req.Value.Policy.Document) > 10000 {
						return fmt.Errorf("too large")
					}
					return put(ctx, req)
				}
			},
		},
	}
}

func withoutDenials(doc policy.Document) policy.Document {
	doc.Statement = slices.DeleteFunc(slices.Clone(doc.Statement), func(s policy.Statement) bool { return s.Effect == policy.Deny })
	return doc
}

func changed(document string, change func(policy.Document) policy.Document) string {
	doc, err := policy.Parse([]byte(document))
	if err != nil {
		return document
	}
	return change(doc).JSON()
}

// storing puts another policy than it was asked to, and shows the one that it was asked to put.
func storing(change func(policy.Document) policy.Document) func(*liar, *memory.System, *sync.Map) {
	return func(l *liar, _ *memory.System, kept *sync.Map) {
		put, get := l.putPolicy, l.getPolicy
		l.putPolicy = func(ctx context.Context, req driver.PutPolicyRequest) error {
			asked := req.Document
			req.Document = changed(req.Document, change)
			err := put(ctx, req)
			if err == nil {
				kept.Store(req.Principal.Name+"/"+req.Name, asked)
			}
			return err
		}
		l.getPolicy = func(ctx context.Context, req driver.GetPolicyRequest) (driver.PolicyDocument, error) {
			got, err := get(ctx, req)
			if asked, ok := kept.Load(req.Principal.Name + "/" + req.Name); ok && err == nil {
				got.Document = asked.(string)
			}
			return got, err
		}
	}
}
