package s3fault

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"
)

// watch ends an exchange that makes no progress. Its cause is the AnswerError that it was armed with.
type watch struct {
	cancel context.CancelCauseFunc

	mu    sync.Mutex
	timer *time.Timer
	over  bool // nothing arms it any more
}

// arm ends the exchange after a time, unless it is armed anew or rests before.
func (w *watch) arm(after time.Duration, format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
	if !w.over {
		w.timer = time.AfterFunc(after, func() {
			slow := did(format, args...)
			slow.Slow = true
			w.cancel(slow)
		})
	}
}

// rest disarms it.
func (w *watch) rest() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
}

// end disarms it for good: a request's body may be read for a while after the answer has begun.
func (w *watch) end() {
	w.rest()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
}

// largeBody is the size from which a request's body is an upload, some of which may still be on its way at its end.
const largeBody = 64 << 10

// body watches the body of a request.
func (w *watch) body(req *http.Request, limits Limits) {
	if req.Body == nil || req.Body == http.NoBody {
		return
	}
	watched := func(body io.ReadCloser) io.ReadCloser { return &sentBody{body: body, watch: w, limits: limits} }
	req.Body = watched(req.Body)
	again := req.GetBody
	if again == nil {
		return
	}
	req.GetBody = func() (io.ReadCloser, error) {
		body, err := again()
		return watched(body), err
	}
}

// sentBody is the body of a request. Between two reads the connection takes the bytes, or does not. While a read lasts, the
// source of the bytes is slow, and not the endpoint.
//
// It has no WriteTo, whatever the body has. The AWS SDK closes a body as soon as the answer begins, and its WriteTo then
// returns io.EOF. When net/http checks whether the body exceeds its announced length, it takes that error for a broken
// request and closes the connection while the answer is still being read.
type sentBody struct {
	body   io.ReadCloser
	watch  *watch
	limits Limits
	sent   int
}

func (b *sentBody) Read(p []byte) (int, error) {
	b.watch.rest()
	n, err := b.body.Read(p)
	b.sent += n
	idle := b.limits.Idle
	switch {
	case err == nil:
		b.watch.arm(idle, "took no byte of the upload for %s", idle)
	case b.sent < largeBody:
		b.watch.arm(b.limits.Header, "did not answer within %s", b.limits.Header)
	default:
		b.watch.arm(idle, "did not answer within %s after the upload", idle)
	}
	return n, err
}

func (b *sentBody) Close() error { return b.body.Close() }

// objectBody is the body of an object.
type objectBody struct {
	io.ReadCloser
	exchange *exchange
}

func (b *objectBody) Read(p []byte) (int, error) {
	x := b.exchange
	x.receiving.arm(x.Limits.Idle, "sent no byte of the object for %s", x.Limits.Idle)
	n, err := b.ReadCloser.Read(p)
	x.receiving.rest()
	if err != nil && err != io.EOF {
		err = at(x.url, x.explain(err, "closed the connection in the middle of the object"))
	}
	return n, err
}

func (b *objectBody) Close() error {
	b.exchange.receiving.end()
	err := b.ReadCloser.Close()
	b.exchange.cancel(nil)
	return err
}
