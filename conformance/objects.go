package conformance

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

func objectChecks() []Check {
	objects := []driver.Capability{driver.CapObjects}
	return []Check{
		{Name: "an object is read as it was put", Requires: objects, run: objectIsThere},
		{Name: "an object is replaced as a whole", Requires: objects, run: objectIsReplaced},
		{Name: "an empty object is an object", Requires: objects, run: objectIsEmpty},
		{Name: "keys are used byte for byte", Requires: objects, run: objectKeys},
		{Name: "a listing has what starts with the prefix, each once", Requires: objects, run: objectsAreListed},
		{Name: "a listing goes on over pages and stops when told", Requires: objects, run: objectPages},
		{Name: "an object that is missing is not found", Requires: objects, run: objectMissing},
		{Name: "objects of a bucket that is missing are not found", Requires: objects, run: objectsOfNothing},
		{Name: "objects that were deleted are gone", Requires: objects, run: objectsAreGone},
	}
}

func objectIsThere(e *env) {
	bucket, data := e.newBucket(), []byte("some bytes\x00\xff\n")
	put, err := e.Driver.PutObject(e.ctx, driver.PutObjectRequest{
		Bucket: bucket, Key: "folder/key.txt", Body: bytes.NewReader(data), ContentType: "text/x-conformance",
	})
	e.ok(err, "PutObject")
	head, err := e.Driver.HeadObject(e.ctx, driver.HeadObjectRequest{Bucket: bucket, Key: "folder/key.txt"})
	e.ok(err, "HeadObject")
	if head.Size != int64(len(data)) || head.ContentType != "text/x-conformance" || head.LastModified.IsZero() || head.ETag == "" {
		e.Errorf("HeadObject says %+v", head)
	}
	if put.ETag != head.ETag {
		e.Errorf("PutObject says the ETag is %s, HeadObject %s", put.ETag, head.ETag)
	}
	var got bytes.Buffer
	detail, err := e.Driver.GetObject(e.ctx, driver.GetObjectRequest{Bucket: bucket, Key: "folder/key.txt", Body: &got})
	e.ok(err, "GetObject")
	if !bytes.Equal(got.Bytes(), data) || detail.Size != int64(len(data)) {
		e.Errorf("got %q and the size %d, want %q", got.Bytes(), detail.Size, data)
	}
}

func objectIsReplaced(e *env) {
	bucket := e.newBucket()
	e.put(bucket, "key", []byte("a longer first version"))
	e.put(bucket, "key", []byte("second"))
	if got := e.get(bucket, "key"); string(got) != "second" {
		e.Errorf("got %q, want %q", got, "second")
	}
}

func objectIsEmpty(e *env) {
	bucket := e.newBucket()
	e.put(bucket, "key", nil)
	if got := e.get(bucket, "key"); len(got) != 0 {
		e.Errorf("got %q, want nothing", got)
	}
	head, err := e.Driver.HeadObject(e.ctx, driver.HeadObjectRequest{Bucket: bucket, Key: "key"})
	e.ok(err, "HeadObject")
	if head.Size != 0 {
		e.Errorf("the size is %d, want 0", head.Size)
	}
}

// oddKeys are keys that a URL, file name or encoding could change.
func oddKeys() []string {
	return []string{
		"a b", " leading", "plus+plus", "percent%20percent", "100%", "quote'\"quote", "and&and", "equal=equal", "hash#hash", "question?mark",
		"ünï-cödé", "日本", "tilde~", "(brackets)[x]{y}", "semi;colon:", "at@comma,", "dollar$", "UPPER", "upper", "folder/sub/file.txt", "<xml>",
	}
}

func objectKeys(e *env) {
	bucket := e.newBucket()
	for _, key := range oddKeys() {
		e.put(bucket, key, []byte(key))
	}
	for _, key := range oddKeys() {
		if got := e.get(bucket, key); string(got) != key {
			e.Errorf("key %q: got %q", key, got)
		}
	}
	want := oddKeys()
	slices.Sort(want)
	if got := e.keys(bucket, ""); !slices.Equal(got, want) {
		e.Errorf("listed are\n%q\nwant\n%q", got, want)
	}
	response, err := e.Driver.DeleteObjects(e.ctx, driver.DeleteObjectsRequest{Bucket: bucket, Keys: oddKeys()})
	e.ok(err, "DeleteObjects")
	if len(response.Failed) > 0 {
		e.Errorf("not deleted: %v", response.Failed)
	}
	if left := e.keys(bucket, ""); len(left) > 0 {
		e.Errorf("left are %q", left)
	}
}

// keys lists keys, sorted.
func (e *env) keys(bucket, prefix string) []string {
	e.Helper()
	var keys []string
	for _, o := range all(e, e.Driver.ListObjects(e.ctx, driver.ListObjectsRequest{Bucket: bucket, Prefix: prefix}), "ListObjects(%q)", prefix) {
		keys = append(keys, o.Key)
	}
	slices.Sort(keys)
	return keys
}

func objectsAreListed(e *env) {
	bucket := e.newBucket()
	if got := e.keys(bucket, ""); len(got) != 0 {
		e.Errorf("a new bucket has %q", got)
	}
	// No key is the folder of another, because not every system can store both.
	for _, key := range []string{"a/1", "a/2", "ab", "b"} {
		e.put(bucket, key, []byte(key))
	}
	for prefix, want := range map[string][]string{"": {"a/1", "a/2", "ab", "b"}, "a/": {"a/1", "a/2"}, "a": {"a/1", "a/2", "ab"}, "c": nil} {
		if got := e.keys(bucket, prefix); !slices.Equal(got, want) {
			e.Errorf("prefix %q: listed are %q, want %q", prefix, got, want)
		}
	}
	for _, o := range all(e, e.Driver.ListObjects(e.ctx, driver.ListObjectsRequest{Bucket: bucket, Prefix: "b"}), "ListObjects") {
		if o.Size != 1 || o.LastModified.IsZero() || !strings.HasPrefix(o.ETag, `"`) || !strings.HasSuffix(o.ETag, `"`) {
			e.Errorf("listed is %+v, want the size 1, a time, and an ETag in quotation marks", o)
		}
	}
}

const (
	// pageKeys is more than S3 lists or deletes in one request.
	pageKeys = driver.MaxDeleteObjects + 5
	// pageWorkers is the number of concurrent uploads.
	pageWorkers = 8
)

func objectPages(e *env) {
	bucket := e.newBucket()
	var workers errgroup.Group
	workers.SetLimit(pageWorkers)
	for i := range pageKeys {
		workers.Go(func() error {
			_, err := e.Driver.PutObject(e.ctx, driver.PutObjectRequest{Bucket: bucket, Key: fmt.Sprintf("%05d", i), Body: strings.NewReader("x")})
			return err
		})
	}
	e.ok(workers.Wait(), "PutObject")
	keys := e.keys(bucket, "")
	if len(slices.Compact(keys)) != pageKeys {
		e.Errorf("listed are %d keys, want %d", len(keys), pageKeys)
	}
	seen := 0
	for _, err := range e.Driver.ListObjects(e.ctx, driver.ListObjectsRequest{Bucket: bucket}) {
		e.ok(err, "ListObjects")
		if seen++; seen == 3 {
			break
		}
	}
	response, err := e.Driver.DeleteObjects(e.ctx, driver.DeleteObjectsRequest{Bucket: bucket, Keys: keys[:driver.MaxDeleteObjects]})
	e.ok(err, "DeleteObjects of %d keys", driver.MaxDeleteObjects)
	if len(response.Deleted) != driver.MaxDeleteObjects {
		e.Errorf("deleted are %d keys, want %d; failed: %v", len(response.Deleted), driver.MaxDeleteObjects, response.Failed)
	}
}

func objectMissing(e *env) {
	bucket := e.newBucket()
	_, err := e.Driver.HeadObject(e.ctx, driver.HeadObjectRequest{Bucket: bucket, Key: "missing"})
	e.want(err, fault.NotFound, "HeadObject")
	_, err = e.Driver.GetObject(e.ctx, driver.GetObjectRequest{Bucket: bucket, Key: "missing", Body: io.Discard})
	e.want(err, fault.NotFound, "GetObject")
}

func objectsOfNothing(e *env) {
	bucket := e.name("b")
	wantListing(e, e.Driver.ListObjects(e.ctx, driver.ListObjectsRequest{Bucket: bucket}), fault.NotFound, "ListObjects")
	_, err := e.Driver.HeadObject(e.ctx, driver.HeadObjectRequest{Bucket: bucket, Key: "key"})
	e.want(err, fault.NotFound, "HeadObject")
	_, err = e.Driver.GetObject(e.ctx, driver.GetObjectRequest{Bucket: bucket, Key: "key", Body: io.Discard})
	e.want(err, fault.NotFound, "GetObject")
	_, err = e.Driver.PutObject(e.ctx, driver.PutObjectRequest{Bucket: bucket, Key: "key", Body: strings.NewReader("x")})
	e.want(err, fault.NotFound, "PutObject")
	_, err = e.Driver.DeleteObjects(e.ctx, driver.DeleteObjectsRequest{Bucket: bucket, Keys: []string{"key"}})
	e.want(err, fault.NotFound, "DeleteObjects")
}

func objectsAreGone(e *env) {
	bucket := e.newBucket()
	for _, key := range []string{"a", "b", "c"} {
		e.put(bucket, key, []byte(key))
	}
	response, err := e.Driver.DeleteObjects(e.ctx, driver.DeleteObjectsRequest{Bucket: bucket, Keys: []string{"a", "missing", "c"}})
	e.ok(err, "DeleteObjects")
	slices.Sort(response.Deleted)
	if !slices.Equal(response.Deleted, []string{"a", "c", "missing"}) || len(response.Failed) != 0 {
		e.Errorf("deleted are %q, failed %v", response.Deleted, response.Failed)
	}
	if got := e.keys(bucket, ""); !slices.Equal(got, []string{"b"}) {
		e.Errorf("left are %q, want b", got)
	}
}
