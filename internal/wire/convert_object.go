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

// toPutHeader is what an upload begins with.
func toPutHeader(r driver.PutObjectRequest) *pb.PutObjectHeader {
	return &pb.PutObjectHeader{
		Bucket: r.Bucket, Key: r.Key, Path: []byte(r.Path), ContentType: r.ContentType,
		CacheControl: r.CacheControl, Metadata: r.Metadata, Acl: r.ACL, StorageClass: r.StorageClass,
	}
}

// fromPutHeader is the request without what is no data: its body and its progress.
func fromPutHeader(in *pb.PutObjectHeader) driver.PutObjectRequest {
	return driver.PutObjectRequest{
		Bucket: in.GetBucket(), Key: in.GetKey(), Path: string(in.GetPath()), ContentType: in.GetContentType(),
		ObjectOptions: driver.ObjectOptions{
			CacheControl: in.GetCacheControl(), Metadata: in.GetMetadata(), ACL: in.GetAcl(), StorageClass: in.GetStorageClass(),
		},
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
