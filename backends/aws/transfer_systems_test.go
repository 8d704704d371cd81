//go:build systems

package aws

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// TestTransfers moves objects of sizes around the bounds of a part, each way there is.
func TestTransfers(t *testing.T) {
	d := openOn(t, systems.Sandbox(t))
	bucket := newBucket(t, d)
	for i, size := range []int64{0, 1, partSize - 1, partSize, partSize + 1, 2 * partSize, large} {
		want := digest(t, randomBytes(byte(i), size))
		dir := t.TempDir()
		source := filepath.Join(dir, "source")
		file, err := os.Create(source)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(file, randomBytes(byte(i), size)); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		var told atomic.Int64
		progress := func(n int64) { told.Add(n) }
		put, err := d.PutObject(t.Context(), driver.PutObjectRequest{Bucket: bucket, Key: "path", Path: source, ContentType: "text/x-test", Progress: progress})
		if err != nil || put.Size != size || told.Swap(0) != size {
			t.Fatalf("%d: put by path: %+v %v", size, put, err)
		}
		put, err = d.PutObject(t.Context(), driver.PutObjectRequest{Bucket: bucket, Key: "body", Body: randomBytes(byte(i), size), Progress: progress})
		if err != nil || put.Size != size || told.Swap(0) != size {
			t.Fatalf("%d: put by body: %+v %v", size, put, err)
		}
		target := filepath.Join(dir, "target")
		got, err := d.GetObject(t.Context(), driver.GetObjectRequest{Bucket: bucket, Key: "body", Path: target, Progress: progress})
		if err != nil || got.Size != size || told.Swap(0) != size || got.ETag == "" {
			t.Fatalf("%d: get by path: %+v %v", size, got, err)
		}
		arrived, err := os.Open(target)
		if err != nil {
			t.Fatal(err)
		}
		if digest(t, arrived) != want {
			t.Errorf("%d: the file is not what was put", size)
		}
		_ = arrived.Close()
		hash := sha256.New()
		got, err = d.GetObject(t.Context(), driver.GetObjectRequest{Bucket: bucket, Key: "path", Body: hash, Progress: progress})
		if err != nil || got.Size != size || told.Swap(0) != size || got.ContentType != "text/x-test" {
			t.Fatalf("%d: get by body: %+v %v", size, got, err)
		}
		if [32]byte(hash.Sum(nil)) != want {
			t.Errorf("%d: the stream is not what was put", size)
		}
		if found := files(t, dir); len(found) != 2 {
			t.Errorf("%d: left %v", size, found)
		}
	}
}

// TestFailedDownloads leave the file as it was and nothing beside it.
func TestFailedDownloads(t *testing.T) {
	s, proxy := systems.Behind(t, systems.Sandbox(t))
	d := openOn(t, s)
	bucket := newBucket(t, d)
	if _, err := d.PutObject(t.Context(), driver.PutObjectRequest{Bucket: bucket, Key: "k", Body: randomBytes(1, large)}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	changed := func(n int, _ systems.Request) systems.Action {
		if n == 2 {
			other := openOn(t, systems.Sandbox(t))
			if _, err := other.PutObject(context.Background(), driver.PutObjectRequest{Bucket: bucket, Key: "k", Body: randomBytes(2, large)}); err != nil {
				t.Error(err)
			}
		}
		return systems.Pass
	}
	for _, c := range []struct {
		name   string
		ctx    context.Context
		decide func(int, systems.Request) systems.Action
		want   fault.Code
	}{
		{"denied", t.Context(), func(n int, _ systems.Request) systems.Action {
			return []systems.Action{systems.Pass, systems.Deny}[min(n-1, 1)]
		}, fault.PermissionDenied},
		{"changed", t.Context(), changed, fault.Aborted},
		{"canceled", ctx, func(n int, _ systems.Request) systems.Action {
			if n == 2 {
				cancel()
			}
			return []systems.Action{systems.Pass, systems.Hang}[min(n-1, 1)]
		}, fault.Canceled},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			target := filepath.Join(dir, "target")
			if err := os.WriteFile(target, []byte("old"), 0o640); err != nil {
				t.Fatal(err)
			}
			proxy.Reset(c.decide)
			_, err := d.GetObject(c.ctx, driver.GetObjectRequest{Bucket: bucket, Key: "k", Path: target})
			proxy.Reset(nil)
			wantCode(t, err, c.want)
			content, err := os.ReadFile(target)
			if err != nil || string(content) != "old" || len(files(t, dir)) != 1 {
				t.Errorf("left %q %v %v", content, err, files(t, dir))
			}
		})
	}
}

// TestFileModes: a new file has the mode of any new file, a replaced one keeps its own.
func TestFileModes(t *testing.T) {
	d := openOn(t, systems.Sandbox(t))
	bucket := newBucket(t, d)
	if _, err := d.PutObject(t.Context(), driver.PutObjectRequest{Bucket: bucket, Key: "k", Body: strings.NewReader("x")}); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	plain, kept := filepath.Join(dir, "plain"), filepath.Join(dir, "kept")
	if err := os.WriteFile(kept, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	mask := syscall.Umask(0o027)
	defer syscall.Umask(mask)
	for path, want := range map[string]os.FileMode{plain: 0o640, kept: 0o600} {
		if _, err := d.GetObject(t.Context(), driver.GetObjectRequest{Bucket: bucket, Key: "k", Path: path}); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode() != want {
			t.Errorf("%s: %v %v, want %v", path, info.Mode(), err, want)
		}
	}
	_, err := d.GetObject(t.Context(), driver.GetObjectRequest{Bucket: bucket, Key: "k", Path: dir})
	wantCode(t, err, fault.InvalidArgument)
	_, err = d.PutObject(t.Context(), driver.PutObjectRequest{Bucket: bucket, Key: "k", Path: dir})
	wantCode(t, err, fault.InvalidArgument)
}

// TestFailedUploads remove their parts, or name what they could not remove.
func TestFailedUploads(t *testing.T) {
	s, proxy := systems.Behind(t, systems.Sandbox(t))
	d := openOn(t, s)
	bucket := newBucket(t, d)
	partsDenied := func(alsoAbort bool) func(int, systems.Request) systems.Action {
		return func(_ int, r systems.Request) systems.Action {
			if r.Method == http.MethodPut && strings.Contains(r.Query, "partNumber=2") || alsoAbort && r.Method == http.MethodDelete {
				return systems.Deny
			}
			return systems.Pass
		}
	}
	put := driver.PutObjectRequest{Bucket: bucket, Key: "big key", Body: randomBytes(1, large)}
	proxy.Reset(partsDenied(false))
	_, err := d.PutObject(t.Context(), put)
	wantCode(t, err, fault.PermissionDenied)
	aborted := false
	for _, r := range proxy.Seen() {
		aborted = aborted || r.Method == http.MethodDelete && strings.Contains(r.Query, "uploadId=")
	}
	if !aborted || strings.Contains(err.Error(), "left in the bucket") {
		t.Errorf("aborted %v: %v", aborted, err)
	}
	proxy.Reset(partsDenied(true))
	put.Body = randomBytes(1, large)
	_, err = d.PutObject(t.Context(), put)
	proxy.Reset(nil)
	wantCode(t, err, fault.PermissionDenied)
	if !strings.Contains(err.Error(), "parts of it are left") || !strings.Contains(err.Error(), `"big key"`) {
		t.Errorf("%v does not name what is left", err)
	}
	_, err = d.HeadObject(t.Context(), driver.HeadObjectRequest{Bucket: bucket, Key: "big key"})
	wantCode(t, err, fault.NotFound)
}

// TestUploadEndsWithItsInput: an input that fails or never comes ends the upload, and nothing is stored.
func TestUploadEndsWithItsInput(t *testing.T) {
	d := openOn(t, systems.Sandbox(t))
	bucket := newBucket(t, d)
	broken := io.MultiReader(randomBytes(1, large), errorReader{errors.New("tape torn")})
	_, err := d.PutObject(t.Context(), driver.PutObjectRequest{Bucket: bucket, Key: "k", Body: broken})
	wantCode(t, err, fault.InvalidArgument)
	silent, end := io.Pipe()
	defer end.Close()
	ctx, cancel := context.WithCancel(t.Context())
	body := io.MultiReader(randomBytes(1, partSize+1), callReader(cancel), silent)
	_, err = d.PutObject(ctx, driver.PutObjectRequest{Bucket: bucket, Key: "k", Body: body})
	wantCode(t, err, fault.Canceled)
	_, err = d.HeadObject(t.Context(), driver.HeadObjectRequest{Bucket: bucket, Key: "k"})
	wantCode(t, err, fault.NotFound)
}

// TestMemoryDoesNotGrow moves a stream much larger than what may be held of it.
func TestMemoryDoesNotGrow(t *testing.T) {
	const size, most = 24 * partSize, 14 * partSize
	d := openOn(t, systems.Sandbox(t))
	bucket := newBucket(t, d)
	watch := &heapWatch{}
	if _, err := d.PutObject(t.Context(), driver.PutObjectRequest{Bucket: bucket, Key: "k", Body: io.TeeReader(randomBytes(1, size), watch)}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.GetObject(t.Context(), driver.GetObjectRequest{Bucket: bucket, Key: "k", Body: watch}); err != nil {
		t.Fatal(err)
	}
	if watch.most > most {
		t.Errorf("%d MiB were held of %d", watch.most>>20, size>>20)
	}
}
