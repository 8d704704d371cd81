package wire

import (
	"github.com/s3-credentials/s3-credentials/core/driver"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

func toObject(o driver.ObjectInfo) *pb.Object {
	return &pb.Object{
		Key: o.Key, LastModified: toTime(o.LastModified), Etag: o.ETag, ChecksumAlgorithm: o.ChecksumAlgorithm,
		ChecksumType: o.ChecksumType, Size: o.Size, StorageClass: o.StorageClass, Owner: toOwner(o.Owner),
	}
}

func fromObject(in *pb.Object) driver.ObjectInfo {
	return driver.ObjectInfo{
		Key: in.GetKey(), LastModified: fromTime(in.GetLastModified()), ETag: in.GetEtag(),
		ChecksumAlgorithm: in.GetChecksumAlgorithm(), ChecksumType: in.GetChecksumType(), Size: in.GetSize(),
		StorageClass: in.GetStorageClass(), Owner: fromOwner(in.GetOwner()),
	}
}

func toDetail(d driver.ObjectDetail) *pb.ObjectDetail {
	return &pb.ObjectDetail{
		Size: d.Size, Etag: d.ETag, ContentType: d.ContentType, LastModified: toTime(d.LastModified), VersionId: d.VersionID,
	}
}

func fromDetail(in *pb.ObjectDetail) driver.ObjectDetail {
	return driver.ObjectDetail{
		Size: in.GetSize(), ETag: in.GetEtag(), ContentType: in.GetContentType(),
		LastModified: fromTime(in.GetLastModified()), VersionID: in.GetVersionId(),
	}
}

func toFailure(f driver.ObjectFailure) *pb.ObjectFailure {
	return &pb.ObjectFailure{Key: f.Key, Code: f.Code, Message: f.Message}
}

func fromFailure(in *pb.ObjectFailure) driver.ObjectFailure {
	return driver.ObjectFailure{Key: in.GetKey(), Code: in.GetCode(), Message: in.GetMessage()}
}

func toDeleteObjectsResponse(r driver.DeleteObjectsResponse) *pb.DeleteObjectsResponse {
	return &pb.DeleteObjectsResponse{Deleted: r.Deleted, Failed: mapSlice(r.Failed, toFailure)}
}

func fromDeleteObjectsResponse(in *pb.DeleteObjectsResponse) driver.DeleteObjectsResponse {
	return driver.DeleteObjectsResponse{Deleted: in.GetDeleted(), Failed: mapSlice(in.GetFailed(), fromFailure)}
}
