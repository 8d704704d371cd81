package transfer_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// large is three parts and a piece.
const large = 3*transfer.PartSize + 12345

var content = sync.OnceValue(func() []byte {
	data := make([]byte, large)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(data)
	return data
})

// system answers requests for one object.
type system struct {
	data []byte
	// answer, if set, changes the answer to the n-th request, which counts from 1.
	answer func(n int, r transfer.Range, a *transfer.Answer) error

	mu       sync.Mutex
	requests []transfer.Range
	open     atomic.Int64
}

func (s *system) Open(_ context.Context, r transfer.Range) (*transfer.Answer, error) {
	s.mu.Lock()
	s.requests = append(s.requests, r)
	n := len(s.requests)
	s.mu.Unlock()
	size := int64(len(s.data))
	a := &transfer.Answer{Detail: driver.ObjectDetail{Size: size, ETag: `"first"`}}
	switch {
	case r.To > 0 && r.From >= size:
		return nil, &fault.Error{Code: fault.InvalidArgument, Message: "no range", Service: &fault.Service{HTTPStatus: http.StatusRequestedRangeNotSatisfiable}}
	case r.To > 0:
		a.ContentRange = fmt.Sprintf("bytes %d-%d/%d", r.From, size-1, size) // more than was asked for
	}
	a.Body = io.NopCloser(bytes.NewReader(s.data[r.From:]))
	if s.answer != nil {
		if err := s.answer(n, r, a); err != nil {
			return nil, err
		}
	}
	s.open.Add(1)
	a.Body = &body{ReadCloser: a.Body, open: &s.open}
	return a, nil
}

// body notes when it is closed.
type body struct {
	io.ReadCloser
	open *atomic.Int64
	once sync.Once
}

func (b *body) Close() error {
	b.once.Do(func() { b.open.Add(-1) })
	return b.ReadCloser.Close()
}

// download fetches into a file that has former content, or into a stream, and returns what arrived.
func (s *system) download(t *testing.T, toFile bool) ([]byte, error) {
	t.Helper()
	var told atomic.Int64
	var stream bytes.Buffer
	folder := t.TempDir()
	path := filepath.Join(folder, "file")
	req := driver.GetObjectRequest{Key: "k", Body: &stream, Progress: func(n int64) { told.Add(n) }}
	if toFile {
		req.Path, req.Body = path, nil
		if err := os.WriteFile(path, []byte("former"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	detail, err := transfer.Download(t.Context(), req, s.Open)
	arrived := stream.Bytes()
	if toFile {
		entries, _ := os.ReadDir(folder)
		file, readErr := os.ReadFile(path)
		if readErr != nil || len(entries) != 1 || err != nil && string(file) != "former" {
			t.Errorf("the folder has %v, the file %d bytes, %v", entries, len(file), readErr)
		}
		arrived = file
	}
	if err == nil && (detail.Size != int64(len(s.data)) || told.Load() != detail.Size) {
		t.Errorf("the detail is %+v, and %d bytes were told of", detail, told.Load())
	}
	if n := s.open.Load(); n != 0 {
		t.Errorf("%d bodies are open", n)
	}
	return arrived, err
}

// eachWay runs a test of downloads into a file and into a stream.
func eachWay(t *testing.T, test func(t *testing.T, toFile bool)) {
	t.Run("file", func(t *testing.T) { test(t, true) })
	t.Run("stream", func(t *testing.T) { test(t, false) })
}

type closer func() error

func (c closer) Close() error { return c() }

// waiting is an empty reader that ends when the channel is closed.
type waiting <-chan struct{}

func (w waiting) Read([]byte) (int, error) {
	<-w
	return 0, io.EOF
}

// cut ends a body after n bytes, with the error or just so.
func cut(a *transfer.Answer, n int64, err error) {
	rest := io.Reader(bytes.NewReader(nil))
	if err != nil {
		rest = iotest.ErrReader(err)
	}
	a.Body = io.NopCloser(io.MultiReader(io.LimitReader(a.Body, n), rest))
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
