package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/iotest"
	"testing/synctest"

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

func TestObjectsOfEverySizeArrive(t *testing.T) {
	for size, requests := range map[int]int{0: 2, 1: 1, transfer.PartSize: 1, transfer.PartSize + 1: 2, large: 4} {
		eachWay(t, func(t *testing.T, toFile bool) {
			s := &system{data: content()[:size]}
			got, err := s.download(t, toFile)
			if err != nil || !bytes.Equal(got, s.data) || len(s.requests) != requests {
				t.Errorf("%d bytes: got %d in %v, %v", size, len(got), s.requests, err)
			}
			for i, r := range s.requests {
				if want := map[bool]string{true: `"first"`}[i > 0 && size > 0]; r.ETag != want || i == 0 && r != (transfer.Range{To: transfer.PartSize}) {
					t.Errorf("request %d was for %+v", i, r)
				}
			}
		})
	}
}

// TestPartsArriveInAnyOrder holds each part but the first back until the next one has been fetched.
func TestPartsArriveInAnyOrder(t *testing.T) {
	eachWay(t, func(t *testing.T, toFile bool) {
		var done [5]chan struct{}
		for i := range done {
			done[i] = make(chan struct{})
		}
		close(done[4])
		s := &system{data: content()[:large], answer: func(_ int, r transfer.Range, a *transfer.Answer) error {
			part := r.From / transfer.PartSize
			if part == 0 {
				return nil
			}
			held := io.MultiReader(waiting(done[part+1]), a.Body)
			a.Body = struct {
				io.Reader
				io.Closer
			}{held, closer(func() error { close(done[part]); return nil })}
			return nil
		}}
		if got, err := s.download(t, toFile); err != nil || !bytes.Equal(got, s.data) {
			t.Errorf("got %d bytes, %v", len(got), err)
		}
	})
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

func TestBytesThatStopComingAreAskedForAgain(t *testing.T) {
	eachWay(t, func(t *testing.T, toFile bool) {
		s := &system{data: content()[:large], answer: func(_ int, r transfer.Range, a *transfer.Answer) error {
			if r.From%transfer.PartSize == 0 { // the first try of each part
				cut(a, 1000, map[bool]error{true: io.ErrUnexpectedEOF}[r.From > 0])
			}
			return nil
		}}
		if got, err := s.download(t, toFile); err != nil || !bytes.Equal(got, s.data) || len(s.requests) != 8 {
			t.Errorf("got %d bytes in %v, %v", len(got), s.requests, err)
		}
	})
}

func TestBytesThatDoNotComeEndTheDownload(t *testing.T) {
	for name, broken := range map[string]error{"ended": nil, "broken": errors.New("reset by peer")} {
		eachWay(t, func(t *testing.T, toFile bool) {
			s := &system{data: content()[:5000], answer: func(_ int, _ transfer.Range, a *transfer.Answer) error {
				cut(a, 1000, broken)
				return nil
			}}
			_, err := s.download(t, toFile)
			if len(s.requests) != 3 || broken == nil && !errors.Is(err, fault.DataLoss) || broken != nil && !errors.Is(err, broken) {
				t.Errorf("%s: %d requests, %v", name, len(s.requests), err)
			}
		})
	}
}

func TestADownloadEndsWithTheFirstRefusal(t *testing.T) {
	refusal := func(code fault.Code, status int) func(*transfer.Answer) error {
		return func(*transfer.Answer) error {
			return &fault.Error{Code: code, Message: "no", Service: &fault.Service{HTTPStatus: status}}
		}
	}
	for name, c := range map[string]struct {
		second func(*transfer.Answer) error
		want   fault.Code
	}{
		"denied":        {refusal(fault.PermissionDenied, http.StatusForbidden), fault.PermissionDenied},
		"replaced":      {refusal(fault.FailedPrecondition, http.StatusPreconditionFailed), fault.Aborted},
		"deleted":       {refusal(fault.NotFound, http.StatusNotFound), fault.Aborted},
		"another state": {refusal(fault.FailedPrecondition, http.StatusConflict), fault.FailedPrecondition},
		"not pinned":    {func(a *transfer.Answer) error { a.Detail.ETag = `"second"`; return nil }, fault.Aborted},
	} {
		eachWay(t, func(t *testing.T, toFile bool) {
			s := &system{data: content()[:large], answer: func(n int, _ transfer.Range, a *transfer.Answer) error {
				if n == 2 {
					return c.second(a)
				}
				return nil
			}}
			if _, err := s.download(t, toFile); !errors.Is(err, c.want) {
				t.Errorf("%s: got %v", name, err)
			}
		})
	}
}

func TestAnObjectWithoutSizeOrVersionIsRefused(t *testing.T) {
	for name, c := range map[string]func(*transfer.Answer){
		"no size":               func(a *transfer.Answer) { a.ContentRange = "bytes 0-9/*" },
		"no size of the answer": func(a *transfer.Answer) { a.ContentRange, a.Detail.Size = "", -1 },
		"no version":            func(a *transfer.Answer) { a.Detail.ETag = "" },
	} {
		eachWay(t, func(t *testing.T, toFile bool) {
			s := &system{data: content()[:large], answer: func(_ int, _ transfer.Range, a *transfer.Answer) error {
				c(a)
				return nil
			}}
			if got, err := s.download(t, toFile); !errors.Is(err, fault.Internal) || !toFile && len(got) > 0 {
				t.Errorf("%s: got %d bytes, %v", name, len(got), err)
			}
		})
	}
}

// TestASystemThatIgnoresRanges answers each request with the whole object: one answer is enough, unless it breaks off.
func TestASystemThatIgnoresRanges(t *testing.T) {
	for name, c := range map[string]struct {
		etag string
		cut  bool
		want error
	}{
		"whole": {`"first"`, false, nil}, "without a version": {"", false, nil},
		"broken off": {`"first"`, true, fault.DataLoss}, "broken off without a version": {"", true, fault.DataLoss},
	} {
		eachWay(t, func(t *testing.T, toFile bool) {
			s := &system{data: content()[:large]}
			s.answer = func(n int, _ transfer.Range, a *transfer.Answer) error {
				a.ContentRange, a.Detail.ETag, a.Body = "", c.etag, io.NopCloser(bytes.NewReader(s.data))
				if c.cut && n == 1 {
					cut(a, large/2, nil)
				}
				return nil
			}
			got, err := s.download(t, toFile)
			if !errors.Is(err, c.want) || c.want == nil && (len(s.requests) != 1 || !bytes.Equal(got, s.data)) {
				t.Errorf("%s: got %d bytes in %d requests, %v", name, len(got), len(s.requests), err)
			}
		})
	}
}

// TestAnotherRangeThanAskedForIsRefused shifts the n-th answer, or answers it with the whole object.
func TestAnotherRangeThanAskedForIsRefused(t *testing.T) {
	for name, header := range map[string]string{
		"shifted": "bytes 8-16777215/50343993", "another size": "bytes 16777216-50343994/50343995", "unreadable": "items 0-1/2", "whole": "",
	} {
		for n := 1; n <= 3; n += 2 {
			if name == "whole" && n == 1 || name == "another size" && n == 1 {
				continue
			}
			eachWay(t, func(t *testing.T, toFile bool) {
				s := &system{data: content()[:large]}
				s.answer = func(i int, _ transfer.Range, a *transfer.Answer) error {
					if i == n {
						a.ContentRange, a.Body = header, io.NopCloser(bytes.NewReader(s.data))
					}
					return nil
				}
				_, err := s.download(t, toFile)
				if code := fault.CodeOf(err); code != fault.DataLoss && !(name == "unreadable" && code == fault.Internal) {
					t.Errorf("%s: answer %d: got %v", name, n, err)
				}
			})
		}
	}
}

func TestAMissingObjectIsNotFound(t *testing.T) {
	eachWay(t, func(t *testing.T, toFile bool) {
		s := &system{answer: func(int, transfer.Range, *transfer.Answer) error { return fault.New(fault.NotFound, "none") }}
		if _, err := s.download(t, toFile); !errors.Is(err, fault.NotFound) {
			t.Errorf("got %v", err)
		}
	})
}

// The bubble's end is that of its last goroutine: one that a download left behind fails the test.
func TestCancellingEndsADownloadAndLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	for _, path := range []string{"", filepath.Join(folder, "file")} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			s := &system{data: content()[:large], answer: func(n int, _ transfer.Range, a *transfer.Answer) error {
				if n == transfer.Parts {
					cancel()
				}
				a.Body = io.NopCloser(io.MultiReader(waiting(ctx.Done()), iotest.ErrReader(context.Canceled)))
				return nil
			}}
			req := driver.GetObjectRequest{Path: path}
			if path == "" {
				req.Body = io.Discard
			}
			if _, err := transfer.Download(ctx, req, s.Open); !errors.Is(err, context.Canceled) || s.open.Load() != 0 {
				t.Errorf("got %v, and %d bodies are open", err, s.open.Load())
			}
			cancel()
		})
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

func TestAnOutputThatFailsEndsTheDownload(t *testing.T) {
	for failure, want := range map[error]fault.Code{
		syscall.ENOSPC: fault.ResourceExhausted, syscall.EDQUOT: fault.ResourceExhausted, syscall.EPIPE: fault.InvalidArgument,
	} {
		for _, after := range []int{0, transfer.PartSize} { // while the first part comes, and later
			written := 0
			out := writer(func(p []byte) (int, error) {
				if written += len(p); written > after {
					return 0, failure
				}
				return len(p), nil
			})
			s := &system{data: content()[:large]}
			_, err := transfer.Download(t.Context(), driver.GetObjectRequest{Body: out}, s.Open)
			if !errors.Is(err, want) || !errors.Is(err, failure) || s.open.Load() != 0 {
				t.Errorf("%v after %d bytes: got %v, and %d bodies are open", failure, after, err, s.open.Load())
			}
		}
	}
}

// TestAStreamHoldsFewParts counts the parts that were asked for and not yet written.
func TestAStreamHoldsFewParts(t *testing.T) {
	const parts = 12
	var asked, written, most atomic.Int64
	open := func(_ context.Context, r transfer.Range) (*transfer.Answer, error) {
		if held := asked.Add(transfer.PartSize) - written.Load(); held > most.Load() {
			most.Store(held)
		}
		return &transfer.Answer{
			Body:         io.NopCloser(io.LimitReader(zeros{}, r.To-r.From)),
			ContentRange: fmt.Sprintf("bytes %d-%d/%d", r.From, r.To-1, parts*transfer.PartSize),
			Detail:       driver.ObjectDetail{ETag: "e"},
		}, nil
	}
	out := writer(func(p []byte) (int, error) { written.Add(int64(len(p))); return len(p), nil })
	if _, err := transfer.Download(t.Context(), driver.GetObjectRequest{Body: out}, open); err != nil {
		t.Fatal(err)
	}
	if written.Load() != parts*transfer.PartSize || most.Load() > transfer.Parts*transfer.PartSize {
		t.Errorf("%d bytes were written, and %d held", written.Load(), most.Load())
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
