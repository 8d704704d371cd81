package conformance

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// largeBytes is more than one part of 16 MiB, and no multiple of it.
const largeBytes = 17<<20 + 4321

func transferChecks() []Check {
	objects := []driver.Capability{driver.CapObjects}
	return []Check{
		{Name: "a large file goes up and down unchanged", Requires: objects, run: largeFile},
		{Name: "a large stream goes up and down in order", Requires: objects, run: largeStream},
		{Name: "a download that fails leaves the file as it was", Requires: objects, run: failedDownload},
		{Name: "a download into a folder that is missing makes nothing", Requires: objects, run: downloadNowhere},
		{Name: "a writer that fails ends the download", Requires: objects, run: failingWriter},
		{Name: "cancelling ends a download", Requires: objects, run: cancelledDownload},
		{Name: "an empty file goes up and down", Requires: objects, run: emptyFile},
		{Name: "a file that cannot be read is refused", Requires: objects, run: unreadableFile},
		{Name: "a stream that breaks off leaves the object as it was", Requires: objects, run: failedUpload},
	}
}

func largeFile(e *env) {
	bucket, data, folder := e.newBucket(), text(largeBytes), e.TempDir()
	from, to := filepath.Join(folder, "from"), filepath.Join(folder, "to")
	e.ok(os.WriteFile(from, data, 0o600), "writing a file")
	e.ok(os.WriteFile(to, []byte("former"), 0o600), "writing a file")
	var up, down atomic.Int64
	_, err := e.Driver.PutObject(e.ctx, driver.PutObjectRequest{Bucket: bucket, Key: "large", Path: from, ContentType: "text/x-large", Progress: func(n int64) { up.Add(n) }})
	e.ok(err, "PutObject of a file")
	detail, err := e.Driver.GetObject(e.ctx, driver.GetObjectRequest{Bucket: bucket, Key: "large", Path: to, Progress: func(n int64) { down.Add(n) }})
	e.ok(err, "GetObject to a file")
	if detail.ContentType != "text/x-large" {
		e.Errorf("the media type is %q, want text/x-large", detail.ContentType)
	}
	if detail.Size != largeBytes || up.Load() != largeBytes || down.Load() != largeBytes {
		e.Errorf("size %d, progress up %d and down %d, want %d", detail.Size, up.Load(), down.Load(), largeBytes)
	}
	got, err := os.ReadFile(to)
	e.ok(err, "reading the file")
	if !bytes.Equal(got, data) {
		e.Errorf("got %d bytes that differ from the %d that were put", len(got), len(data))
	}
	e.onlyFiles(folder, "from", "to")
}

// onlyFiles fails the check unless the folder contains exactly these files.
func (e *env) onlyFiles(folder string, names ...string) {
	e.Helper()
	entries, err := os.ReadDir(folder)
	e.ok(err, "reading the folder")
	if len(entries) != len(names) {
		e.Errorf("the folder has %v, want %v", entries, names)
	}
}

// onlyReader hides other methods of a reader, so that its size is unknown.
type onlyReader struct{ io.Reader }

func largeStream(e *env) {
	bucket, data := e.newBucket(), text(largeBytes)
	_, err := e.Driver.PutObject(e.ctx, driver.PutObjectRequest{Bucket: bucket, Key: "large", Body: onlyReader{bytes.NewReader(data)}})
	e.ok(err, "PutObject of a stream")
	if got := e.get(bucket, "large"); !bytes.Equal(got, data) {
		e.Errorf("got %d bytes that differ from the %d that were put", len(got), len(data))
	}
}

func failedDownload(e *env) {
	bucket, folder := e.newBucket(), e.TempDir()
	path := filepath.Join(folder, "file")
	e.ok(os.WriteFile(path, []byte("former"), 0o600), "writing a file")
	_, err := e.Driver.GetObject(e.ctx, driver.GetObjectRequest{Bucket: bucket, Key: "missing", Path: path})
	e.want(err, fault.NotFound, "GetObject of a missing object")
	if got, err := os.ReadFile(path); err != nil || string(got) != "former" {
		e.Errorf("the file has %q, %v, want what was in it before", got, err)
	}
	e.onlyFiles(folder, "file")
}

func downloadNowhere(e *env) {
	bucket, folder := e.newBucket(), e.TempDir()
	e.put(bucket, "key", []byte("data"))
	_, err := e.Driver.GetObject(e.ctx, driver.GetObjectRequest{Bucket: bucket, Key: "key", Path: filepath.Join(folder, "missing", "file")})
	if err == nil {
		e.Errorf("GetObject into a folder that does not exist succeeded")
	}
	e.onlyFiles(folder)
}

var errFull = errors.New("the disk is full")

type fullWriter struct{}

func (fullWriter) Write([]byte) (int, error) { return 0, errFull }

func failingWriter(e *env) {
	bucket := e.newBucket()
	e.put(bucket, "key", text(1<<20))
	if _, err := e.Driver.GetObject(e.ctx, driver.GetObjectRequest{Bucket: bucket, Key: "key", Body: fullWriter{}}); err == nil {
		e.Errorf("GetObject to a writer that fails succeeded")
	}
}

// cancellingWriter cancels the download that writes to it.
type cancellingWriter struct{ cancel context.CancelFunc }

func (w cancellingWriter) Write(p []byte) (int, error) {
	w.cancel()
	return len(p), nil
}

func cancelledDownload(e *env) {
	bucket := e.newBucket()
	e.put(bucket, "large", text(largeBytes))
	ctx, cancel := context.WithCancel(e.ctx)
	defer cancel()
	_, err := e.Driver.GetObject(ctx, driver.GetObjectRequest{Bucket: bucket, Key: "large", Body: cancellingWriter{cancel}})
	e.want(err, fault.Canceled, "GetObject that was cancelled")
}

func emptyFile(e *env) {
	bucket, folder := e.newBucket(), e.TempDir()
	from, to := filepath.Join(folder, "from"), filepath.Join(folder, "to")
	e.ok(os.WriteFile(from, nil, 0o600), "writing a file")
	_, err := e.Driver.PutObject(e.ctx, driver.PutObjectRequest{Bucket: bucket, Key: "empty", Path: from})
	e.ok(err, "PutObject of an empty file")
	_, err = e.Driver.GetObject(e.ctx, driver.GetObjectRequest{Bucket: bucket, Key: "empty", Path: to})
	e.ok(err, "GetObject to a file")
	if got, err := os.ReadFile(to); err != nil || len(got) != 0 {
		e.Errorf("the file has %q, %v, want it empty", got, err)
	}
	e.onlyFiles(folder, "from", "to")
}

func unreadableFile(e *env) {
	bucket, folder := e.newBucket(), e.TempDir()
	for what, path := range map[string]string{"a missing file": filepath.Join(folder, "missing"), "a folder": folder} {
		_, err := e.Driver.PutObject(e.ctx, driver.PutObjectRequest{Bucket: bucket, Key: "key", Path: path})
		e.want(err, fault.InvalidArgument, "PutObject of %s", what)
	}
	if got := e.keys(bucket, ""); len(got) != 0 {
		e.Errorf("there are %q", got)
	}
}

// brokenReader yields some bytes and then an error.
type brokenReader struct{ left int }

func (r *brokenReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n := min(len(p), r.left)
	r.left -= n
	return n, nil
}

func failedUpload(e *env) {
	bucket := e.newBucket()
	e.put(bucket, "key", []byte("former"))
	for _, size := range []int{10, largeBytes} {
		if _, err := e.Driver.PutObject(e.ctx, driver.PutObjectRequest{Bucket: bucket, Key: "key", Body: &brokenReader{size}}); err == nil {
			e.Errorf("PutObject of a stream that breaks off after %d bytes succeeded", size)
		}
		if got := e.get(bucket, "key"); string(got) != "former" {
			e.Errorf("the object has %d bytes, want what was in it before", len(got))
		}
	}
}
