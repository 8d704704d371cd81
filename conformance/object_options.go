package conformance

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// looker is an ObjectClient that tells the headers of an object.
type looker interface {
	Head(ctx context.Context, bucket, key string) (http.Header, error)
}

func objectOptionChecks() []Check {
	with := func(c driver.Capability) []driver.Capability { return []driver.Capability{driver.CapObjects, c} }
	return []Check{
		{Name: "an object keeps its cache control and metadata", Requires: with(driver.CapObjectMetadata), run: metadataIsKept},
		{Name: "an object is public if its ACL says so, and else not", Requires: with(driver.CapObjectACL), Rules: []Rule{RuleObjectACLs}, run: aclIsEnforced},
		{Name: "an object has the storage class that it was put with, or is refused", Requires: with(driver.CapObjectStorageClass), Rules: []Rule{RuleStorageClasses}, run: storageClassIsKept},
	}
}

// Head sends a HEAD request.
func (c minioClient) Head(ctx context.Context, bucket, key string) (http.Header, error) {
	answer, err := c.Do(ctx, Request{Method: http.MethodHead, Bucket: bucket, Key: key})
	if err == nil && answer.Status != http.StatusOK {
		err = fault.New(fault.Unknown, "the independent client: status %d", answer.Status)
	}
	return answer.Header, err
}

// headers are the headers of an object, as an independent client has them.
func (e *env) headers(bucket, key string) http.Header {
	e.Helper()
	client, can := e.client(e.Harness.Config.Credentials).(looker)
	if !can {
		e.Unsupported("the harness has no client that tells the headers of an object")
	}
	header, err := client.Head(e.ctx, bucket, key)
	e.ok(err, "the independent client's HEAD")
	return header
}

// metadataIsKept tries an object of one request, one of several parts, and one after it that has none. A system may change some names; its
// backend refuses them.
func metadataIsKept(e *env) {
	bucket := e.newBucket()
	options := driver.ObjectOptions{CacheControl: "max-age=60, must-revalidate", Metadata: map[string]string{"author": "ann", "x-y": "a = b; \"c\""}}
	for key, size := range map[string]int{"small": 1, "large": transfer.PartSize + 1} {
		_, err := e.Driver.PutObject(e.ctx, driver.PutObjectRequest{Bucket: bucket, Key: key, Body: onlyReader{bytes.NewReader(make([]byte, size))}, ObjectOptions: options})
		e.ok(err, "PutObject of a %s object", key)
		header := e.headers(bucket, key)
		if got := header.Get("Cache-Control"); got != options.CacheControl {
			e.Errorf("%s: the cache control is %q, want %q", key, got, options.CacheControl)
		}
		for name, want := range options.Metadata {
			if got := header.Get("X-Amz-Meta-" + name); got != want {
				e.Errorf("%s: the metadata %s is %q, want %q", key, name, got, want)
			}
		}
		_, err = e.Driver.PutObject(e.ctx, driver.PutObjectRequest{
			Bucket: bucket, Key: key + "_", Body: bytes.NewReader(nil), ObjectOptions: driver.ObjectOptions{Metadata: map[string]string{"x_y": "z"}},
		})
		if !errors.Is(err, fault.InvalidArgument) {
			e.ok(err, "PutObject with a name of metadata that has an underscore")
			if got := e.headers(bucket, key+"_"); got.Get("X-Amz-Meta-X_y") != "z" {
				e.Errorf("%s: the metadata x_y is lost: %v", key, got)
			}
		}
		e.put(bucket, key, []byte("plain"))
		if header = e.headers(bucket, key); header.Get("Cache-Control") == options.CacheControl || header.Get("X-Amz-Meta-Author") != "" {
			e.Errorf("%s: what was said of the former object is said of the next one: %v", key, header)
		}
	}
}

// aclIsEnforced asks without credentials. A system may have switched ACLs off, but it must say so.
func aclIsEnforced(e *env) {
	bucket, anybody := e.newBucket(), e.client(nil)
	for key, size := range map[string]int{"small": 1, "large": transfer.PartSize + 1} {
		for acl, public := range map[string]bool{"private": false, "public-read": true} {
			_, err := e.Driver.PutObject(e.ctx, driver.PutObjectRequest{
				Bucket: bucket, Key: key + acl, Body: onlyReader{bytes.NewReader(make([]byte, size))}, ObjectOptions: driver.ObjectOptions{ACL: acl},
			})
			if errors.Is(err, fault.InvalidArgument) || errors.Is(err, fault.FailedPrecondition) || errors.Is(err, fault.PermissionDenied) {
				e.Unsupported("objects have no ACLs here: %v", err)
			}
			e.ok(err, "PutObject with the ACL %s", acl)
			if _, err = anybody.Get(e.ctx, bucket, key+acl); (err == nil) != public {
				e.Errorf("a %s object with the ACL %s, read without credentials: %v", key, acl, err)
			}
		}
	}
}

func storageClassIsKept(e *env) {
	bucket := e.newBucket()
	for key, size := range map[string]int{"small": 1, "large": transfer.PartSize + 1} {
		for _, class := range []string{"STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA"} {
			_, err := e.Driver.PutObject(e.ctx, driver.PutObjectRequest{
				Bucket: bucket, Key: key + class, Body: onlyReader{bytes.NewReader(make([]byte, size))}, ObjectOptions: driver.ObjectOptions{StorageClass: class},
			})
			if class != "STANDARD" && errors.Is(err, fault.InvalidArgument) {
				continue
			}
			e.ok(err, "PutObject with the storage class %s", class)
			if got := e.headers(bucket, key+class).Get("X-Amz-Storage-Class"); got != class && (got != "" || class != "STANDARD") {
				e.Errorf("a %s object with the storage class %s: it is %q", key, class, got)
			}
		}
	}
}
