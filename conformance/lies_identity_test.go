package conformance_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// withoutRoles has sessions that belong to users.
var withoutRoles = memory.Options{Without: []driver.Capability{driver.CapRoles}}

func identityLies() []lie {
	return []lie{
		{
			name: "a listing of users that stops after 100", check: "a listing of users goes on over pages", want: "listed are 100 of 101",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				users := l.listUsers
				l.listUsers = func(ctx context.Context) iter.Seq2[driver.User, error] { return first(100, users(ctx)) }
			},
		},
		{
			name: "a listing of roles that stops after 100", check: "a listing of roles goes on over pages", want: "listed are 100 of 101",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				roles := l.listRoles
				l.listRoles = func(ctx context.Context) iter.Seq2[driver.Role, error] { return first(100, roles(ctx)) }
			},
		},
		{
			name: "a user listed twice, at the border of a page", check: "a listing of users goes on over pages", want: "is listed twice",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				users := l.listUsers
				l.listUsers = func(ctx context.Context) iter.Seq2[driver.User, error] { return twice(100, users(ctx)) }
			},
		},
		{
			name: "creating a user again drops its policies", check: "creating a user again changes none of its policies", want: "GetPolicy",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				create := l.createUser
				l.createUser = func(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
					made, err := create(ctx, req)
					if errors.Is(err, fault.AlreadyExists) {
						p := driver.UserPrincipal(req.Name)
						for name := range l.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: p}) {
							_ = l.DeletePolicy(ctx, driver.DeletePolicyRequest{Principal: p, Name: name})
						}
					}
					return made, err
				}
			},
		},
		{
			name: "creating a user again detaches its policies", check: "creating a user again changes none of its policies", want: "attached are []",
			tell: func(l *liar, system *memory.System, _ *sync.Map) {
				create := l.createUser
				l.createUser = func(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
					made, err := create(ctx, req)
					if errors.Is(err, fault.AlreadyExists) {
						p := driver.UserPrincipal(req.Name)
						for a := range l.ListAttachedPolicies(ctx, driver.ListPoliciesRequest{Principal: p}) {
							_ = l.DetachPolicy(ctx, driver.AttachPolicyRequest{Principal: p, PolicyARN: a.ARN})
						}
					}
					return made, err
				}
			},
		},
		{
			name: "deleting a user deletes one whose name begins so", check: "a user that was deleted is gone, and no other", want: "is listed 0 times",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				remove := l.deleteUser
				l.deleteUser = func(ctx context.Context, req driver.DeleteUserRequest) error {
					for u := range l.ListUsers(ctx) {
						if strings.HasPrefix(u.Name, req.Name) && u.Name != req.Name {
							_ = remove(ctx, driver.DeleteUserRequest{Name: u.Name})
						}
					}
					return remove(ctx, req)
				}
			},
		},
		{
			name: "a user created at another time", check: "a user that was created is looked up and listed once", want: "want about now",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				get := l.getUser
				l.getUser = func(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
					u, err := get(ctx, req)
					u.Created = u.Created.Add(-24 * time.Hour)
					return u, err
				}
			},
		},
		{
			name: "names that are longer than the system's", check: "a user name of the largest length is accepted", want: "InvalidArgument",
			tell: describing(func(d *driver.Description) { d.Names.User.Max = 100 }),
		},
		{
			name: "whoami says the same of every key", check: "whoami tells users apart", want: "the same",
			tell: func(l *liar, _ *memory.System, kept *sync.Map) {
				who := l.whoAmI
				l.whoAmI = func(ctx context.Context) (driver.Caller, error) {
					caller, err := who(ctx)
					if err != nil {
						return caller, err
					}
					always, _ := kept.LoadOrStore("caller", caller)
					return always.(driver.Caller), nil
				}
			},
		},
		{
			name: "a second key that is the first", check: "a key is deleted alone", want: "has the id or the secret of the first",
			tell: func(l *liar, _ *memory.System, kept *sync.Map) {
				create := l.createAccessKey
				l.createAccessKey = func(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
					if key, ok := kept.Load(req.UserName); ok {
						return key.(driver.AccessKey), nil
					}
					key, err := create(ctx, req)
					kept.Store(req.UserName, key)
					return key, err
				}
			},
		},
		{
			name: "a key that is said to be off", check: "a key that is switched off stops working until it is switched on", want: "want one key, Inactive",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				l.setAccessKeyStatus = func(_ context.Context, req driver.SetAccessKeyStatusRequest) error {
					if req.Status != driver.KeyActive && req.Status != driver.KeyInactive {
						return fault.New(fault.InvalidArgument, "no status")
					}
					return nil
				}
			},
		},
		{
			name: "deleting a key deletes all of the user", check: "a key is deleted alone", want: "left are []",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				remove := l.deleteAccessKey
				l.deleteAccessKey = func(ctx context.Context, req driver.DeleteAccessKeyRequest) error {
					for k := range l.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: req.UserName}) {
						_ = remove(ctx, driver.DeleteAccessKeyRequest{UserName: req.UserName, AccessKeyID: k.AccessKeyID})
					}
					return nil
				}
			},
		},
		{
			name: "a deleted key that the system still knows", check: "a key that was deleted may do nothing", want: "is refused: not within",
			tell: func(l *liar, _ *memory.System, kept *sync.Map) {
				keys := l.listAccessKeys
				l.deleteAccessKey = func(_ context.Context, req driver.DeleteAccessKeyRequest) error {
					kept.Store(req.AccessKeyID, true)
					return nil
				}
				l.listAccessKeys = func(ctx context.Context, req driver.ListAccessKeysRequest) iter.Seq2[driver.AccessKey, error] {
					return without(keys(ctx, req), func(k driver.AccessKey) bool { _, gone := kept.Load(k.AccessKeyID); return gone })
				}
				l.deleteUser = func(context.Context, driver.DeleteUserRequest) error { return nil }
			},
		},
		{
			name: "a deleted user whose key the system still knows", check: "the key of a user who was deleted may do nothing", want: "is refused: not within",
			options: memory.Options{Without: []driver.Capability{driver.CapAccessKeys}},
			tell: func(l *liar, _ *memory.System, kept *sync.Map) {
				l.deleteUser = func(context.Context, driver.DeleteUserRequest) error { return nil }
				l.deletePolicy = func(context.Context, driver.DeletePolicyRequest) error { return nil }
			},
		},
	}
}

func sessionLies() []lie {
	return []lie{
		{
			name: "a session that outlives its time", check: "a session is refused after its end", want: "after its end: not within",
			options: memory.Options{Without: []driver.Capability{driver.CapRoles}, MinSessionSeconds: 1},
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				create := l.createSession
				l.createSession = func(ctx context.Context, req driver.CreateSessionRequest) (driver.Session, error) {
					longer := req
					longer.DurationSeconds += 900
					s, err := create(ctx, longer)
					s.Expiration = s.Expiration.Add(-900 * time.Second)
					return s, err
				}
			},
		},
		{
			name: "sessions that outlive their user", check: "the sessions of a user end with the user", want: "is refused: not within", options: withoutRoles,
			tell: func(l *liar, system *memory.System, _ *sync.Map) {
				root := system.Root()
				l.createSession = system.Client(&root).CreateSession
			},
		},
		{
			name: "sessions that come back with the user", check: "the sessions of a user end with the user", want: "want PermissionDenied or Unauthenticated", options: withoutRoles,
			harness: func(h *conformance.Harness, system *memory.System) {
				client := h.Client
				h.Client = func(c *driver.Credentials) (conformance.ObjectClient, error) {
					made, err := client(c)
					return asleep{made, c, system}, err
				}
			},
			tell: func(l *liar, system *memory.System, _ *sync.Map) {
				root := system.Root()
				l.createSession = system.Client(&root).CreateSession
			},
		},
		{
			name: "a session role with two policies", check: "templates are there exactly for what is declared", want: "the session role has two policies",
			tell: describing(func(d *driver.Description) { d.SessionRole.Policy = "{}" }),
		},
		{
			name: "sessions longer than the system's", check: "a session of the shortest and the longest duration is opened", want: "from 900 to 43200 seconds",
			options: withoutRoles,
			tell:    describing(func(d *driver.Description) { d.Limits.MinSessionSeconds = 60 }),
		},
		{
			name: "a driver that takes others with it when it is closed", check: "closing a driver changes nothing for another", want: "of another driver",
			tell: func(l *liar, _ *memory.System, kept *sync.Map) {
				who := l.whoAmI
				l.close = func() error { kept.Store("closed", true); return nil }
				l.whoAmI = func(ctx context.Context) (driver.Caller, error) {
					if _, closed := kept.Load("closed"); closed {
						return driver.Caller{}, fault.New(fault.Unavailable, "the connection is closed")
					}
					return who(ctx)
				}
			},
		},
	}
}

// asleep is a client whose session is not in force while there is no user.
type asleep struct {
	conformance.ObjectClient
	credentials *driver.Credentials
	system      *memory.System
}

func (c asleep) Get(ctx context.Context, bucket, key string) ([]byte, error) {
	root := c.system.Root()
	for range c.system.Client(&root).ListUsers(ctx) {
		return c.ObjectClient.Get(ctx, bucket, key)
	}
	return nil, fault.New(fault.Unauthenticated, "the session of %s is not in force", c.credentials)
}

// describing lies about what the driver is.
func describing(change func(*driver.Description)) func(*liar, *memory.System, *sync.Map) {
	return func(l *liar, _ *memory.System, _ *sync.Map) {
		describe := l.describe
		l.describe = func(ctx context.Context) (driver.Description, error) {
			d, err := describe(ctx)
			d.Capabilities = slices.Clone(d.Capabilities)
			change(&d)
			return d, err
		}
	}
}

// first ends a listing early.
func first[T any](count int, items iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		n := 0
		for item, err := range items {
			if n++; n > count || !yield(item, err) {
				return
			}
		}
	}
}

// twice repeats the item with that number, and what comes before, if there are so many.
func twice[T any](number int, items iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		n := 0
		for item, err := range items {
			if n++; !yield(item, err) || n == number && !yield(item, err) {
				return
			}
		}
	}
}

// without leaves items out.
func without[T any](items iter.Seq2[T, error], out func(T) bool) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for item, err := range items {
			if err == nil && out(item) {
				continue
			}
			if !yield(item, err) {
				return
			}
		}
	}
}
