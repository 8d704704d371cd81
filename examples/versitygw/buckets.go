package main

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// bucketPage is a page of the listing of buckets.
type bucketPage struct {
	Owner   struct{ ID string }
	Buckets struct {
		Bucket []struct {
			Name, BucketRegion string
			CreationDate       time.Time
		}
	}
	ContinuationToken string
}

func (b *backend) bucketPage(ctx context.Context, action string, query url.Values) (page bucketPage, err error) {
	err = b.send(ctx, request{action: action, method: http.MethodGet, path: "/", query: query, into: &page})
	return page, err
}

// ListBuckets yields the buckets: all of them for an administrator.
func (b *backend) ListBuckets(ctx context.Context) iter.Seq2[driver.BucketInfo, error] {
	return func(yield func(driver.BucketInfo, error) bool) {
		query, ctx := url.Values{}, s3fault.Listing(ctx)
		for {
			page, err := b.bucketPage(ctx, "list buckets", query)
			if err != nil {
				yield(driver.BucketInfo{}, err)
				return
			}
			for _, found := range page.Buckets.Bucket {
				if !yield(driver.BucketInfo{Name: found.Name, Created: found.CreationDate, Region: found.BucketRegion}, nil) {
					return
				}
			}
			if page.ContinuationToken == "" {
				return
			}
			query.Set("continuation-token", page.ContinuationToken)
		}
	}
}

// HeadBucket looks a bucket up.
func (b *backend) HeadBucket(ctx context.Context, req driver.HeadBucketRequest) (driver.BucketDetail, error) {
	return driver.BucketDetail{Region: b.region}, b.do(ctx, "look up bucket "+req.Bucket, func(ctx context.Context) error {
		exists, err := b.objects.BucketExists(ctx, req.Bucket)
		if err == nil && !exists {
			return fault.New(fault.NotFound, "there is no bucket %s", req.Bucket)
		}
		return err
	})
}

// CreateBucket creates a bucket, which belongs to the caller.
func (b *backend) CreateBucket(ctx context.Context, req driver.CreateBucketRequest) error {
	if req.Region != "" && req.Region != b.region {
		return fault.New(fault.Unsupported, "VersityGW has one region only, %s", b.region)
	}
	return b.do(ctx, "create bucket "+req.Bucket, func(ctx context.Context) error {
		return b.objects.MakeBucket(ctx, req.Bucket, minio.MakeBucketOptions{Region: b.region})
	})
}

// DeleteBucket deletes an empty bucket.
func (b *backend) DeleteBucket(ctx context.Context, req driver.DeleteBucketRequest) error {
	return b.do(ctx, "delete bucket "+req.Bucket, func(ctx context.Context) error { return b.objects.RemoveBucket(ctx, req.Bucket) })
}

// onlyPolicy refuses every setting but the policy.
func onlyPolicy(s driver.Setting) error {
	if s == driver.SettingPolicy {
		return nil
	}
	return fault.New(fault.Unsupported, "this backend does not know the setting %q", s)
}

// GetBucketSetting reads a bucket's policy.
func (b *backend) GetBucketSetting(ctx context.Context, req driver.GetBucketSettingRequest) (driver.BucketSetting, error) {
	if err := onlyPolicy(req.Setting); err != nil {
		return driver.BucketSetting{}, err
	}
	var document string
	err := b.do(ctx, "read the policy of bucket "+req.Bucket, func(ctx context.Context) (err error) {
		document, err = b.objects.GetBucketPolicy(ctx, req.Bucket)
		if err == nil && document == "" {
			return fault.New(fault.NotFound, "bucket %s has no policy", req.Bucket)
		}
		return err
	})
	return driver.BucketSetting{Policy: &driver.BucketPolicy{Document: document}}, err
}

// PutBucketSetting replaces a bucket's policy. The server validates it, and checks that the named users exist.
func (b *backend) PutBucketSetting(ctx context.Context, req driver.PutBucketSettingRequest) error {
	if err := onlyPolicy(req.Value.Setting()); err != nil {
		return err
	}
	action := "set the policy of bucket " + req.Bucket
	err := b.do(ctx, action, func(ctx context.Context) error {
		return b.objects.PutBucketPolicy(ctx, req.Bucket, req.Value.Policy.Document)
	})
	if said := fault.ServiceOf(err); said != nil && strings.HasPrefix(said.Message, "Invalid principal") {
		return &fault.Error{Code: fault.InvalidArgument, Service: said, Err: err, Message: "cannot " + action +
			": it names a user who does not exist; take the statement out, or create the user again"}
	}
	return err
}

// DeleteBucketSetting deletes a bucket's policy.
func (b *backend) DeleteBucketSetting(ctx context.Context, req driver.DeleteBucketSettingRequest) error {
	if err := onlyPolicy(req.Setting); err != nil {
		return err
	}
	return b.do(ctx, "delete the policy of bucket "+req.Bucket, func(ctx context.Context) error {
		return b.objects.SetBucketPolicy(ctx, req.Bucket, "") // which deletes it
	})
}
