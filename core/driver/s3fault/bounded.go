package s3fault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// Transport is the [http.RoundTripper] below every client of a backend. It keeps the [Limits], follows no redirect, and hands
// on no answer that no S3 system gives: an empty one or a web page where a listing belongs, or a listing that never ends. It
// reads every answer but an object's to its end. An answer with status 200 that is an error in XML gets the status 500, which
// every client reads as an error. What it refuses is an [*AnswerError] or a [*RedirectError]; every error
// of it is within an [*EndpointError].
type Transport struct {
	// Next sends the requests.
	Next   http.RoundTripper
	Limits Limits
	// Operation returns the operation of a request to S3, by its name in the API reference; empty for one that it does not
	// know, [OtherAPI] for one that is not to S3. It is [OperationOf] where it is nil.
	Operation func(*http.Request) string
	// Redirects reports whether a redirect of S3 is for the client to see; nil where none is.
	Redirects func(*http.Response) bool

	uplink uplink
}

// EndpointError is a request that got no answer, or none that can be used.
type EndpointError struct {
	// Endpoint is where it was sent, such as "http://127.0.0.1:9000".
	Endpoint string
	Err      error
}

func (e *EndpointError) Error() string { return e.Endpoint + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *EndpointError) Unwrap() error { return e.Err }

func at(url *url.URL, err error) error {
	return &EndpointError{Endpoint: url.Scheme + "://" + url.Host, Err: err}
}

// AnswerError is what an endpoint did instead of answering as S3 does.
type AnswerError struct {
	// Did completes the sentence "http://127.0.0.1:9000 ...".
	Did string
	// NotS3 says that it answered, but as no S3 system does. The error is [ErrNotS3] then.
	NotS3 bool
	// Slow says that it exceeded a limit of time, which [driver.Config.Timeout] sets.
	Slow bool
	// Again says that the same request may get another answer.
	Again bool
}

func (e *AnswerError) Error() string { return "the endpoint " + e.Did }

// Is reports whether the target is [ErrNotS3].
func (e *AnswerError) Is(target error) bool { return target == ErrNotS3 && e.NotS3 }

func did(format string, args ...any) *AnswerError {
	return &AnswerError{Did: fmt.Sprintf(format, args...)}
}

// exchange is one request and its answer.
type exchange struct {
	*Transport
	outer, ctx context.Context
	cancel     context.CancelCauseFunc
	method     string
	url        *url.URL
	operation  string
	form       url.Values // of a request to IAM or STS; else nil
	receiving  watch
	// answered is what came, refused or not; errorBody its body where it is an error.
	answered  *http.Response
	errorBody []byte
}

// RoundTrip implements [http.RoundTripper].
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	began := time.Now()
	x := &exchange{Transport: t, outer: req.Context(), method: req.Method, url: req.URL}
	answer, err := x.send(req)
	x.log(req, began, err)
	if err != nil {
		err = at(req.URL, err)
	}
	callOf(req.Context()).tried(req, t.Limits.Header, began, answer, err)
	return answer, err
}

// CloseIdleConnections closes the idle connections of Next.
func (t *Transport) CloseIdleConnections() {
	if next, ok := t.Next.(interface{ CloseIdleConnections() }); ok {
		next.CloseIdleConnections()
	}
}

func (x *exchange) send(req *http.Request) (*http.Response, error) {
	x.ctx, x.cancel = context.WithCancelCause(x.outer)
	sent := req.WithContext(x.ctx)
	var err error
	if x.form, err = readForm(sent); err != nil {
		x.cancel(nil)
		return nil, err
	}
	x.operation = x.operationOf(req)
	x.receiving.cancel = x.cancel
	sending := &watch{cancel: x.cancel, uplink: &x.uplink}
	sending.body(sent, x.Limits)
	sending.arm(x.Limits.Header, "did not answer within %s")
	answer, err := x.Next.RoundTrip(sent)
	sending.end()
	if err != nil {
		err = x.explain(err, "closed the connection without an answer")
		x.cancel(nil)
		return nil, err
	}
	x.answered = answer
	return x.receive(answer)
}

func (t *Transport) operationOf(req *http.Request) string {
	if t.Operation != nil {
		return t.Operation(req)
	}
	return OperationOf(req)
}

// explain returns why an exchange failed.
func (x *exchange) explain(err error, cutOff string) error {
	var broken *AnswerError
	switch {
	case x.outer.Err() != nil:
		return err
	case errors.As(context.Cause(x.ctx), &broken):
		return broken
	case IsCutOff(err), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return &AnswerError{Did: cutOff, Again: true}
	case IsNoHTTP(err):
		return notS3("sent what is no answer in HTTP")
	}
	return err
}

// receive checks an answer, and reads it unless it is an object.
func (x *exchange) receive(answer *http.Response) (*http.Response, error) {
	if answer.StatusCode < 200 {
		// The body of 101 Switching Protocols is the connection, which ends with no context.
		return x.refuse(answer, notS3("switched to another protocol"))
	}
	if x.form != nil || x.Redirects == nil || !x.Redirects(answer) {
		if err := Redirect(answer); err != nil {
			return x.refuse(answer, err)
		}
	}
	if err := x.checkHeader(answer); err != nil {
		return x.refuse(answer, err)
	}
	if x.operation == "GetObject" && x.form == nil && answer.StatusCode < 300 {
		answer.Body = &objectBody{ReadCloser: answer.Body, exchange: x}
		return answer, nil
	}
	body, err := x.read(answer)
	switch {
	case err != nil:
	case answer.StatusCode >= 300:
		x.errorBody = body
		body, err = x.checkError(answer, bytes.TrimSpace(body))
	default:
		err = x.check(answer, bytes.TrimSpace(body))
	}
	if err != nil {
		return x.refuse(answer, err)
	}
	_ = answer.Body.Close()
	x.cancel(nil)
	answer.Body = io.NopCloser(bytes.NewReader(body))
	if x.method != http.MethodHead {
		answer.ContentLength = int64(len(body))
	}
	return answer, nil
}

// refuse ends the exchange.
func (x *exchange) refuse(answer *http.Response, err error) (*http.Response, error) {
	x.cancel(err)
	_ = answer.Body.Close()
	return nil, err
}

// read reads the whole body.
func (x *exchange) read(answer *http.Response) ([]byte, error) {
	limit, what, within := x.Limits.AnswerBytes, "answer", x.Limits.Answer
	switch {
	case answer.StatusCode >= 300:
		limit, what = x.Limits.ErrorBytes, "error"
	case roots[x.operation] == jsonObject:
		limit = x.Limits.ErrorBytes
	}
	if x.operation == "CompleteMultipartUpload" {
		within *= 10
	}
	x.receiving.arm(within, "began an answer, but did not end it within %s")
	defer x.receiving.end()
	body := &counted{most: x.Limits.Tags}
	n, err := io.Copy(body, io.LimitReader(answer.Body, limit+1))
	switch {
	case n > limit:
		return nil, did("sent an %s of more than %d MiB", what, limit>>20)
	case errors.Is(err, errTags):
		return nil, did("sent an %s with more than %d tags or values", what, x.Limits.Tags)
	case err != nil:
		return nil, x.explain(err, "closed the connection in the middle of its answer")
	}
	return bytes.TrimPrefix(body.read.Bytes(), []byte(byteOrderMark)), nil
}

// byteOrderMark may stand before XML. Not every client expects it.
const byteOrderMark = "\ufeff"

// errTags is an answer with too many tags.
var errTags = errors.New("too many tags")

// counted is the bytes of an answer with no more than so many tags.
type counted struct {
	read       bytes.Buffer
	tags, most int
	begun      bool
	counts     []string
}

func (c *counted) Write(p []byte) (int, error) {
	n, _ := c.read.Write(p) // never fails
	if !c.begun {
		c.begin(p)
	}
	for _, text := range c.counts {
		c.tags += bytes.Count(p, []byte(text))
	}
	if c.tags > c.most {
		return n, errTags
	}
	return n, nil
}

// begin learns from the first byte that is not blank whether the answer is XML.
func (c *counted) begin(p []byte) {
	start := bytes.IndexFunc(p, func(r rune) bool { return !strings.ContainsRune(" \t\r\n"+byteOrderMark, r) })
	if start < 0 {
		return
	}
	c.begun, c.counts = true, []string{"<"}
	if p[start] != '<' {
		c.counts = []string{"{", "[", ","}
	}
}
