package s3fault_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// next answers requests without a network, so that the time of a test is simulated.
type next func(*http.Request) (*http.Response, error)

func (n next) RoundTrip(req *http.Request) (*http.Response, error) { return n(req) }

// reader is the body of an answer that does what the function does.
type reader func(p []byte) (int, error)

func (r reader) Read(p []byte) (int, error) { return r(p) }

func respond(status int, body io.Reader) next {
	return func(*http.Request) (*http.Response, error) {
		header := http.Header{"Last-Modified": {"Tue, 24 Nov 2026 10:00:00 GMT"}, "Etag": {`"e"`}}
		return &http.Response{StatusCode: status, Status: fmt.Sprint(status), Header: header, Body: io.NopCloser(body)}, nil
	}
}

// silent never answers.
func silent(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// every is a body that has one byte each time, and never ends.
func every(pause time.Duration) io.Reader {
	return reader(func(p []byte) (int, error) {
		time.Sleep(pause)
		p[0] = ' '
		return 1, nil
	})
}

// stuck is a body whose bytes stop coming.
func stuck(ctx context.Context) reader {
	return func([]byte) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	}
}

func request(t *testing.T, method, url string, body io.Reader) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://s3.example.com"+url, body)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// send sends a request and reads the answer to its end, as a client would.
func send(n next, req *http.Request) (body string, status int, err error) {
	transport := &s3fault.Transport{Next: n, Limits: s3fault.LimitsFor(0)}
	answer, err := transport.RoundTrip(req)
	if err != nil {
		return "", 0, err
	}
	defer answer.Body.Close()
	read, err := io.ReadAll(answer.Body)
	return string(read), answer.StatusCode, err
}

// says is the sentence that an error becomes.
func says(t *testing.T, err error, want string) {
	t.Helper()
	wrapped := s3fault.System{}.Wrap(t.Context(), err, "do it")
	if fault.CodeOf(wrapped) != fault.Unavailable || !strings.HasPrefix(wrapped.Error(), "cannot do it: http://s3.example.com ") || !strings.Contains(wrapped.Error(), want) {
		t.Errorf("%v (%s) does not say %q", wrapped, fault.CodeOf(wrapped), want)
	}
}

// TestTime is how long each kind of slow endpoint is waited for.
func TestTime(t *testing.T) {
	for name, c := range map[string]struct {
		method, url string
		send        io.Reader
		next        func(context.Context) next
		takes       time.Duration
		says        string
	}{
		"no answer": {method: "GET", url: "/b?list-type=2", takes: 30 * time.Second, says: "did not answer within 30s",
			next: func(context.Context) next { return silent }},
		"no answer to a small request": {method: "POST", url: "/b?delete", send: strings.NewReader("<Delete/>"), takes: 30 * time.Second, says: "did not answer within 30s",
			next: func(context.Context) next {
				return func(req *http.Request) (*http.Response, error) {
					_, _ = io.Copy(io.Discard, req.Body)
					return silent(req)
				}
			}},
		"no answer to an upload": {method: "PUT", url: "/b/k", send: bytes.NewReader(make([]byte, 1<<20)), takes: 76 * time.Second, says: "did not answer within 1m16s after the upload",
			next: func(context.Context) next {
				return func(req *http.Request) (*http.Response, error) {
					_, _ = io.Copy(io.Discard, req.Body)
					return silent(req)
				}
			}},
		"an upload that stops": {method: "PUT", url: "/b/k", send: bytes.NewReader(make([]byte, 1<<20)), takes: 60 * time.Second, says: "took no byte of the upload for 1m0s",
			next: func(context.Context) next {
				return func(req *http.Request) (*http.Response, error) {
					_, _ = io.CopyN(io.Discard, req.Body, 100)
					return silent(req)
				}
			}},
		"a listing by the byte": {method: "GET", url: "/b?list-type=2", takes: 60 * time.Second, says: "did not end it within 1m0s",
			next: func(context.Context) next { return respond(200, every(time.Second/2)) }},
		"an error by the byte": {method: "GET", url: "/b/k", takes: 60 * time.Second, says: "did not end it within 1m0s",
			next: func(context.Context) next { return respond(403, every(time.Second/2)) }},
		"a completion that never ends": {method: "POST", url: "/b/k?uploadId=1", takes: 10 * time.Minute, says: "did not end it within 10m0s",
			next: func(context.Context) next { return respond(200, every(time.Second)) }},
		"an object that stops": {method: "GET", url: "/b/k", takes: 60 * time.Second, says: "sent no byte of the object for 1m0s",
			next: func(ctx context.Context) next { return nil }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				req := request(t, c.method, c.url, c.send)
				answering := c.next(t.Context())
				if answering == nil {
					answering = func(req *http.Request) (*http.Response, error) {
						return respond(200, io.MultiReader(strings.NewReader("begun"), stuck(req.Context())))(req)
					}
				} else if answer := answering; c.says == "did not end it within 1m0s" || c.takes > 2*time.Minute {
					answering = func(req *http.Request) (*http.Response, error) {
						got, err := answer(req)
						got.Body = untilDone{got.Body, req.Context()}
						return got, err
					}
				}
				began := time.Now()
				_, _, err := send(answering, req)
				if took := time.Since(began); took < c.takes || took > c.takes+time.Second {
					t.Errorf("it took %s, not %s", took, c.takes)
				}
				says(t, err, c.says)
				if hint := fault.HintOf(s3fault.System{}.Wrap(t.Context(), err, "do it")); hint != fault.HintTimeout {
					t.Errorf("the way out is %q", hint)
				}
				if !s3fault.NonRetryable(err) {
					t.Errorf("%v would be tried again", err)
				}
			})
		})
	}
}

// untilDone is the body of an answer to a request with that context, as a connection's is.
type untilDone struct {
	io.ReadCloser
	ctx context.Context
}

func (u untilDone) Read(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, u.ctx.Err()
	}
	return u.ReadCloser.Read(p)
}

// TestObjectsThatDrip has a piece come every 50 seconds, for ever if the pieces are tiny.
func TestObjectsThatDrip(t *testing.T) {
	for piece, wants := range map[int]string{1: "sent only 13 bytes of the object in 10m50s", 8 << 10: ""} {
		synctest.Test(t, func(t *testing.T) {
			drips := reader(func(p []byte) (int, error) { time.Sleep(50 * time.Second); return min(len(p), piece), nil })
			transport := &s3fault.Transport{Limits: s3fault.LimitsFor(0), Next: respond(200, io.LimitReader(drips, 100*int64(piece)))}
			answer, err := transport.RoundTrip(request(t, "GET", "/b/k", nil))
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			for buffer := make([]byte, 64<<10); err == nil; {
				_, err = answer.Body.Read(buffer)
			}
			if wants == "" && err == io.EOF {
				return
			}
			says(t, err, wants)
		})
	}
}

// TestSlowIsNotStuck has everything come and go slowly, but within the limits.
func TestSlowIsNotStuck(t *testing.T) {
	const pause = 50 * time.Second
	t.Run("a slow object", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			slow := reader(func(p []byte) (int, error) { time.Sleep(pause); return copy(p, "x"), nil })
			body, _, err := send(respond(200, io.LimitReader(slow, 10)), request(t, "GET", "/b/k", nil))
			if err != nil || len(body) != 10 {
				t.Errorf("%q, %v", body, err)
			}
		})
	})
	t.Run("a slow reader of an object", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			transport := &s3fault.Transport{Limits: s3fault.LimitsFor(0), Next: next(func(req *http.Request) (*http.Response, error) {
				got, err := respond(200, strings.NewReader("object"))(req)
				got.Body = untilDone{got.Body, req.Context()}
				return got, err
			})}
			answer, err := transport.RoundTrip(request(t, "GET", "/b/k", nil))
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
			if body, err := io.ReadAll(answer.Body); string(body) != "object" || err != nil {
				t.Errorf("%q, %v", body, err)
			}
			_ = answer.Body.Close()
		})
	})
	t.Run("a slow source of an upload", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			slow := reader(func(p []byte) (int, error) { time.Sleep(time.Hour); return copy(p, "x"), nil })
			received := 0
			_, _, err := send(func(req *http.Request) (*http.Response, error) {
				body, err := io.ReadAll(req.Body)
				received = len(body)
				if err != nil || req.Context().Err() != nil {
					return nil, errors.Join(err, req.Context().Err())
				}
				return respond(200, strings.NewReader(""))(req)
			}, request(t, "PUT", "/b/k", io.LimitReader(slow, 3)))
			if err != nil || received != 3 {
				t.Errorf("%d, %v", received, err)
			}
		})
	})
}

// TestManyUploadsShareALine has the connections take all of them at once, and a line bring them slowly to an endpoint that
// answers at last. One that never does is given up all the same.
func TestManyUploadsShareALine(t *testing.T) {
	for _, size := range []int{50_000, 1 << 20} {
		for _, answers := range []bool{true, false} {
			t.Run(fmt.Sprint(size, " bytes, ", answers), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					const uploads = 20
					needs := uploads * time.Duration(size) * time.Second / (70 << 10)
					transport := &s3fault.Transport{Limits: s3fault.LimitsFor(0), Next: next(func(req *http.Request) (*http.Response, error) {
						_, _ = io.Copy(io.Discard, req.Body)
						if !answers {
							return silent(req)
						}
						select {
						case <-time.After(needs + time.Minute/2):
							return respond(200, strings.NewReader(""))(req)
						case <-req.Context().Done():
							return nil, req.Context().Err()
						}
					})}
					began := time.Now()
					var all sync.WaitGroup
					for range uploads {
						all.Go(func() {
							_, err := transport.RoundTrip(request(t, "PUT", "/b/k", bytes.NewReader(make([]byte, size))))
							if (err == nil) != answers {
								t.Errorf("%v", err)
							}
						})
					}
					all.Wait()
					if took := time.Since(began); took > 11*time.Minute {
						t.Errorf("it took %s", took)
					}
				})
			})
		}
	}
}

// TestTheCallersEndIsNoFaultOfTheEndpoint gives up while an endpoint is silent.
func TestTheCallersEndIsNoFaultOfTheEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, _, err := send(silent, request(t, "GET", "/b?list-type=2", nil).WithContext(ctx))
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
	})
}
