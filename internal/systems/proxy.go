package systems

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
	"time"
)

// Action is what a [Proxy] does with a request.
type Action int

const (
	// Pass forwards the request and its answer.
	Pass Action = iota
	// Refuse closes the connection and the server never sees the request, as when it is down.
	Refuse
	// LoseAnswer forwards the request, then closes the connection instead of answering: the server did what it was
	// asked for and its client cannot know.
	LoseAnswer
	// Fail answers 500 InternalError, and the server never sees the request.
	Fail
	// Deny answers 403 AccessDenied, and the server never sees the request.
	Deny
	// Throttle answers 503 SlowDown, and the server never sees the request.
	Throttle
	// Hang keeps the client waiting until it gives up or the test ends.
	Hang
)

// Request is one request that came through a [Proxy].
type Request struct {
	Method, Path, Query string
	// Operation is the form field Action of a request of IAM or STS; empty for S3.
	Operation string
	Action    Action
}

// Changes reports whether the request could change anything: a POST of IAM is read by its operation's name.
func (r Request) Changes() bool {
	if r.Operation == "" {
		return r.Method != http.MethodGet && r.Method != http.MethodHead
	}
	for _, prefix := range []string{"Get", "List"} {
		if len(r.Operation) > len(prefix) && r.Operation[:len(prefix)] == prefix {
			return false
		}
	}
	return true
}

// Proxy stands between a client and a system, and lets a test break chosen requests. The Host header, which
// signatures cover, passes unchanged.
type Proxy struct {
	// URL is the endpoint to give to the client.
	URL string

	ended  chan struct{}
	mu     sync.Mutex
	decide func(n int, r Request) Action
	seen   []Request
}

// NewProxy starts a proxy in front of an endpoint; it ends with the test. It passes everything until told otherwise.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatalf("proxy to %s: %v", target, err)
	}
	p := &Proxy{ended: make(chan struct{})}
	p.Reset(nil)
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute}
	// Answers are not flushed piece by piece: aws-sdk-go-v2 loses a small one whose headers come alone, now and then.
	forward := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = to.Scheme, to.Host
			r.Out.Host = r.In.Host
			r.Out.URL.RawQuery = r.In.URL.RawQuery
		},
		Transport:    transport,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { cut(w) },
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.serve(w, r, forward) }))
	p.URL = server.URL
	t.Cleanup(func() {
		close(p.ended)
		server.CloseClientConnections()
		server.Close()
		transport.CloseIdleConnections()
	})
	return p
}

// Behind is the system as seen through a new proxy.
func Behind(t testing.TB, s *System) (*System, *Proxy) {
	t.Helper()
	p := NewProxy(t, s.EndpointURL)
	through := *s
	through.EndpointURL = p.URL
	return &through, p
}

// Reset forgets what was seen and lets decide choose what happens to each request from now on; n counts from 1, and
// nil passes all. It is called for one request at a time.
func (p *Proxy) Reset(decide func(n int, r Request) Action) {
	if decide == nil {
		decide = func(int, Request) Action { return Pass }
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.decide, p.seen = decide, nil
}

// FailNth breaks the nth request, counted from 1 and from now, in the given way, and passes the others.
func (p *Proxy) FailNth(nth int, action Action) {
	p.Reset(func(n int, _ Request) Action {
		if n == nth {
			return action
		}
		return Pass
	})
}

// FailFrom breaks the nth request and all after it, as when the system goes down there.
func (p *Proxy) FailFrom(nth int, action Action) {
	p.Reset(func(n int, _ Request) Action {
		if n >= nth {
			return action
		}
		return Pass
	})
}

// Seen are the requests since the last Reset, in the order of their arrival.
func (p *Proxy) Seen() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Request(nil), p.seen...)
}

func (p *Proxy) serve(w http.ResponseWriter, r *http.Request, forward http.Handler) {
	switch p.note(r) {
	case Pass:
		forward.ServeHTTP(w, r)
	case LoseAnswer:
		// The server must get to the end of its work even when the client hangs up first.
		forward.ServeHTTP(httptest.NewRecorder(), r.WithContext(context.WithoutCancel(r.Context())))
		cut(w)
	case Fail:
		refuse(w, http.StatusInternalServerError, "InternalError")
	case Deny:
		refuse(w, http.StatusForbidden, "AccessDenied")
	case Throttle:
		refuse(w, http.StatusServiceUnavailable, "SlowDown")
	case Hang:
		select {
		case <-r.Context().Done():
		case <-p.ended:
		}
		cut(w)
	case Refuse:
		cut(w)
	}
}

// note records the request and decides about it.
func (p *Proxy) note(r *http.Request) Action {
	request := Request{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Operation: operation(r)}
	p.mu.Lock()
	defer p.mu.Unlock()
	request.Action = p.decide(len(p.seen)+1, request)
	p.seen = append(p.seen, request)
	return request.Action
}

// cut closes the connection without a word.
func cut(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // the way to cut off an answer that has begun
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // so that the client sees a reset at once; it is only to be quick
	}
	_ = connection.Close() // it is of no more use either way
}

// refuse answers in a form that clients of S3 and, by its inner part, those of IAM and MinIO's admin API read.
func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	// A client that is gone will not miss the answer.
	_, _ = io.WriteString(w, "<Error><Type>Sender</Type><Code>"+code+"</Code><Message>refused by the test</Message></Error>")
}
