//go:build systems

package minio_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// makeBucket makes a bucket that is emptied and deleted at the end of the test.
func makeBucket(t *testing.T, d driver.Driver, name string) string {
	t.Helper()
	must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: name}))
	t.Cleanup(func() {
		ctx := context.Background()
		var keys []string
		for object, err := range d.ListObjects(ctx, driver.ListObjectsRequest{Bucket: name}) {
			must(t, err)
			keys = append(keys, object.Key)
		}
		must(t, second(d.DeleteObjects(ctx, driver.DeleteObjectsRequest{Bucket: name, Keys: keys})))
		must(t, d.DeleteBucket(ctx, driver.DeleteBucketRequest{Bucket: name}))
	})
	return name
}

func TestTransfersOfEverySize(t *testing.T) {
	s := systems.MinIO(t)
	d := open(t, s, root(s))
	bucket := makeBucket(t, d, "transfers")
	dir := t.TempDir()
	for _, size := range []int{0, 1, 16 << 20, 16<<20 + 1, 70 << 20} {
		data := make([]byte, size)
		_, _ = rand.Read(data)
		from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
		must(t, os.WriteFile(from, data, 0o600))
		for _, put := range []driver.PutObjectRequest{{Path: from}, {Body: struct{ io.Reader }{bytes.NewReader(data)}}} {
			put.Bucket, put.Key, put.ContentType = bucket, "k", "text/x-test"
			must(t, second(d.PutObject(t.Context(), put)))
			var streamed bytes.Buffer
			must(t, second(d.GetObject(t.Context(), driver.GetObjectRequest{Bucket: bucket, Key: "k", Body: &streamed})))
			detail, err := d.GetObject(t.Context(), driver.GetObjectRequest{Bucket: bucket, Key: "k", Path: to})
			must(t, err)
			got, err := os.ReadFile(to)
			must(t, err)
			if !bytes.Equal(got, data) || !bytes.Equal(streamed.Bytes(), data) || detail.ContentType != "text/x-test" || !strings.HasPrefix(detail.ETag, `"`) {
				t.Fatalf("%d bytes came back as %d and %d: %+v", size, len(got), streamed.Len(), detail)
			}
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("left over: %v", entries)
	}
}

func TestACanceledUploadEndsAndLeavesNothing(t *testing.T) {
	s := systems.MinIO(t)
	d := open(t, s, root(s))
	bucket := makeBucket(t, d, "canceled")
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	defer writer.Close()
	go func() {
		_, _ = writer.Write(make([]byte, 40<<20))
		cancel()
	}()
	err := second(d.PutObject(ctx, driver.PutObjectRequest{Bucket: bucket, Key: "k", Body: reader}))
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	for upload := range independent(t, s, root(s)).ListIncompleteUploads(t.Context(), bucket, "", true) {
		t.Errorf("left over: %+v", upload)
	}
}

func TestAnUploadThatCannotBeAbortedSaysSo(t *testing.T) {
	s := systems.MinIO(t)
	d := open(t, s, root(s))
	bucket := makeBucket(t, d, "leftovers")
	user := makeUser(t, d, "uploader")
	must(t, d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: user, Name: "p",
		Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::leftovers/*"}]}`}))
	body := io.MultiReader(bytes.NewReader(make([]byte, 40<<20)), failing{})
	err := second(open(t, s, keyOf(t, d, "uploader")).PutObject(t.Context(), driver.PutObjectRequest{Bucket: bucket, Key: "k", Body: body}))
	if err == nil || !strings.Contains(err.Error(), "s3:AbortMultipartUpload") {
		t.Fatalf("got %v", err)
	}
	must(t, independent(t, s, root(s)).RemoveIncompleteUpload(t.Context(), bucket, "k"))
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the pipe broke") }

func TestDeletingOddKeys(t *testing.T) {
	s := systems.MinIO(t)
	d := open(t, s, root(s))
	bucket := makeBucket(t, d, "odd-keys")
	keys := []string{" leading", "trailing ", "a&b<c>", "new\nline", "tab\t", "bell\x07", "cr\r", "ü/é", "100%", "a+b", "\"quoted\""}
	for _, key := range keys {
		must(t, second(d.PutObject(t.Context(), driver.PutObjectRequest{Bucket: bucket, Key: key, Body: strings.NewReader("x")})))
	}
	var listed []string
	for object, err := range d.ListObjects(t.Context(), driver.ListObjectsRequest{Bucket: bucket}) {
		must(t, err)
		listed = append(listed, object.Key)
	}
	slices.Sort(keys)
	slices.Sort(listed)
	if !slices.Equal(keys, listed) {
		t.Errorf("put %q, listed %q", keys, listed)
	}
	done, err := d.DeleteObjects(t.Context(), driver.DeleteObjectsRequest{Bucket: bucket, Keys: append(keys, "never-there")})
	must(t, err)
	if len(done.Failed) > 0 || len(done.Deleted) != len(keys)+1 {
		t.Errorf("%+v", done)
	}
	err = second(d.DeleteObjects(t.Context(), driver.DeleteObjectsRequest{Bucket: "no-such-bucket-here", Keys: []string{"k"}}))
	if !errors.Is(err, fault.NotFound) {
		t.Errorf("no bucket: %v", err)
	}
}
