//go:build systems

package eventual

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// proxy answers for AWS's own endpoints, as an HTTPS proxy that its clients trust. Each request has a connection of its
// own: an idle one would keep the time of a bubble from going on.
type proxy struct {
	// url is the proxy's address, and authority the file of certificates that makes a client trust it.
	url, authority string

	certificate tls.Certificate
	transport   *http.Transport

	mu     sync.Mutex
	system *systems.System
	world  *world
	// faults break requests; nil for none.
	faults *faults
	// elapsed is how long the requests themselves took, in the time of the world.
	elapsed time.Duration
	// realTime makes the clock the real one, in place of that of the signatures.
	realTime bool
	log      []string
}

// patience is how long a connection may bring no request. It is in real time.
const patience = 10 * time.Second

// newProxy starts a proxy that answers as soon as a world has begun. It ends with the process.
func newProxy(folder string) (*proxy, error) {
	p := &proxy{transport: &http.Transport{DisableCompression: true, IdleConnTimeout: time.Minute}}
	var err error
	if p.certificate, p.authority, err = newCertificate(folder); err != nil {
		return nil, err
	}
	p.url = httptest.NewServer(http.HandlerFunc(p.connect)).URL
	return p, nil
}

// begin begins a world of its own on a system.
func (p *proxy) begin(system *systems.System, w *world) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.system, p.world, p.faults, p.elapsed, p.log = system, w, nil, 0, nil
}

// breaks makes requests meet faults from now on; nil for none.
func (p *proxy) breaks(f *faults) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = f
}

// say adds a line to the story.
func (p *proxy) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = append(p.log, fmt.Sprintf(format, args...))
}

// story is what was asked and answered since the world began, a line for each request.
func (p *proxy) story() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.log, "\n")
}

// connect answers one request through a tunnel.
func (p *proxy) connect(w http.ResponseWriter, r *http.Request) {
	raw, _, err := http.NewResponseController(w).Hijack()
	if err != nil || r.Method != http.MethodConnect {
		return
	}
	defer raw.Close()
	if _, err := io.WriteString(raw, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		return
	}
	tunnel := tls.Server(raw, &tls.Config{Certificates: []tls.Certificate{p.certificate}, SessionTicketsDisabled: true})
	// A client whose request was cancelled meanwhile keeps the connection for another.
	_ = raw.SetDeadline(time.Now().Add(patience)) // only a closed connection has none
	request, err := http.ReadRequest(bufio.NewReader(tunnel))
	if err != nil {
		return
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return
	}
	answer := p.answer(request, body)
	if answer == nil {
		if tcp, ok := raw.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // the client sees a reset
		}
		return
	}
	answer.Close = true
	_ = answer.Write(tunnel) // a client that is gone needs no answer
	tunnel.Close()
}

// inquiry is a request as the proxy sees it.
type inquiry struct {
	*http.Request
	body []byte
	// service is the one of the signature; operation that of IAM and STS, or the method and the setting.
	service, operation string
	form               url.Values
	bucket             aboutBucket
	// now is the time in the world.
	now time.Time
}

var scope = regexp.MustCompile(`Credential=[^/]+/\d+/([^/]+)/([^/]+)/`)

// answer answers a request; nil loses the answer.
func (p *proxy) answer(r *http.Request, body []byte) *http.Response {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := p.inquire(r, body)
	if code := p.world.throttles(q.now); code != "" {
		return p.refuse(q, code)
	}
	fate := p.faults.next(q)
	if answer, ended := p.broken(q, fate); ended {
		return answer
	}
	replica := p.world.random.IntN(replicas)
	early, refusal := q.early(p.world, replica)
	switch {
	case refusal != "":
		return p.refuse(q, refusal)
	case early != "":
		return p.respond(q, http.StatusOK, early)
	}
	status, content, header, err := p.forward(q)
	if err != nil {
		return p.respond(q, http.StatusBadGateway, err.Error())
	}
	if status < 300 {
		content = []byte(rules[q.operation].dated(p.world, q.now, q.form, string(content)))
		q.record(p.world, string(content))
	}
	p.note(q, fmt.Sprint(status, " ", text("Code", string(content)), fate.words()))
	if fate == lose {
		return nil
	}
	return q.response(status, header, content)
}

// inquire reads what a request is about.
func (p *proxy) inquire(r *http.Request, body []byte) *inquiry {
	q := &inquiry{Request: r, body: body}
	if found := scope.FindStringSubmatch(r.Header.Get("Authorization")); found != nil {
		q.service = found[2]
	}
	if bucket, _, found := strings.Cut(r.Host, ".s3."); found && q.service == "s3" {
		r.URL.Path = "/" + bucket + r.URL.Path
	}
	if q.service == "s3" {
		q.bucket = parseBucket(r, string(body))
		q.operation = strings.TrimSpace(r.Method + " " + r.URL.Path + " " + q.bucket.setting)
	} else {
		q.form, _ = url.ParseQuery(string(body))
		q.operation = q.form.Get("Action")
	}
	p.elapsed += 20*time.Millisecond + p.world.upTo(300*time.Millisecond)
	signed, _ := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	q.now = signed.Add(p.elapsed)
	if p.realTime {
		q.now = time.Now()
	}
	return q
}

func (q *inquiry) early(w *world, replica int) (answer, refusal string) {
	if q.service == "s3" {
		return q.bucket.early(w, q.now, replica, q.Request)
	}
	return rules[q.operation].early(w, q.now, replica, q.operation, q.form)
}

func (q *inquiry) record(w *world, content string) {
	if q.service == "s3" {
		q.bucket.record(w, q.now, q.Request)
		return
	}
	rules[q.operation].record(w, q.now, q.form, content)
}

// changes says that the request changes something.
func (q *inquiry) changes() bool {
	if q.service == "s3" {
		return q.Method == http.MethodPut || q.Method == http.MethodDelete
	}
	rule := rules[q.operation]
	return rule.puts != "" || rule.removes != ""
}

// forward sends the request to the system, signed by the system's administrator.
func (p *proxy) forward(q *inquiry) (status int, content []byte, header http.Header, err error) {
	to := p.system.EndpointURL + q.URL.EscapedPath()
	if q.URL.RawQuery != "" {
		to += "?" + q.URL.RawQuery
	}
	out, err := http.NewRequest(q.Method, to, bytes.NewReader(q.body))
	if err != nil {
		return 0, nil, nil, err
	}
	sum := sha256.Sum256(q.body)
	hash := hex.EncodeToString(sum[:])
	for _, name := range []string{"Content-Type", "Content-Md5", "X-Amz-Acl", "X-Amz-Checksum-Crc32", "X-Amz-Sdk-Checksum-Algorithm"} {
		if value := q.Header.Get(name); value != "" {
			out.Header.Set(name, value)
		}
	}
	out.Header.Set("X-Amz-Content-Sha256", hash)
	admin := aws.Credentials{AccessKeyID: p.system.AccessKeyID, SecretAccessKey: p.system.SecretAccessKey}
	if err := v4.NewSigner().SignHTTP(context.Background(), admin, out, hash, q.service, p.system.Region, time.Now()); err != nil {
		return 0, nil, nil, err
	}
	answer, err := p.transport.RoundTrip(out)
	if err != nil {
		return 0, nil, nil, err
	}
	defer answer.Body.Close()
	content, err = io.ReadAll(answer.Body)
	return answer.StatusCode, content, answer.Header, err
}

// response is an answer. It has no date, by which the client would correct its clock.
func (q *inquiry) response(status int, header http.Header, content []byte) *http.Response {
	header.Del("Date")
	header.Del("Content-Length")
	return &http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: header, Request: q.Request,
		Body: io.NopCloser(bytes.NewReader(content)), ContentLength: int64(len(content)),
	}
}

func (p *proxy) note(q *inquiry, outcome string) {
	about := q.form.Get("UserName") + q.form.Get("RoleName")
	p.log = append(p.log, fmt.Sprintf("%s %s %s %s: %s", q.now.Format("15:04:05.000"), q.service, q.operation, about, outcome))
}
