//go:build systems

package aws

import (
	"context"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
)

const partSize = transfer.PartSize

// large is three parts and a piece.
const large = 3*partSize + 12345

// randomBytes are the same for the same seed.
func randomBytes(seed byte, size int64) io.Reader {
	return io.LimitReader(rand.NewChaCha8([32]byte{seed}), size)
}

func digest(t *testing.T, r io.Reader) [32]byte {
	t.Helper()
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		t.Fatal(err)
	}
	return [32]byte(h.Sum(nil))
}

// newBucket makes a bucket that is empty and gone after the test.
func newBucket(t *testing.T, d driver.Driver) string {
	t.Helper()
	name := "transfer-" + strings.ToLower(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, t.Name()))
	name = name[:min(len(name), 60)]
	if err := d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: name}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx := context.Background()
		for object, err := range d.ListObjects(ctx, driver.ListObjectsRequest{Bucket: name}) {
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := d.DeleteObjects(ctx, driver.DeleteObjectsRequest{Bucket: name, Keys: []string{object.Key}}); err != nil {
				t.Error(err)
			}
		}
		if err := d.DeleteBucket(ctx, driver.DeleteBucketRequest{Bucket: name}); err != nil {
			t.Error(err)
		}
	})
	return name
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, e := range entries {
		found = append(found, e.Name())
	}
	return found
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

type callReader func()

func (r callReader) Read([]byte) (int, error) {
	r()
	return 0, io.EOF
}

// heapWatch remembers how much was in use while bytes went by.
type heapWatch struct {
	bytes int64
	most  uint64
}

func (w *heapWatch) Write(p []byte) (int, error) {
	before := w.bytes / partSize
	w.bytes += int64(len(p))
	if w.bytes/partSize != before {
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		w.most = max(w.most, stats.HeapAlloc)
	}
	return len(p), nil
}
