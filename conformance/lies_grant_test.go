package conformance_test

import (
	"context"
	"iter"
	"sync"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// granting is a system whose users are their keys, end, and have rights in whole buckets.
var granting = memory.Options{MinKeySeconds: 1, Without: []driver.Capability{
	driver.CapAccessKeys, driver.CapKeyTags, driver.CapUserTags, driver.CapPolicyInline, driver.CapPolicyManaged, driver.CapPolicyBoundary,
	driver.CapPolicyPrincipal, driver.CapPolicyTime, driver.CapPolicyGroup, driver.CapRoles, driver.CapSessions,
}}

func TestMemoryWithGrants(t *testing.T) {
	h := quick(granting)
	h.Open = overTheWire(t, h.Open)
	conformance.Run(t, h)
}

// grantLies are about what users may in whole buckets, and about users that are their keys, and end.
func grantLies() []lie {
	putting := func(change func(*driver.BucketGrant)) func(*liar, *memory.System, *sync.Map) {
		return func(l *liar, _ *memory.System, _ *sync.Map) {
			put := l.putGrant
			l.putGrant = func(ctx context.Context, req driver.PutGrantRequest) error {
				change(&req.Grant)
				return put(ctx, req)
			}
		}
	}
	lies := []lie{
		{
			name: "a grant that is added to the former one", check: "a grant is listed as it was put, and a further one takes its place", want: "the grants are",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				put := l.putGrant
				l.putGrant = func(ctx context.Context, req driver.PutGrantRequest) error {
					for g := range l.ListGrants(ctx, driver.ListGrantsRequest{UserName: req.UserName}) {
						if g.Bucket == req.Grant.Bucket {
							req.Grant.Read, req.Grant.Write, req.Grant.Owner = req.Grant.Read || g.Read, req.Grant.Write || g.Write, req.Grant.Owner || g.Owner
						}
					}
					return put(ctx, req)
				}
			},
		},
		{
			name: "a reader who may write", check: "a read-only grant gives just that", want: "it worked, and must be denied",
			tell: putting(func(g *driver.BucketGrant) { g.Write = true }),
		},
		{
			name: "a reader who owns", check: "a read-only grant gives just that", want: "delete the bucket: want it denied",
			tell: putting(func(g *driver.BucketGrant) { g.Owner = true }),
		},
		{
			name: "a writer who may read", check: "a write+delete grant gives just that", want: "it worked, and must be denied",
			tell: putting(func(g *driver.BucketGrant) { g.Read = true }),
		},
		{
			name: "a grant that stays", check: "what a grant gave is denied after it", want: "is denied: not within",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				put := l.putGrant
				l.putGrant = func(ctx context.Context, req driver.PutGrantRequest) error {
					if req.Grant.IsNone() {
						return nil
					}
					return put(ctx, req)
				}
			},
		},
		{
			name: "everybody's grants", check: "grants are listed by bucket, and end with the bucket", want: "the grants are",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				list := l.listGrants
				l.listGrants = func(ctx context.Context, req driver.ListGrantsRequest) iter.Seq2[driver.BucketGrant, error] {
					return func(yield func(driver.BucketGrant, error) bool) {
						for u := range l.ListUsers(ctx) {
							for g, err := range list(ctx, driver.ListGrantsRequest{UserName: u.Name}) {
								if !yield(g, err) {
									return
								}
							}
						}
					}
				}
			},
		},
		{
			name: "a user without its end", check: "a user that is its key ends when it was asked to", want: "the user ends at",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				create := l.createUser
				l.createUser = func(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
					req.Expires = time.Time{}
					return create(ctx, req)
				}
			},
		},
		{
			name: "a user whose end is not enforced", check: "a user that is its key is refused after its end", want: "after its end fails with Unauthenticated: not within",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				create := l.createUser
				l.createUser = func(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
					end := req.Expires
					req.Expires = time.Time{}
					made, err := create(ctx, req)
					if made.AccessKey != nil {
						made.AccessKey.Expires = end
					}
					return made, err
				}
			},
		},
	}
	for i := range lies {
		lies[i].options = granting
	}
	return lies
}
