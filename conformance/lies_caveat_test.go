package conformance_test

import (
	"context"
	"sync"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// caveatLies are about what keys may do unasked, and what the policies of users may have.
func caveatLies() []lie {
	const administers = "a key may not make users, keys or policies"
	caveat := func(says string) func(*liar, *memory.System, *sync.Map) {
		return func(l *liar, _ *memory.System, _ *sync.Map) {
			create := l.createAccessKey
			l.createAccessKey = func(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
				key, err := create(ctx, req)
				key.Caveat = says
				return key, err
			}
		}
	}
	return []lie{
		{
			name: "a key that may make others, without a caveat", check: administers, want: "of which the key has no caveat",
			options: memory.Options{SelfService: true}, tell: caveat(""),
		},
		{
			name: "a caveat that is not true", check: administers, want: "of which the key has the caveat", tell: caveat("it may make others"),
		},
		{
			name: "a policy that denies, where the dialect says that none may", check: "a custom and denying key may do just that", want: "does not permit",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				describe := l.describe
				l.describe = func(ctx context.Context) (driver.Description, error) {
					d, err := describe(ctx)
					d.Dialect.PlainUserPolicies = true
					return d, err
				}
			},
		},
		{
			name: "a mandatory statement that no policy may have", check: "guards are statements that deny", want: "the dialect adds statements that deny",
			options: memory.Options{Dialect: policy.Dialect{PlainUserPolicies: true}},
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				describe := l.describe
				l.describe = func(ctx context.Context) (driver.Description, error) {
					d, err := describe(ctx)
					d.Dialect.MandatoryStatements = mandatory.Dialect.MandatoryStatements
					return d, err
				}
			},
		},
	}
}
