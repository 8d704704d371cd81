package driver

import (
	"fmt"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// EmptyBucketRequest is the request of Bucket.EmptyBucket.
type EmptyBucketRequest struct{ Bucket string }

// EmptiedItem is one thing that Bucket.EmptyBucket deleted: a version of an object, a delete marker, or an unfinished upload. VersionID
// is empty for an upload, and where the system has no versions; UploadID is empty for all but an upload.
type EmptiedItem struct{ Key, VersionID, UploadID string }

// Kept is the error of Bucket.EmptyBucket for what the service answered about an item that it did not delete.
func Kept(bucket string, item EmptiedItem, answer *fault.Service) error {
	name := fmt.Sprintf("%q in the bucket %q", item.Key, bucket)
	if item.VersionID != "" {
		name = fmt.Sprintf("the version %s of %s", item.VersionID, name)
	}
	kept := fault.New(fault.FailedPrecondition, "cannot delete %s: the system refused", name)
	if answer.Code == "AccessDenied" {
		kept = fault.New(fault.PermissionDenied, "cannot delete %s: these credentials may not, or it is to be kept", name)
	}
	kept.Service = answer
	return kept
}
