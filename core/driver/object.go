package driver

import (
	"context"
	"io"
	"iter"
	"time"
)

// Object lists, transfers and deletes the objects of a bucket.
type Object interface {
	// ListObjects yields the objects of a bucket whose keys begin with the prefix, each once, in the system's order. Deleting
	// objects during the listing does not make it skip others. NotFound if the bucket does not exist.
	ListObjects(ctx context.Context, req ListObjectsRequest) iter.Seq2[ObjectInfo, error]
	// HeadObject looks an object up. NotFound if the object or the bucket does not exist.
	HeadObject(ctx context.Context, req HeadObjectRequest) (ObjectDetail, error)
	// GetObject downloads an object, a large one in parallel ranges. All bytes are of the same version. With Path, the file is
	// complete after success, and unchanged after an error: the bytes go to a temporary file beside it, which is renamed. With
	// Body, the bytes arrive in order, and after an error only a part of them has been written. The memory in use does not
	// depend on the size of the object. NotFound if the object or the bucket does not exist.
	GetObject(ctx context.Context, req GetObjectRequest) (ObjectDetail, error)
	// PutObject uploads an object, a large one in parts. The object is complete after success, and an existing object of the
	// key is unchanged after an error. The error names parts that were uploaded and could not be removed. The memory in use
	// does not depend on the size of the object. NotFound if the bucket does not exist; InvalidArgument for a file that cannot
	// be read.
	PutObject(ctx context.Context, req PutObjectRequest) (ObjectDetail, error)
	// DeleteObjects deletes up to MaxDeleteObjects objects. An object that does not exist counts as deleted. The error is nil
	// if the system answered for every key; the keys that it refused are in Failed. Keys are used byte for byte. NotFound if
	// the bucket does not exist.
	DeleteObjects(ctx context.Context, req DeleteObjectsRequest) (DeleteObjectsResponse, error)
}

// MaxDeleteObjects is the largest number of keys in one request of DeleteObjects: the limit of S3's DeleteObjects.
const MaxDeleteObjects = 1000

// ListObjectsRequest is the request of Object.ListObjects.
type ListObjectsRequest struct {
	Bucket string
	// Prefix begins the keys to list; empty for all.
	Prefix string
	// Folders asks, of keys with a slash after the prefix, only for what ends with the first such slash, each once, as an ObjectInfo with
	// nothing but a Key. A backend may yield the keys themselves.
	Folders bool
}

// ObjectInfo is an object in a listing.
type ObjectInfo struct {
	Key          string
	LastModified time.Time
	// ETag has the quotation marks of S3.
	ETag              string
	ChecksumAlgorithm []string
	ChecksumType      string
	Size              int64
	StorageClass      string
	// Owner is nil where the listing does not have it.
	Owner *Owner
}

// HeadObjectRequest is the request of Object.HeadObject.
type HeadObjectRequest struct{ Bucket, Key string }

// ObjectDetail is what HeadObject, GetObject and PutObject return of one object. Fields are empty where the system does not
// have them.
type ObjectDetail struct {
	Size         int64
	ETag         string
	ContentType  string
	LastModified time.Time
	VersionID    string
}

// GetObjectRequest is the request of Object.GetObject. Exactly one of Path and Body is set.
type GetObjectRequest struct {
	Bucket, Key string
	// Path is the absolute path of the regular file to create or replace. Its folder exists.
	Path string
	// Body receives the bytes in order.
	Body io.Writer
	// Progress, if not nil, is called with the number of bytes that arrived since the last call, from several goroutines.
	Progress func(bytes int64)
}

// PutObjectRequest is the request of Object.PutObject. Exactly one of Path and Body is set.
type PutObjectRequest struct {
	Bucket, Key string
	// Path is the absolute path of the regular file to read.
	Path string
	// Body is read to its end; its size may be unknown.
	Body io.Reader
	// ContentType is the object's media type; empty for the system's default.
	ContentType string
	ObjectOptions
	// Progress, if not nil, is called with the number of bytes that were sent since the last call, from several goroutines.
	Progress func(bytes int64)
}

// ObjectOptions are what an upload says of an object besides its bytes and their type. Package core has checked their form.
type ObjectOptions struct {
	// CacheControl is what downloads have as their Cache-Control; empty for none. It needs CapObjectMetadata.
	CacheControl string
	// Metadata is the object's own metadata (x-amz-meta-*); its names are in lower case. It needs CapObjectMetadata.
	Metadata map[string]string
	// ACL is one of S3's canned ACLs; empty for the system's default. It needs CapObjectACL.
	ACL string
	// StorageClass is empty for the system's default. It needs CapObjectStorageClass. A class that the system does not have is InvalidArgument.
	StorageClass string
}

// Needs are the capabilities that the options need besides CapObjects.
func (o ObjectOptions) Needs() []Capability {
	return needed(map[Capability]bool{
		CapObjectMetadata: o.CacheControl != "" || len(o.Metadata) > 0, CapObjectACL: o.ACL != "", CapObjectStorageClass: o.StorageClass != "",
	})
}

// DeleteObjectsRequest is the request of Object.DeleteObjects.
type DeleteObjectsRequest struct {
	Bucket string
	// Keys contains no key twice; package core removes duplicates.
	Keys []string
}

// DeleteObjectsResponse is the response of Object.DeleteObjects: each key of the request is in one of the lists.
type DeleteObjectsResponse struct {
	Deleted []string
	Failed  []ObjectFailure
}

// ObjectFailure is an object that the service did not delete, with the service's own code and message.
type ObjectFailure struct{ Key, Code, Message string }
