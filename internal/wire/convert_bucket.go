package wire

import (
	"github.com/s3-credentials/s3-credentials/core/driver"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

func toBucket(b driver.BucketInfo) *pb.Bucket {
	return &pb.Bucket{Name: b.Name, Created: toTime(b.Created), Region: b.Region, Arn: b.ARN}
}

func fromBucket(in *pb.Bucket) driver.BucketInfo {
	return driver.BucketInfo{Name: in.GetName(), Created: fromTime(in.GetCreated()), Region: in.GetRegion(), ARN: in.GetArn()}
}

func toEmptied(i driver.EmptiedItem) *pb.EmptiedItem {
	return &pb.EmptiedItem{Key: i.Key, VersionId: i.VersionID, UploadId: i.UploadID}
}

func fromEmptied(in *pb.EmptiedItem) driver.EmptiedItem {
	return driver.EmptiedItem{Key: in.GetKey(), VersionID: in.GetVersionId(), UploadID: in.GetUploadId()}
}
