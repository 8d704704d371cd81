package sdk

import (
	"context"
	"io"
	"net/http"
	"sync"

	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
)

// meterKey is the key of a *meter in the context of an upload's request.
type meterKey struct{}

// meter counts the bytes sent for one part. The bytes of a retry count once.
type meter struct {
	progress transfer.Progress
	mu       sync.Mutex // a failed attempt may still be reading when the next starts
	most     int64
}

// reached reports the bytes that were sent for the first time.
func (m *meter) reached(sent int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if sent > m.most {
		m.progress(sent - m.most)
		m.most = sent
	}
}

// Metered is a context whose request reports the bytes of its body as they are sent.
func Metered(ctx context.Context, progress transfer.Progress) context.Context {
	if progress == nil {
		return ctx
	}
	return context.WithValue(ctx, meterKey{}, &meter{progress: progress})
}

// meterBody counts the bytes read from a request's body if its context has a meter.
func meterBody(req *http.Request) {
	m, ok := req.Context().Value(meterKey{}).(*meter)
	if ok && req.Body != nil && req.Body != http.NoBody {
		req.Body = &meteredBody{ReadCloser: req.Body, meter: m}
	}
}

type meteredBody struct {
	io.ReadCloser
	meter *meter
	sent  int64
}

func (b *meteredBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.sent += int64(n)
	b.meter.reached(b.sent)
	return n, err
}
