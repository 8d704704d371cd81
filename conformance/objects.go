package conformance

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

func objectChecks() []Check {
	objects := []driver.Capability{driver.CapObjects}
	return []Check{
		{Name: "an object is read as it was put", Requires: objects, together: true, run: objectIsThere},
		{Name: "an object is replaced as a whole", Requires: objects, run: objectIsReplaced},
		{Name: "an empty object is an object", Requires: objects, run: objectIsEmpty},
		{Name: "keys are used byte for byte", Requires: objects, run: objectKeys},
		{Name: "a listing has what starts with the prefix, each once", Requires: objects, together: true, run: objectsAreListed},
		{Name: "an object that is missing is not found", Requires: objects, run: objectMissing},
		{Name: "objects of a bucket that is missing are not found", Requires: objects, run: objectsOfNothing},
		{Name: "objects that were deleted are gone", Requires: objects, together: true, run: objectsAreGone},
		{Name: "deleting a key deletes no key below or beside it", Requires: objects, run: objectsBesideStay},
		{Name: "a listing says of an object what the object says", Requires: objects, run: listingSaysTheSame},
		{Name: "two buckets have objects of the same key", Requires: objects, run: bucketsAreApart},
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
	if !bytes.Equal(got.Bytes(), data) {
		e.Errorf("got %q, want %q", got.Bytes(), data)
	}
	if detail != head {
		e.Errorf("GetObject says %+v, HeadObject %+v", detail, head)
	}
	e.isNow(head.LastModified, "the object was stored")
}

func objectIsReplaced(e *env) {
	bucket := e.newBucket()
	former := e.put(bucket, "key", []byte("a longer first version"))
	if got := e.get(bucket, "key"); string(got) != "a longer first version" {
		e.Errorf("got %q", got)
	}
	e.put(bucket, "key", []byte("second"))
	head, err := e.Driver.HeadObject(e.ctx, driver.HeadObjectRequest{Bucket: bucket, Key: "key"})
	e.ok(err, "HeadObject")
	if head.Size != int64(len("second")) || head.ETag == former.ETag {
		e.Errorf("HeadObject says %+v, and of the former object %+v", head, former)
	}
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
		"a b", " leading", "trailing ", "plus+plus", "a%20b", "a+b", "percent%20percent", "100%", "quote'\"quote", "and&and", "equal=equal", "hash#hash", "question?mark",
		"ünï-cödé", "e\u0301 in two characters", "\u00e9 in one character", "日本", "😀", "tilde~", "(brackets)[x]{y}", "semi;colon:", "at@comma,", "dollar$", "UPPER", "upper", "folder/sub/file.txt", "<xml>",
		strings.Repeat("long", 50) + "1", strings.Repeat("long", 50) + "2",
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
	for _, prefix := range append(oddKeys(), "") {
		begin := slices.DeleteFunc(slices.Clone(want), func(key string) bool { return !strings.HasPrefix(key, prefix) })
		if got := e.keys(bucket, prefix); !slices.Equal(got, begin) {
			e.Errorf("prefix %q: listed are\n%q\nwant\n%q", prefix, got, begin)
		}
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
	for prefix, want := range map[string][]string{"": {"a/1", "a/2", "ab", "b"}, "a/": {"a/1", "a/2"}, "a": {"a/1", "a/2", "ab"}, "a/1": {"a/1"}, "A": nil, "c": nil} {
		if got := e.keys(bucket, prefix); !slices.Equal(got, want) {
			e.Errorf("prefix %q: listed are %q, want %q", prefix, got, want)
		}
	}
}

func listingSaysTheSame(e *env) {
	bucket := e.newBucket()
	for i, key := range []string{"a", "b", "c"} {
		e.put(bucket, key, text(i+1))
	}
	for _, o := range all(e, e.Driver.ListObjects(e.ctx, driver.ListObjectsRequest{Bucket: bucket}), "ListObjects") {
		head, err := e.Driver.HeadObject(e.ctx, driver.HeadObjectRequest{Bucket: bucket, Key: o.Key})
		e.ok(err, "HeadObject(%s)", o.Key)
		// A header has no parts of a second.
		if apart := o.LastModified.Sub(head.LastModified).Abs(); o.Size != head.Size || o.ETag != head.ETag || apart >= time.Second {
			e.Errorf("listed is %+v, HeadObject says %+v", o, head)
		}
		if !strings.HasPrefix(o.ETag, `"`) || !strings.HasSuffix(o.ETag, `"`) || len(o.ETag) < 3 {
			e.Errorf("the ETag of %s is %s, want it in quotation marks", o.Key, o.ETag)
		}
	}
}

func bucketsAreApart(e *env) {
	one, two := e.newBucket(), e.newBucket()
	e.put(one, "key", []byte(one))
	e.put(two, "key", []byte(two))
	if got := e.get(one, "key"); string(got) != one {
		e.Errorf("got %q, want %q", got, one)
	}
	e.deleteKeys(one, []string{"key"})
	if got := e.keys(two, ""); !slices.Equal(got, []string{"key"}) {
		e.Errorf("the other bucket has %q, want key", got)
	}
}

// objectsBesideStay deletes keys that are the beginning of others. Not every system can store both, but each can be told to
// delete a key that is not there.
func objectsBesideStay(e *env) {
	bucket := e.newBucket()
	want := []string{"a/b", "a/c/d", "ab", "b"}
	for _, key := range want {
		e.put(bucket, key, []byte(key))
	}
	e.deleteKeys(bucket, []string{"a", "a/c", "A/b", "*"})
	// A system that keeps objects as files may refuse the name of a folder.
	_, err := e.Driver.DeleteObjects(e.ctx, driver.DeleteObjectsRequest{Bucket: bucket, Keys: []string{"a/"}})
	e.ok(err, "DeleteObjects of a/")
	if got := e.keys(bucket, ""); !slices.Equal(got, want) {
		e.Errorf("left are %q, want %q", got, want)
	}
	e.deleteKeys(bucket, []string{"a/b"})
	if got := e.keys(bucket, ""); !slices.Equal(got, want[1:]) {
		e.Errorf("left are %q, want %q", got, want[1:])
	}
}

func objectMissing(e *env) {
	bucket := e.newBucket()
	e.put(bucket, "folder/key", []byte("data"))
	for _, key := range []string{"missing", "folder"} {
		_, err := e.Driver.HeadObject(e.ctx, driver.HeadObjectRequest{Bucket: bucket, Key: key})
		e.want(err, fault.NotFound, "HeadObject(%s)", key)
		_, err = e.Driver.GetObject(e.ctx, driver.GetObjectRequest{Bucket: bucket, Key: key, Body: io.Discard})
		e.want(err, fault.NotFound, "GetObject(%s)", key)
	}
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
