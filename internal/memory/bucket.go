package memory

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

type bucket struct {
	name, region string
	created      time.Time
	objects      map[string]*object
	policy       *policy.Document
	settings     map[driver.Setting]driver.BucketSetting
}

var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

var regions = []string{"us-east-1", "us-west-2", "eu-central-1", "eu-west-1"}

func (k *bucket) arn() string { return "arn:aws:s3:::" + k.name }

// withBucket starts a request about an existing bucket.
func (b *backend) withBucket(ctx context.Context, method, name string, needs ...driver.Capability) (*bucket, caller, func(), error) {
	who, unlock, err := b.begin(ctx, method, needs...)
	if err != nil {
		return nil, caller{}, nil, err
	}
	k, ok := b.system.buckets[name]
	if !ok {
		unlock()
		return nil, caller{}, nil, missing("bucket", name)
	}
	return k, who, unlock, nil
}

// ListBuckets yields the buckets, sorted.
func (b *backend) ListBuckets(ctx context.Context) iter.Seq2[driver.BucketInfo, error] {
	return driver.Listing(func() ([]driver.BucketInfo, error) {
		who, unlock, err := b.begin(ctx, "ListBuckets")
		if err != nil {
			return nil, err
		}
		defer unlock()
		var buckets []driver.BucketInfo
		for _, name := range slices.Sorted(maps.Keys(b.system.buckets)) {
			k := b.system.buckets[name]
			buckets = append(buckets, driver.BucketInfo{Name: name, Created: k.created, Region: k.region, ARN: k.arn()})
		}
		return buckets, who.may("s3:ListAllMyBuckets", "*", nil, nil)
	})
}

// HeadBucket looks a bucket up.
func (b *backend) HeadBucket(ctx context.Context, req driver.HeadBucketRequest) (driver.BucketDetail, error) {
	k, who, unlock, err := b.withBucket(ctx, "HeadBucket", req.Bucket)
	if err != nil {
		return driver.BucketDetail{}, err
	}
	defer unlock()
	return driver.BucketDetail{Region: k.region}, who.may("s3:ListBucket", k.arn(), k, nil)
}

// CreateBucket creates a bucket.
func (b *backend) CreateBucket(ctx context.Context, req driver.CreateBucketRequest) error {
	if req.Region != "" && !b.has(driver.CapBucketRegion) {
		return undeclared(driver.CapBucketRegion)
	}
	who, unlock, err := b.begin(ctx, "CreateBucket")
	if err != nil {
		return err
	}
	defer unlock()
	if !bucketName.MatchString(req.Bucket) {
		return fault.New(fault.InvalidArgument, "%q is no name for a bucket", req.Bucket)
	}
	if req.Region != "" && !slices.Contains(regions, req.Region) {
		return fault.New(fault.InvalidArgument, "there is no region %q", req.Region)
	}
	region := cmp.Or(req.Region, b.config.Region)
	k := &bucket{name: req.Bucket, region: region, created: now(), objects: map[string]*object{}, settings: map[driver.Setting]driver.BucketSetting{}}
	if err := who.may("s3:CreateBucket", k.arn(), nil, nil); err != nil {
		return err
	}
	if _, ok := b.system.buckets[req.Bucket]; ok {
		return exists("bucket", req.Bucket)
	}
	b.system.buckets[req.Bucket] = k
	return nil
}

// DeleteBucket deletes an empty bucket.
func (b *backend) DeleteBucket(ctx context.Context, req driver.DeleteBucketRequest) error {
	k, who, unlock, err := b.withBucket(ctx, "DeleteBucket", req.Bucket)
	if err != nil {
		return err
	}
	defer unlock()
	if err := who.may("s3:DeleteBucket", k.arn(), k, nil); err != nil {
		return err
	}
	if len(k.objects) > 0 {
		return fault.New(fault.FailedPrecondition, "the bucket %q is not empty", req.Bucket)
	}
	delete(b.system.buckets, req.Bucket)
	for _, u := range b.system.users {
		delete(u.buckets, req.Bucket)
	}
	return nil
}
