package transfer_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

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
