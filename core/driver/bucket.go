package driver

import (
	"context"
	"iter"
	"time"
)

// Bucket manages buckets and their settings.
type Bucket interface {
	// ListBuckets yields the buckets that the credentials may list, each once, sorted by name.
	ListBuckets(ctx context.Context) iter.Seq2[BucketInfo, error]
	// HeadBucket looks a bucket up. NotFound only if it does not exist; PermissionDenied if the credentials may not look it
	// up, in which case it may or may not exist.
	HeadBucket(ctx context.Context, req HeadBucketRequest) (BucketDetail, error)
	// CreateBucket creates an empty, private bucket. AlreadyExists if a bucket has the name, even if it is the caller's own
	// (see CreateBucketRequest.Again). Where the system says whose it is, fault.Service has S3's code for that:
	// BucketAlreadyOwnedByYou for the caller's own, BucketAlreadyExists for somebody else's. InvalidArgument for a name that the system does not accept, or an unknown region; Unsupported for a region without
	// CapBucketRegion.
	CreateBucket(ctx context.Context, req CreateBucketRequest) error
	// DeleteBucket deletes an empty bucket. NotFound if it does not exist; FailedPrecondition if it is not empty, and nothing
	// is deleted then.
	DeleteBucket(ctx context.Context, req DeleteBucketRequest) error
	// EmptyBucket deletes all that is in a bucket, for good: the objects with all their versions and delete markers, and the parts
	// of unfinished uploads. It yields each thing once that is deleted. At the first thing that the system does not delete, it ends with an error that
	// names it: PermissionDenied where the credentials may not, FailedPrecondition where it is to be kept. The bucket and
	// its settings stay, and so does what is added meanwhile. NotFound if the bucket does not exist.
	EmptyBucket(ctx context.Context, req EmptyBucketRequest) iter.Seq2[EmptiedItem, error]

	// GetBucketSetting returns one setting. NotFound if the bucket does not exist, or the setting is not set.
	GetBucketSetting(ctx context.Context, req GetBucketSettingRequest) (BucketSetting, error)
	// PutBucketSetting replaces one setting as a whole. NotFound if the bucket does not exist; InvalidArgument for a value
	// that the system does not accept, and the former one is still in force then; Unsupported for a setting that is not
	// [Setting.Writable]: the ACL and the policy status.
	PutBucketSetting(ctx context.Context, req PutBucketSettingRequest) error
	// DeleteBucketSetting removes one setting, and succeeds if it is not set. It never deletes the bucket itself. NotFound if
	// the bucket does not exist.
	DeleteBucketSetting(ctx context.Context, req DeleteBucketSettingRequest) error
}

// BucketInfo is a bucket in a listing.
type BucketInfo struct {
	Name    string
	Created time.Time
	// Region is empty where the listing does not have it.
	Region string
	// ARN is empty where the listing does not have it.
	ARN string
}

// HeadBucketRequest is the request of Bucket.HeadBucket.
type HeadBucketRequest struct{ Bucket string }

// BucketDetail is what Bucket.HeadBucket returns.
type BucketDetail struct {
	// Region is the region of the bucket; empty where the system has no regions.
	Region string
}

// CreateBucketRequest is the request of Bucket.CreateBucket.
type CreateBucketRequest struct {
	Bucket string
	// Region is the region to create the bucket in; empty for the driver's region.
	Region string
	// Again asks whether the system tells an own bucket that exists from one that a request creates. It is set only for a
	// bucket that is known to exist. If creating it again is success for the system, the method succeeds too; otherwise
	// it fails with AlreadyExists. The bucket and its content stay as they are.
	Again bool
}

// DeleteBucketRequest is the request of Bucket.DeleteBucket.
type DeleteBucketRequest struct{ Bucket string }

// GetBucketSettingRequest is the request of Bucket.GetBucketSetting.
type GetBucketSettingRequest struct {
	Bucket  string
	Setting Setting
}

// PutBucketSettingRequest is the request of Bucket.PutBucketSetting.
type PutBucketSettingRequest struct {
	Bucket string
	// Value holds exactly one setting.
	Value BucketSetting
}

// DeleteBucketSettingRequest is the request of Bucket.DeleteBucketSetting.
type DeleteBucketSettingRequest struct {
	Bucket  string
	Setting Setting
}
