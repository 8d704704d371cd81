package conformance_test

import (
	"bytes"
	"context"
	"iter"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

const (
	pagesCheck = "a listing of objects goes on over pages and stops when told"
	keysCheck  = "keys are used byte for byte"
	sameCheck  = "a listing says of an object what the object says"
)

func objectLies() []lie {
	return []lie{
		{
			name: "objects that were refused and are said to be deleted", check: "objects that may not be deleted are not reported as deleted", want: "want in/x deleted and out/x failed",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				remove := l.deleteObjects
				l.deleteObjects = func(ctx context.Context, req driver.DeleteObjectsRequest) (driver.DeleteObjectsResponse, error) {
					_, err := remove(ctx, req)
					return driver.DeleteObjectsResponse{Deleted: req.Keys}, err
				}
			},
		},
		{
			name: "a refused key without the system's code", check: "objects that may not be deleted are not reported as deleted", want: "does not have the system's code",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				remove := l.deleteObjects
				l.deleteObjects = func(ctx context.Context, req driver.DeleteObjectsRequest) (driver.DeleteObjectsResponse, error) {
					response, err := remove(ctx, req)
					for i := range response.Failed {
						response.Failed[i].Code = ""
					}
					return response, err
				}
			},
		},
		{
			name: "deleting a deletes a/b", check: "deleting a key deletes no key below or beside it", want: "left are",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				remove := l.deleteObjects
				l.deleteObjects = func(ctx context.Context, req driver.DeleteObjectsRequest) (driver.DeleteObjectsResponse, error) {
					var more []string
					for _, key := range req.Keys {
						for o := range l.ListObjects(ctx, driver.ListObjectsRequest{Bucket: req.Bucket, Prefix: strings.TrimSuffix(key, "/") + "/"}) {
							more = append(more, o.Key)
						}
					}
					if _, err := remove(ctx, driver.DeleteObjectsRequest{Bucket: req.Bucket, Keys: more}); err != nil {
						return driver.DeleteObjectsResponse{}, err
					}
					return remove(ctx, req)
				}
			},
		},
		{
			name: "deletions that end after 100", check: pagesCheck, want: "although they were deleted",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				remove := l.deleteObjects
				l.deleteObjects = func(ctx context.Context, req driver.DeleteObjectsRequest) (driver.DeleteObjectsResponse, error) {
					_, err := remove(ctx, driver.DeleteObjectsRequest{Bucket: req.Bucket, Keys: req.Keys[:min(100, len(req.Keys))]})
					return driver.DeleteObjectsResponse{Deleted: req.Keys}, err
				}
			},
		},
		{name: "a listing that ends after two pages", check: pagesCheck, want: "listed are 2000 keys", tell: listing(func(o iter.Seq2[driver.ObjectInfo, error]) iter.Seq2[driver.ObjectInfo, error] { return first(2000, o) })},
		{name: "an object listed twice at the border of a page", check: pagesCheck, want: "is listed twice", tell: listing(func(o iter.Seq2[driver.ObjectInfo, error]) iter.Seq2[driver.ObjectInfo, error] { return twice(1000, o) })},
		{name: "an object listed twice", check: "objects that were deleted are gone", want: "is listed twice", tell: listing(func(o iter.Seq2[driver.ObjectInfo, error]) iter.Seq2[driver.ObjectInfo, error] { return twice(1, o) })},
		{
			name: "a listing by number, which skips what moves up", check: pagesCheck, want: "while others are deleted",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				objects := l.listObjects
				l.listObjects = func(ctx context.Context, req driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
					return byNumber(func() iter.Seq2[driver.ObjectInfo, error] { return objects(ctx, req) })
				}
			},
		},
		{name: "an ETag in a listing that is another", check: sameCheck, want: "HeadObject says", tell: listingAs(func(o *driver.ObjectInfo) { o.ETag = `"0123456789abcdef"` })},
		{name: "a time in a listing that is another", check: sameCheck, want: "HeadObject says", tell: listingAs(func(o *driver.ObjectInfo) { o.LastModified = o.LastModified.Add(time.Second) })},
		{name: "a size in a listing that is another", check: sameCheck, want: "HeadObject says", tell: listingAs(func(o *driver.ObjectInfo) { o.Size++ })},
		{name: "an ETag without quotation marks", check: sameCheck, want: "HeadObject says", tell: listingAs(func(o *driver.ObjectInfo) { o.ETag = strings.Trim(o.ETag, `"`) })},
		{
			name: "a prefix that must be a folder", check: "a listing has what starts with the prefix, each once", want: `prefix "a"`,
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				objects := l.listObjects
				l.listObjects = func(ctx context.Context, req driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
					if req.Prefix != "" {
						req.Prefix = strings.TrimSuffix(req.Prefix, "/") + "/"
					}
					return objects(ctx, req)
				}
			},
		},
		{
			name: "a prefix that is longer than itself", check: "a listing has what starts with the prefix, each once", want: `prefix "a/1"`,
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				objects := l.listObjects
				l.listObjects = func(ctx context.Context, req driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
					return without(objects(ctx, req), func(o driver.ObjectInfo) bool { return o.Key == req.Prefix })
				}
			},
		},
		{name: "a prefix in which case does not matter", check: "a listing has what starts with the prefix, each once", want: `prefix "A"`,
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				objects := l.listObjects
				l.listObjects = func(ctx context.Context, req driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
					req.Prefix = strings.ToLower(req.Prefix)
					return objects(ctx, req)
				}
			},
		},
		{name: "a prefix that is decoded once more", check: keysCheck, want: `prefix "a%20b": listed are`,
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				objects := l.listObjects
				l.listObjects = func(ctx context.Context, req driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
					req.Prefix = strings.ReplaceAll(req.Prefix, "%20", " ")
					return objects(ctx, req)
				}
			},
		},
		{name: "a folder that is an object", check: "an object that is missing is not found", want: "HeadObject(folder): want NotFound, it succeeded",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				head := l.headObject
				l.headObject = func(ctx context.Context, req driver.HeadObjectRequest) (driver.ObjectDetail, error) {
					for range l.ListObjects(ctx, driver.ListObjectsRequest{Bucket: req.Bucket, Prefix: req.Key + "/"}) {
						return driver.ObjectDetail{}, nil
					}
					return head(ctx, req)
				}
			},
		},
		{name: "keys in another normal form", check: keysCheck, want: "listed are", tell: renaming(strings.NewReplacer("e\u0301", "\u00e9").Replace)},
		{name: "keys in which case does not matter", check: keysCheck, want: `"UPPER": got "upper"`, tell: renaming(strings.ToLower)},
		{name: "keys without spaces at their ends", check: keysCheck, want: "listed are", tell: renaming(strings.TrimSpace)},
		{name: "keys in which a plus is a space", check: keysCheck, want: `"a b": got "a+b"`, tell: renaming(func(key string) string { return strings.ReplaceAll(key, "+", " ") })},
		{name: "keys decoded once more", check: keysCheck, want: `"a b": got "a%20b"`, tell: renaming(func(key string) string { return strings.ReplaceAll(key, "%20", " ") })},
		{name: "keys cut after 128 bytes", check: keysCheck, want: "longlong", tell: renaming(func(key string) string { return key[:min(128, len(key))] })},
		{
			name: "buckets that share their objects", check: "two buckets have objects of the same key", want: "got",
			tell: func(l *liar, _ *memory.System, kept *sync.Map) {
				put := l.putObject
				l.putObject = func(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
					detail, err := put(ctx, req)
					kept.Store(req.Key, req.Bucket)
					return detail, err
				}
				get := l.getObject
				l.getObject = func(ctx context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
					if bucket, ok := kept.Load(req.Key); ok {
						req.Bucket = bucket.(string)
					}
					return get(ctx, req)
				}
			},
		},
		{
			name: "a media type that is lost with a file", check: "a large file goes up and down unchanged", want: "the media type is",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				put := l.putObject
				l.putObject = func(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
					if req.Path != "" {
						req.ContentType = ""
					}
					return put(ctx, req)
				}
			},
		},
		{name: "metadata that is lost", check: "an object keeps its cache control and metadata", want: "the metadata author is", tell: putting(func(r *driver.PutObjectRequest) { r.Metadata = nil })},
		{name: "a cache control that is lost", check: "an object keeps its cache control and metadata", want: "the cache control is", tell: putting(func(r *driver.PutObjectRequest) { r.CacheControl = "" })},
		{name: "an ACL that is ignored", check: "an object is public if its ACL says so, and else not", want: "with the ACL public-read, read without credentials", tell: putting(func(r *driver.PutObjectRequest) { r.ACL = "" })},
		{
			name: "a storage class that is ignored", check: "an object has the storage class that it was put with, or is refused", want: "with the storage class REDUCED_REDUNDANCY: it is",
			tell: putting(func(r *driver.PutObjectRequest) { r.StorageClass = "" }),
		},
		{
			name: "what was said of the former object", check: "an object is replaced as a whole", want: "and of the former object",
			tell: func(l *liar, _ *memory.System, kept *sync.Map) {
				put := l.putObject
				l.putObject = func(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
					detail, err := put(ctx, req)
					kept.LoadOrStore(req.Key, detail)
					return detail, err
				}
				head := l.headObject
				l.headObject = func(ctx context.Context, req driver.HeadObjectRequest) (driver.ObjectDetail, error) {
					if detail, ok := kept.Load(req.Key); ok {
						return detail.(driver.ObjectDetail), nil
					}
					return head(ctx, req)
				}
			},
		},
		{
			name: "another ETag with the bytes", check: "an object is read as it was put", want: "GetObject says",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				get := l.getObject
				l.getObject = func(ctx context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
					detail, err := get(ctx, req)
					detail.ETag = `"other"`
					return detail, err
				}
			},
		},
		{
			name: "an empty object that makes no file", check: "an empty file goes up and down", want: "no such file",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				get := l.getObject
				l.getObject = func(ctx context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
					detail, err := get(ctx, req)
					if detail.Size == 0 {
						_ = os.Remove(req.Path)
					}
					return detail, err
				}
			},
		},
		{
			name: "a download that cannot be cancelled", check: "cancelling ends a download", want: "want Canceled, it succeeded",
			tell: func(l *liar, _ *memory.System, _ *sync.Map) {
				get := l.getObject
				l.getObject = func(ctx context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
					var whole bytes.Buffer
					body := req.Body
					req.Body = &whole
					detail, err := get(context.WithoutCancel(ctx), req)
					_, _ = whole.WriteTo(body)
					return detail, err
				}
			},
		},
	}
}

// putting changes what is put.
func putting(change func(*driver.PutObjectRequest)) func(*liar, *memory.System, *sync.Map) {
	return func(l *liar, _ *memory.System, _ *sync.Map) {
		put := l.putObject
		l.putObject = func(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
			change(&req)
			return put(ctx, req)
		}
	}
}
