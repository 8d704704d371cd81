package conformance_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// answerLies are about what no answer may be, whatever a check asks for.
func answerLies() []lie {
	const missing = "cors of a bucket that is missing is not found"
	return []lie{
		{name: "the administrator's secret in an error", check: missing, want: "the error contains a secret", tell: failing(func(system *memory.System, err *fault.Error) error {
			return fault.New(err.Code, "%s (signed with %s)", err.Message, system.Root().SecretAccessKey)
		})},
		{name: "a stack trace as an error", check: missing, want: "more than one sentence", tell: failing(func(_ *memory.System, err *fault.Error) error {
			return fault.New(err.Code, "%s\ngoroutine 1 [running]:\nmain.main()", err.Message)
		})},
		{name: "a very long error", check: missing, want: "but at most 8192 are allowed", tell: failing(func(_ *memory.System, err *fault.Error) error {
			return fault.New(err.Code, "%s", strings.Repeat("no ", 3000))
		})},
		{name: "an error that is a code and no fault", check: missing, want: "is no *fault.Error", tell: failing(func(_ *memory.System, err *fault.Error) error {
			return fmt.Errorf("no: %w", err.Code)
		})},
		{name: "an error that says nothing", check: missing, want: "says nothing but its code", tell: failing(func(_ *memory.System, err *fault.Error) error {
			return &fault.Error{Code: err.Code}
		})},
		{name: "a code that is none", check: missing, want: "is no code", tell: failing(func(_ *memory.System, err *fault.Error) error {
			return fault.New("Gone", "%s", err.Message)
		})},
		{name: "a status 403 that means not found", check: missing, want: "which is never NotFound", tell: failing(func(_ *memory.System, err *fault.Error) error {
			return &fault.Error{Code: err.Code, Message: err.Message, Service: &fault.Service{Code: "AccessDenied", HTTPStatus: 403}}
		})},
		{
			name: "a key's secret in another answer", check: "creating a user again changes none of its keys", want: "the answer contains a secret",
			tell: func(l *liar, _ *memory.System, kept *sync.Map) {
				create, keys := l.createAccessKey, l.listAccessKeys
				l.createAccessKey = func(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
					key, err := create(ctx, req)
					kept.Store("secret", key.SecretAccessKey)
					return key, err
				}
				l.listAccessKeys = func(ctx context.Context, req driver.ListAccessKeysRequest) iter.Seq2[driver.AccessKey, error] {
					return func(yield func(driver.AccessKey, error) bool) {
						for key, err := range keys(ctx, req) {
							if secret, ok := kept.Load("secret"); ok {
								key.Status = secret.(string)
							}
							if !yield(key, err) {
								return
							}
						}
					}
				}
			},
		},
		{
			name: "a description that changes", check: "a user that was created is looked up and listed once", want: "Describe returned",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				describe := l.describe
				var calls atomic.Int64
				l.describe = func(ctx context.Context) (driver.Description, error) {
					d, err := describe(ctx)
					d.Version = fmt.Sprint(calls.Add(1))
					return d, err
				}
			},
		},
		{
			name: "a listing that goes on after an error", check: "policies of a user that is missing are not found", want: "goes on after an error",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				names := l.listPolicies
				l.listPolicies = func(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[string, error] {
					return func(yield func(string, error) bool) {
						for name, err := range names(ctx, req) {
							if !yield(name, err) || err != nil && !yield("more", nil) {
								return
							}
						}
					}
				}
			},
		},
		{
			name: "answers that are mixed up among calls at the same time", check: "methods run at the same time and each has its own answer", want: "there is no access key of user",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				create := l.createAccessKey
				answers := make(chan driver.AccessKey, 1)
				l.createAccessKey = func(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
					key, err := create(ctx, req)
					if err != nil {
						return key, err
					}
					// The first of two calls leaves its answer and waits for the second's.
					select {
					case other := <-answers:
						return other, nil
					case answers <- key:
						return key, nil
					}
				}
			},
		},
		{
			name: "a method that fails while it runs already", check: "methods run at the same time and each has its own answer", want: "one at a time",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				get := l.getUser
				var running atomic.Int64
				both := make(chan struct{})
				two := sync.OnceFunc(func() { close(both) })
				l.getUser = func(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
					defer running.Add(-1)
					if running.Add(1) > 1 {
						two()
						return driver.User{}, fault.New(fault.Internal, "one at a time")
					}
					select {
					case <-both:
					case <-ctx.Done():
					}
					return get(ctx, req)
				}
			},
		},
	}
}

// failing changes the error of GetBucketSetting.
func failing(change func(*memory.System, *fault.Error) error) func(*liar, *memory.System, *sync.Map) {
	return func(l *liar, system *memory.System, _ *sync.Map) {
		get := l.getBucketSetting
		l.getBucketSetting = func(ctx context.Context, req driver.GetBucketSettingRequest) (driver.BucketSetting, error) {
			value, err := get(ctx, req)
			var f *fault.Error
			if errors.As(err, &f) {
				return value, change(system, f)
			}
			return value, err
		}
	}
}
