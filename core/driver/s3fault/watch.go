package s3fault

import (
	"context"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// watch ends an exchange that makes no progress. Its cause is the AnswerError that it was armed with.
type watch struct {
	cancel context.CancelCauseFunc
	// uplink is nil for an exchange that sends nothing more.
	uplink *uplink

	mu    sync.Mutex
	timer *time.Timer
	turn  int   // counts what was armed, so that a timer knows that it is late
	taken int64 // what uplink holds of this exchange
	over  bool  // nothing arms it any more
}

// arm ends the exchange after a time, unless it is armed anew or rests before. The format says what it did for that time.
func (w *watch) arm(after time.Duration, format string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stop()
	if w.over {
		return
	}
	turn, began := w.turn, time.Now()
	var end func()
	end = func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if turn != w.turn {
			return
		}
		patience := after + w.uplink.grace(after)
		if left := patience - time.Since(began); left > 0 {
			w.timer = time.AfterFunc(left, end)
			return
		}
		slow := did(format, patience.Round(time.Second))
		slow.Slow = true
		w.cancel(slow)
	}
	w.timer = time.AfterFunc(after, end)
}

func (w *watch) stop() {
	w.turn++
	if w.timer != nil {
		w.timer.Stop()
	}
}

// rest disarms it.
func (w *watch) rest() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stop()
}

// took takes in that the connection took bytes.
func (w *watch) took(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if more := min(int64(n), heldBack-w.taken); !w.over {
		w.taken += more
		w.uplink.bytes.Add(more)
	}
}

// end disarms it for good: a request's body may be read for a while after the answer has begun.
func (w *watch) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stop()
	w.over = true
	if w.uplink != nil {
		w.uplink.bytes.Add(-w.taken)
		w.taken = 0
	}
}

// uplink is the line that all uploads share. What connections took of requests without an answer may still be on its way:
// in the buffers of this machine, of a tunnel or of a proxy.
type uplink struct{ bytes atomic.Int64 }

const (
	// heldBack is how much of a request may be on its way.
	heldBack = 4 << 20
	// slowLine is the slowest line that is waited for, in bytes a second.
	slowLine = 64 << 10
)

// grace is how much longer than some time an endpoint has that could not get everything yet.
func (u *uplink) grace(after time.Duration) time.Duration {
	if u == nil {
		return 0
	}
	return min(time.Duration(u.bytes.Load())*time.Second/slowLine, 9*after)
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
	b.watch.took(n)
	idle := b.limits.Idle
	switch {
	case err == nil:
		b.watch.arm(idle, "took no byte of the upload for %s")
	case b.sent < largeBody:
		b.watch.arm(b.limits.Header, "did not answer within %s")
	default:
		b.watch.arm(idle, "did not answer within %s after the upload")
	}
	return n, err
}

func (b *sentBody) Close() error { return b.body.Close() }

// objectBody is the body of an object.
type objectBody struct {
	io.ReadCloser
	exchange *exchange
	// waited is how long reads took for so many bytes.
	waited time.Duration
	read   int
}

// aLittle is how many bytes of an object have to come in ten times [Limits.Idle]. Even many on the slowest line get more.
const aLittle = 64 << 10

func (b *objectBody) Read(p []byte) (int, error) {
	x, began := b.exchange, time.Now()
	x.receiving.arm(x.Limits.Idle, "sent no byte of the object for %s")
	n, err := b.ReadCloser.Read(p)
	x.receiving.rest()
	if b.read, b.waited = b.read+n, b.waited+time.Since(began); b.read >= aLittle {
		b.read, b.waited = 0, 0
	}
	if err == nil && b.waited > 10*x.Limits.Idle {
		slow := did("sent only %d bytes of the object in %s", b.read, b.waited.Round(time.Second))
		slow.Slow = true
		return n, at(x.url, slow)
	}
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
