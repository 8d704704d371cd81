package conformance_test

import (
	"context"
	"iter"
	"sync"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// endLies are about the end of keys and policies, and about tags.
func endLies() []lie {
	return []lie{
		{
			name: "a key without the end that it was to have", check: "a key has the end that was asked for, and then another", want: "want 2",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				create := l.createAccessKey
				l.createAccessKey = func(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
					req.Expires = time.Time{}
					return create(ctx, req)
				}
			},
		},
		{
			name: "an end that is not changed", check: "a key has the end that was asked for, and then another", want: "the key, Active, ends at",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				l.setAccessKeyExpiry = func(context.Context, driver.SetAccessKeyExpiryRequest) error { return nil }
			},
		},
		{
			name: "an end that is shown and not enforced", check: "a key is refused after its end", want: "after its end fails with Unauthenticated: not within",
			options: memory.Options{MinKeySeconds: 1},
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				create := l.createAccessKey
				l.createAccessKey = func(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
					end := req.Expires
					req.Expires = time.Time{}
					key, err := create(ctx, req)
					key.Expires = end
					return key, err
				}
			},
		},
		{
			name: "an end for another user's key", check: "an end outside of the limits is refused, and of a key that is missing, or another user's, not found", want: "SetAccessKeyExpiry of the key",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				set := l.setAccessKeyExpiry
				l.setAccessKeyExpiry = func(ctx context.Context, req driver.SetAccessKeyExpiryRequest) error {
					for u := range l.ListUsers(ctx) {
						req.UserName = u.Name
						if err := set(ctx, req); err == nil {
							return nil
						}
					}
					return set(ctx, req)
				}
			},
		},
		{
			name: "a key without its tags", check: "a key has its tags", want: "the key has the tags []",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				keys := l.listAccessKeys
				l.listAccessKeys = func(ctx context.Context, req driver.ListAccessKeysRequest) iter.Seq2[driver.AccessKey, error] {
					return func(yield func(driver.AccessKey, error) bool) {
						for key, err := range keys(ctx, req) {
							key.Tags = nil
							if !yield(key, err) {
								return
							}
						}
					}
				}
			},
		},
		{
			name: "a user without its tags", check: "a user has its tags", want: "the user has the tags []",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				create := l.createUser
				l.createUser = func(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
					req.Tags = nil
					return create(ctx, req)
				}
			},
		},
		{
			name: "a policy that does not end", check: "a policy allows until the time that it says", want: "is denied: not within",
			tell: storing(func(d policy.Document) policy.Document {
				for i := range d.Statement {
					delete(d.Statement[i].Condition, "DateLessThan")
				}
				return d
			}),
		},
	}
}
