package driver

import (
	"context"
	"io"
	"iter"
	"time"
)

// Object is the objects of a bucket.
type Object interface {
	// ListObjects yields the objects of a bucket whose keys start with the prefix, each once, in the system's order. NotFound if there is no such bucket.
	// Objects that are deleted while it goes on do not make it leave out others.
	ListObjects(ctx context.Context, req ListObjectsRequest) iter.Seq2[ObjectInfo, error]
	// HeadObject looks an object up. NotFound if there is no such object or bucket.
	HeadObject(ctx context.Context, req HeadObjectRequest) (ObjectDetail, error)
	// GetObject fetches an object, large ones in parallel ranges of one version: bytes of two versions are never mixed. With
	// Path the file is there, whole, after success and untouched after an error (it is written under a temporary name
	// beside it and renamed); with Body the bytes arrive in order, and after an error what was written is a part only.
	// Memory does not grow with the object. NotFound if there is no such object or bucket.
	GetObject(ctx context.Context, req GetObjectRequest) (ObjectDetail, error)
	// PutObject stores an object, large ones in parts. The object is there, whole, after success, and an object of that
	// key unchanged after an error. Parts that an error left behind and that could not be removed are named in the error.
	// Memory does not grow with the object. NotFound if there is no such bucket; InvalidArgument for a file that cannot be read.
	PutObject(ctx context.Context, req PutObjectRequest) (ObjectDetail, error)
	// DeleteObjects deletes up to 1,000 objects. Deleting what does not exist is no error. It returns a nil error if the
	// system answered for every key; keys that it refused are in Failed. Keys are used byte for byte. NotFound if there is no such bucket.
	DeleteObjects(ctx context.Context, req DeleteObjectsRequest) (DeleteObjectsResponse, error)
}

// MaxDeleteObjects is the largest number of keys in one DeleteObjects request, as S3's DeleteObjects has it.
const MaxDeleteObjects = 1000

// ListObjectsRequest is for Object.ListObjects.
type ListObjectsRequest struct {
	Bucket string
	// Prefix selects keys; empty for all.
	Prefix string
}

// ObjectInfo is an object in a listing.
type ObjectInfo struct {
	Key          string
	LastModified time.Time
	// ETag is as S3 prints it, with its quotation marks.
	ETag              string
	ChecksumAlgorithm []string
	ChecksumType      string
	Size              int64
	StorageClass      string
	// Owner is nil where the listing does not tell.
	Owner *Owner
}

// HeadObjectRequest is for Object.HeadObject.
type HeadObjectRequest struct{ Bucket, Key string }

// ObjectDetail is what the system says of one object.
type ObjectDetail struct {
	Size         int64
	ETag         string
	ContentType  string
	LastModified time.Time
	VersionID    string
}

// GetObjectRequest is for Object.GetObject. Exactly one of Path and Body is set.
type GetObjectRequest struct {
	Bucket, Key string
	// Path is the absolute name of the regular file to write or replace; its folder exists.
	Path string
	// Body receives the bytes in order.
	Body io.Writer
	// Progress, if set, is told of each number of bytes that arrived; it may be called from several goroutines.
	Progress func(bytes int64)
}

// PutObjectRequest is for Object.PutObject. Exactly one of Path and Body is set.
type PutObjectRequest struct {
	Bucket, Key string
	// Path is the absolute name of the regular file to read.
	Path string
	// Body is read to its end; its size need not be known.
	Body io.Reader
	// ContentType is the object's media type; empty for the system's default.
	ContentType string
	// Progress, if set, is told of each number of bytes that went out; it may be called from several goroutines.
	Progress func(bytes int64)
}

// DeleteObjectsRequest is for Object.DeleteObjects.
type DeleteObjectsRequest struct {
	Bucket string
	// Keys has no key twice: core sees to that.
	Keys []string
}

// DeleteObjectsResponse says which keys are gone and which are not.
type DeleteObjectsResponse struct {
	Deleted []string
	Failed  []ObjectFailure
}

// ObjectFailure is an object that could not be deleted, with the service's own code and message.
type ObjectFailure struct{ Key, Code, Message string }
