package bulk_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/bulk"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

const bucket = "my-bucket"

// hooked is a driver whose object methods can be looked at and made to fail.
type hooked struct {
	driver.Driver
	// before is called before each method; if it returns an error, that is what the method returns.
	before func(ctx context.Context, method, key string) error

	mu    sync.Mutex
	calls map[string][]string
}

func (h *hooked) enter(ctx context.Context, method, key string) error {
	h.mu.Lock()
	h.calls[method] = append(h.calls[method], key)
	h.mu.Unlock()
	if h.before == nil {
		return nil
	}
	return h.before(ctx, method, key)
}

// called returns the keys that a method was called for since the last time, sorted.
func (h *hooked) called(method string) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	keys := h.calls[method]
	delete(h.calls, method)
	slices.Sort(keys)
	return keys
}

func (h *hooked) HeadObject(ctx context.Context, req driver.HeadObjectRequest) (driver.ObjectDetail, error) {
	if err := h.enter(ctx, "Head", req.Key); err != nil {
		return driver.ObjectDetail{}, err
	}
	return h.Driver.HeadObject(ctx, req)
}

func (h *hooked) PutObject(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	if err := h.enter(ctx, "Put", req.Key); err != nil {
		return driver.ObjectDetail{}, err
	}
	return h.Driver.PutObject(ctx, req)
}

func (h *hooked) GetObject(ctx context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
	if err := h.enter(ctx, "Get", req.Key); err != nil {
		return driver.ObjectDetail{}, err
	}
	return h.Driver.GetObject(ctx, req)
}

func (h *hooked) DeleteObjects(ctx context.Context, req driver.DeleteObjectsRequest) (driver.DeleteObjectsResponse, error) {
	if err := h.enter(ctx, "Delete", fmt.Sprint(len(req.Keys))); err != nil {
		return driver.DeleteObjectsResponse{}, err
	}
	return h.Driver.DeleteObjects(ctx, req)
}

func (h *hooked) ListObjects(ctx context.Context, req driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
	return func(yield func(driver.ObjectInfo, error) bool) {
		for info, err := range h.Driver.ListObjects(ctx, req) {
			if err == nil {
				err = h.enter(ctx, "List", info.Key)
			}
			if !yield(info, err) || err != nil {
				return
			}
		}
	}
}

// start returns an engine on a system with one bucket, and what its driver is hooked to.
func start(t *testing.T) (*core.Engine, *hooked) {
	t.Helper()
	h := &hooked{Driver: openMemory(t), calls: map[string][]string{}}
	engine := engineOn(t, h)
	if err := engine.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: bucket}); err != nil {
		t.Fatal(err)
	}
	return engine, h
}

// store puts objects into the bucket, each with its key as content; those that mark folders are empty.
func store(t *testing.T, engine *core.Engine, keys ...string) {
	t.Helper()
	for _, key := range keys {
		content := key
		if strings.HasSuffix(key, "/") {
			content = ""
		}
		storeContent(t, engine, key, content)
	}
}

// keys returns the keys of the bucket.
func keys(t *testing.T, engine *core.Engine) []string {
	t.Helper()
	var all []string
	for info, err := range engine.ListObjects(t.Context(), driver.ListObjectsRequest{Bucket: bucket}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, info.Key)
	}
	slices.Sort(all)
	return all
}

// write makes files in a new current folder, each with its name as content.
func write(t *testing.T, names ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, name := range names {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(name), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// below returns what is in a folder: files with their content, folders with a slash.
func below(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name := strings.TrimPrefix(filepath.ToSlash(path), dir+"/")
		if e.IsDir() {
			all = append(all, name+"/")
			return nil
		}
		content, err := os.ReadFile(path)
		all = append(all, name+"="+string(content))
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return all
}

func put(t *testing.T, engine *core.Engine, options bulk.Options, paths ...string) (bulk.Summary, error) {
	t.Helper()
	files, err := bulk.FindFiles(t.Context(), paths, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	return bulk.Put(t.Context(), engine, bucket, files, options)
}

// expect compares a summary.
func expect(t *testing.T, s bulk.Summary, err error, done, skipped int64, failures ...string) {
	t.Helper()
	if err != nil {
		t.Errorf("error: %v", err)
	}
	if s.Done != done || s.Skipped != skipped {
		t.Errorf("%d done and %d skipped, want %d and %d", s.Done, s.Skipped, done, skipped)
	}
	var names []string
	for _, f := range s.Failures {
		names = append(names, f.Name)
	}
	if !slices.Equal(names, failures) {
		t.Errorf("failures are %q, want %q: %v", names, failures, s.Failures)
	}
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// sums is a progress that adds up.
type sums struct{ total, moved atomic.Int64 }

func (s *sums) Grow(n int64) { s.total.Add(n) }
func (s *sums) Add(n int64)  { s.moved.Add(n) }

func refuse(code fault.Code) error { return fault.New(code, "refused by the test") }

func engineOn(t *testing.T, d driver.Driver) *core.Engine {
	t.Helper()
	engine, err := core.New(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

func storeContent(t *testing.T, engine *core.Engine, key, content string) {
	t.Helper()
	if _, err := engine.PutObject(t.Context(), driver.PutObjectRequest{Bucket: bucket, Key: key, Body: strings.NewReader(content)}); err != nil {
		t.Fatal(err)
	}
}

func openMemory(t *testing.T) driver.Driver {
	t.Helper()
	system := memory.New(memory.Options{})
	root := system.Root()
	d, err := system.Open(t.Context(), driver.Config{Credentials: &root})
	if err != nil {
		t.Fatal(err)
	}
	return d
}
