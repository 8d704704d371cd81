package driver

import (
	"context"
	"iter"
	"time"
)

// Bucket is buckets and their settings.
type Bucket interface {
	// ListBuckets yields the buckets that the credentials may see, each once, sorted by name.
	ListBuckets(ctx context.Context) iter.Seq2[BucketInfo, error]
	// HeadBucket looks a bucket up. NotFound only if there is none; PermissionDenied if the credentials may not see
	// it, which says nothing about whether it exists.
	HeadBucket(ctx context.Context, req HeadBucketRequest) (BucketDetail, error)
	// CreateBucket creates an empty, private bucket. AlreadyExists if there is one of that name, also when it belongs to the
	// caller already; InvalidArgument for a name that the system does not accept, or an unknown region; Unsupported for a
	// region without CapBucketRegion.
	CreateBucket(ctx context.Context, req CreateBucketRequest) error
	// DeleteBucket deletes an empty bucket. NotFound if there is none; FailedPrecondition, and nothing deleted, if it
	// is not empty.
	DeleteBucket(ctx context.Context, req DeleteBucketRequest) error

	// GetBucketSetting reads one setting. NotFound if there is no such bucket or the setting is not set.
	GetBucketSetting(ctx context.Context, req GetBucketSettingRequest) (BucketSetting, error)
	// PutBucketSetting replaces one setting as a whole. NotFound if there is no such bucket; InvalidArgument for a
	// value that the system does not accept, after which the former one is still in force; Unsupported for ACL and
	// policy status, which can only be read.
	PutBucketSetting(ctx context.Context, req PutBucketSettingRequest) error
	// DeleteBucketSetting removes one setting. Removing what is not set is no error. NotFound if there is no such bucket.
	// It never deletes the bucket itself.
	DeleteBucketSetting(ctx context.Context, req DeleteBucketSettingRequest) error
}

// BucketInfo is a bucket in a listing.
type BucketInfo struct {
	Name    string
	Created time.Time
	// Region is empty where the listing does not tell.
	Region string
	// ARN is empty where the listing does not tell.
	ARN string
}

// HeadBucketRequest is for Bucket.HeadBucket.
type HeadBucketRequest struct{ Bucket string }

// BucketDetail is what a look-up tells.
type BucketDetail struct {
	// Region is where the bucket is; empty where the system has no regions.
	Region string
}

// CreateBucketRequest is for Bucket.CreateBucket.
type CreateBucketRequest struct {
	Bucket string
	// Region is where to create it; empty for the driver's own region.
	Region string
}

// DeleteBucketRequest is for Bucket.DeleteBucket.
type DeleteBucketRequest struct{ Bucket string }

// GetBucketSettingRequest is for Bucket.GetBucketSetting.
type GetBucketSettingRequest struct {
	Bucket  string
	Setting Setting
}

// PutBucketSettingRequest is for Bucket.PutBucketSetting.
type PutBucketSettingRequest struct {
	Bucket string
	// Value holds exactly one setting.
	Value BucketSetting
}

// DeleteBucketSettingRequest is for Bucket.DeleteBucketSetting.
type DeleteBucketSettingRequest struct {
	Bucket  string
	Setting Setting
}
