package s3fault_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
)

// stubborn is a client library that sends a request again until its context ends.
func stubborn(t *testing.T, n next) func(context.Context) (string, error) {
	transport := &s3fault.Transport{Next: n, Limits: s3fault.LimitsFor(0)}
	return func(ctx context.Context) (string, error) {
		for ctx.Err() == nil {
			answer, err := transport.RoundTrip(request(t, "GET", "/b?location", nil).WithContext(ctx))
			if err == nil && answer.StatusCode == http.StatusOK {
				return answer.Status, nil
			}
			time.Sleep(time.Second)
		}
		return "", ctx.Err()
	}
}

func TestCallEnds(t *testing.T) {
	for name, c := range map[string]struct {
		next     next
		tries    int
		says     string
		requests int
		within   time.Duration
	}{
		"silent":      {silent, 0, "did not answer within 30s", 1, 31 * time.Second},
		"wrong":       {respond(200, strings.NewReader("")), 0, "sent nothing where", 1, time.Second},
		"only errors": {respond(503, strings.NewReader("")), 0, "answered with nothing but errors for 31s", 32, 33 * time.Second},
		"always cut":  {func(*http.Request) (*http.Response, error) { return nil, io.EOF }, 0, "closed the connection without an answer", 32, 33 * time.Second},
		"closed before": {func(*http.Request) (*http.Response, error) {
			return nil, errors.New("http: server closed idle connection")
		}, 3, "closed the connection without an answer", 3, 4 * time.Second},
		"tried in vain": {func(*http.Request) (*http.Response, error) { return nil, syscall.ECONNRESET }, 3, "closed the connection without an answer", 3, 4 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				began := time.Now()
				_, err := s3fault.Call(t.Context(), c.tries, stubborn(t, func(req *http.Request) (*http.Response, error) {
					requests++
					return c.next(req)
				}))
				if requests != c.requests || time.Since(began) > c.within {
					t.Errorf("%d requests in %s, want %d within %s", requests, time.Since(began), c.requests, c.within)
				}
				says(t, err, c.says)
			})
		})
	}
}

// TestCallGoesOn has a call whose requests fail now and then, for longer than failures alone are borne.
func TestCallGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		_, err := s3fault.Call(t.Context(), 3, func(ctx context.Context) (string, error) {
			for range 100 {
				if _, err := stubborn(t, func(req *http.Request) (*http.Response, error) {
					if requests++; requests%3 != 0 {
						return nil, io.EOF
					}
					return respond(200, strings.NewReader("<LocationConstraint/>"))(req)
				})(ctx); err != nil {
					return "", err
				}
			}
			return "", nil
		})
		if err != nil || requests != 300 {
			t.Errorf("%d requests, %v", requests, err)
		}
	})
	_, err := s3fault.Call(t.Context(), 0, func(context.Context) (int, error) { return 0, io.ErrNoProgress })
	if !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("an error of the library's own became %v", err)
	}
}
