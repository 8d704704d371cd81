package conformance_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"sync"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

func bucketLies() []lie {
	const (
		denied  = "what is denied is denied and not missing"
		emptied = "a bucket that is emptied has nothing left, and others have"
	)
	return []lie{
		{
			name: "a bucket that is denied and said to be missing", check: denied, want: "HeadBucket by a user without permissions: want PermissionDenied, got NotFound",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) { l.headBucket = hiding(l.headBucket) },
		},
		{
			name: "an object that is denied and said to be missing", check: denied, want: "HeadObject by a user without permissions: want PermissionDenied, got NotFound",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) { l.headObject = hiding(l.headObject) },
		},
		{
			name: "a policy that is denied and said to be missing", check: denied, want: "GetPolicy by a user without permissions: want PermissionDenied, got NotFound",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) { l.getPolicy = hiding(l.getPolicy) },
		},
		{
			name: "a denial said to be success", check: denied, want: "DeleteBucket by a user without permissions: want PermissionDenied",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				remove := l.deleteBucket
				l.deleteBucket = func(ctx context.Context, req driver.DeleteBucketRequest) error {
					if err := remove(ctx, req); !errors.Is(err, fault.PermissionDenied) {
						return err
					}
					return nil
				}
			},
		},
		{
			name: "deleting a bucket deletes one whose name begins so", check: "a bucket that was deleted is gone, and no other", want: "HeadBucket of another",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				remove := l.deleteBucket
				l.deleteBucket = func(ctx context.Context, req driver.DeleteBucketRequest) error {
					for b := range l.ListBuckets(ctx) {
						if strings.HasPrefix(b.Name, req.Bucket) && b.Name != req.Bucket {
							_ = remove(ctx, driver.DeleteBucketRequest{Bucket: b.Name})
						}
					}
					return remove(ctx, req)
				}
			},
		},
		{
			name: "emptying a bucket leaves an object", check: emptied, want: "1 objects are left",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				l.emptyBucket = func(ctx context.Context, req driver.EmptyBucketRequest) iter.Seq2[driver.EmptiedItem, error] {
					return deletingBut(ctx, l, req.Bucket, 1)
				}
			},
		},
		{
			name: "emptying a bucket says nothing of what it deletes", check: emptied, want: "EmptyBucket says that it deleted []",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				empty := l.emptyBucket
				l.emptyBucket = func(ctx context.Context, req driver.EmptyBucketRequest) iter.Seq2[driver.EmptiedItem, error] {
					return driver.Listing(func() ([]driver.EmptiedItem, error) {
						for _, err := range empty(ctx, req) {
							if err != nil {
								return nil, err
							}
						}
						return nil, nil
					})
				}
			},
		},
		{
			name: "emptying a bucket empties all", check: emptied, want: "GetObject",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				empty := l.emptyBucket
				l.emptyBucket = func(ctx context.Context, req driver.EmptyBucketRequest) iter.Seq2[driver.EmptiedItem, error] {
					for b := range l.ListBuckets(ctx) {
						if b.Name != req.Bucket {
							for range deletingBut(ctx, l, b.Name, 0) {
							}
						}
					}
					return empty(ctx, req)
				}
			},
		},
		{
			name: "emptying a bucket that does not exist is success", check: emptied, want: "EmptyBucket of one that does not exist: want NotFound",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				empty := l.emptyBucket
				l.emptyBucket = func(ctx context.Context, req driver.EmptyBucketRequest) iter.Seq2[driver.EmptiedItem, error] {
					return func(yield func(driver.EmptiedItem, error) bool) {
						for item, err := range empty(ctx, req) {
							if errors.Is(err, fault.NotFound) || !yield(item, err) {
								return
							}
						}
					}
				}
			},
		},
		{
			name: "a bucket with the policy of the former one", check: "a bucket of a former bucket's name has nothing of it", want: "GetBucketSetting(policy) of the new bucket",
			tell: func(l *liar, _ *memory.System, kept *sync.Map) {
				put, create := l.putBucketSetting, l.createBucket
				l.putBucketSetting = func(ctx context.Context, req driver.PutBucketSettingRequest) error {
					kept.Store(req.Bucket, req)
					return put(ctx, req)
				}
				l.createBucket = func(ctx context.Context, req driver.CreateBucketRequest) error {
					err := create(ctx, req)
					if former, ok := kept.Load(req.Bucket); ok && err == nil {
						err = put(ctx, former.(driver.PutBucketSettingRequest))
					}
					return err
				}
			},
		},
		{
			name: "creating a bucket again drops its policy", check: "a bucket that exists is not created again", want: "GetBucketSetting(policy)",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				create := l.createBucket
				l.createBucket = func(ctx context.Context, req driver.CreateBucketRequest) error {
					err := create(ctx, req)
					if errors.Is(err, fault.AlreadyExists) {
						_ = l.DeleteBucketSetting(ctx, driver.DeleteBucketSettingRequest{Bucket: req.Bucket, Setting: driver.SettingPolicy})
					}
					return err
				}
			},
		},
		{
			name: "deleting one setting deletes all", check: "cors is of one bucket, and changes no other setting", want: "GetBucketSetting(policy)",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				remove := l.deleteBucketSetting
				l.deleteBucketSetting = func(ctx context.Context, req driver.DeleteBucketSettingRequest) error {
					for _, s := range driver.Settings() {
						_ = remove(ctx, driver.DeleteBucketSettingRequest{Bucket: req.Bucket, Setting: s})
					}
					return remove(ctx, req)
				}
			},
		},
		{
			name: "a setting that all buckets share", check: "website is of one bucket, and changes no other setting", want: "website is",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				put := l.putBucketSetting
				l.putBucketSetting = func(ctx context.Context, req driver.PutBucketSettingRequest) error {
					for b := range l.ListBuckets(ctx) {
						if req.Value.Website != nil {
							_ = put(ctx, driver.PutBucketSettingRequest{Bucket: b.Name, Value: req.Value})
						}
					}
					return put(ctx, req)
				}
			},
		},
		{
			name: "every bucket said to be public", check: "policy-status says whether a bucket is public", want: "without a policy is public",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				get := l.getBucketSetting
				l.getBucketSetting = func(ctx context.Context, req driver.GetBucketSettingRequest) (driver.BucketSetting, error) {
					if req.Setting != driver.SettingPolicyStatus {
						return get(ctx, req)
					}
					return driver.BucketSetting{PolicyStatus: &driver.PolicyStatus{IsPublic: true}}, nil
				}
			},
		},
	}
}

// hiding says that what is denied does not exist.
func hiding[Q, T any](method call[Q, T]) call[Q, T] {
	return func(ctx context.Context, req Q) (T, error) {
		answer, err := method(ctx, req)
		if errors.Is(err, fault.PermissionDenied) {
			err = fault.New(fault.NotFound, "there is no such thing")
		}
		return answer, err
	}
}

// deletingBut says of all objects of a bucket that it deletes them, and leaves the last ones.
func deletingBut(ctx context.Context, l *liar, bucket string, left int) iter.Seq2[driver.EmptiedItem, error] {
	return driver.Listing(func() ([]driver.EmptiedItem, error) {
		var items []driver.EmptiedItem
		var keys []string
		for o, err := range l.ListObjects(ctx, driver.ListObjectsRequest{Bucket: bucket}) {
			if err != nil {
				return nil, err
			}
			items, keys = append(items, driver.EmptiedItem{Key: o.Key}), append(keys, o.Key)
		}
		_, err := l.DeleteObjects(ctx, driver.DeleteObjectsRequest{Bucket: bucket, Keys: keys[:max(0, len(keys)-left)]})
		return items, err
	})
}
