package systems

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Action is what a [Proxy] does with a request.
type Action int

const (
	// Pass forwards the request and its answer.
	Pass Action = iota
	// Refuse closes the connection without forwarding the request, like a server that is down.
	Refuse
	// LoseAnswer forwards the request, then closes the connection instead of answering: the request took effect and the
	// client cannot know.
	LoseAnswer
	// Fail answers 500 InternalError without forwarding the request.
	Fail
	// Deny answers 403 AccessDenied without forwarding the request.
	Deny
	// Throttle answers 503 SlowDown without forwarding the request.
	Throttle
	// Hang does not answer until the client gives up or the test ends.
	Hang
	// Delay waits a moment, in which other requests overtake this one, and then forwards it.
	Delay
	// Truncate forwards the request, and closes the connection in the middle of the answer.
	Truncate
	// Repeat forwards the request twice, as a network or a client in between might, and answers with the second answer.
	Repeat
)

// delayTime is how long Delay waits.
const delayTime = 20 * time.Millisecond

// Request is a request that reached a [Proxy].
type Request struct {
	Method, Path, Query string
	// Operation is the form field Action of an IAM or STS request; empty for S3.
	Operation string
	Action    Action
}

// Changes reports whether the request could change anything. For a POST to IAM the operation's name decides.
func (r Request) Changes() bool {
	if r.Operation == "" {
		return r.Method != http.MethodGet && r.Method != http.MethodHead
	}
	return !strings.HasPrefix(r.Operation, "Get") && !strings.HasPrefix(r.Operation, "List")
}

// operation is the form field Action of a request in the query protocol of IAM and STS. It leaves the body in place.
func operation(r *http.Request) string {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return ""
	}
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, _ := url.ParseQuery(string(body))
	return form.Get("Action")
}

// Proxy is a reverse proxy that lets a test break chosen requests. It keeps the Host header, which signatures cover.
type Proxy struct {
	// URL is the endpoint to give to the client.
	URL string

	ended  chan struct{}
	mu     sync.Mutex
	decide func(n int, r Request) Action
	lost   func()
	seen   []Request
}

// NewProxy starts a proxy in front of an endpoint. It ends with the test, and forwards every request until [Proxy.Reset].
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	p := &Proxy{ended: make(chan struct{})}
	p.Reset(nil)
	p.URL = p.front(t, target)
	t.Cleanup(func() { close(p.ended) })
	return p
}

// front starts a server in front of an endpoint, whose requests are the proxy's, and returns its URL.
func (p *Proxy) front(t testing.TB, target string) string {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatalf("proxy to %s: %v", target, err)
	}
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute}
	// No FlushInterval: aws-sdk-go-v2 occasionally loses a small answer whose headers arrive first.
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
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		transport.CloseIdleConnections()
	})
	return server.URL
}

// Behind is the system as seen through a new proxy, which its API beside S3 is behind, too.
func Behind(t testing.TB, s *System) (*System, *Proxy) {
	t.Helper()
	p := NewProxy(t, s.EndpointURL)
	through := *s
	through.EndpointURL = p.URL
	if s.AdminURL != "" {
		through.AdminURL = p.front(t, s.AdminURL)
	}
	return &through, p
}

// Reset clears the seen requests. From then on decide chooses the action for each request, one at a time; n counts from
// 1. With nil the proxy forwards everything.
func (p *Proxy) Reset(decide func(n int, r Request) Action) {
	if decide == nil {
		decide = func(int, Request) Action { return Pass }
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.decide, p.lost, p.seen = decide, func() {}, nil
}

// OnLost sets what happens, until the next [Proxy.Reset], between a request that was forwarded and the loss of its answer.
func (p *Proxy) OnLost(do func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lost = do
}

// FailNth applies the action to the nth request from now, counted from 1, and forwards the others.
func (p *Proxy) FailNth(nth int, action Action) {
	p.Reset(func(n int, _ Request) Action {
		if n == nth {
			return action
		}
		return Pass
	})
}

// FailFrom applies the action to the nth request and all later ones, as if the system went down.
func (p *Proxy) FailFrom(nth int, action Action) {
	p.Reset(func(n int, _ Request) Action {
		if n >= nth {
			return action
		}
		return Pass
	})
}

// Seen returns the requests since the last Reset, in order of arrival.
func (p *Proxy) Seen() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.seen)
}

func (p *Proxy) serve(w http.ResponseWriter, r *http.Request, forward http.Handler) {
	switch p.note(r) {
	case Pass:
		forward.ServeHTTP(w, r)
	case LoseAnswer:
		answer(r, forward)
		p.onLost()
		cut(w)
	case Delay:
		select {
		case <-time.After(delayTime):
		case <-p.ended:
		}
		forward.ServeHTTP(w, r)
	case Truncate:
		truncate(w, answer(r, forward).Result())
	case Repeat:
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer(r, forward)
		r.Body = io.NopCloser(bytes.NewReader(body))
		forward.ServeHTTP(w, r)
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

// answer forwards a request, and keeps the answer. The server finishes its work even if the client hangs up first.
func answer(r *http.Request, forward http.Handler) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	forward.ServeHTTP(w, r.WithContext(context.WithoutCancel(r.Context())))
	return w
}

// truncate sends half of an answer, and closes the connection.
func truncate(w http.ResponseWriter, whole *http.Response) {
	body, _ := io.ReadAll(whole.Body)
	if len(body) == 0 {
		cut(w)
		return
	}
	for name, values := range whole.Header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(whole.StatusCode)
	_, _ = w.Write(body[:len(body)/2]) // an error means that the client has disconnected
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func (p *Proxy) onLost() {
	p.mu.Lock()
	lost := p.lost
	p.mu.Unlock()
	lost()
}

// note records the request and returns its action.
func (p *Proxy) note(r *http.Request) Action {
	request := Request{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Operation: operation(r)}
	p.mu.Lock()
	defer p.mu.Unlock()
	request.Action = p.decide(len(p.seen)+1, request)
	p.seen = append(p.seen, request)
	return request.Action
}

// cut closes the connection without an answer.
func cut(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // aborts an answer that has begun
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // the client sees a reset at once; without it the test is only slower
	}
	_ = connection.Close() // the connection is discarded either way
}

// refuse sends an error that clients of S3, IAM and MinIO's admin API understand.
func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("X-Amzn-Requestid", "refused-by-the-test") // where IAM has it
	w.WriteHeader(status)
	// An error means that the client has disconnected.
	_, _ = io.WriteString(w, "<Error><Type>Sender</Type><Code>"+code+"</Code><Message>refused by the test</Message></Error>")
}
