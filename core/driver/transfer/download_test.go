package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

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
