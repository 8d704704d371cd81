package wire

import (
	"sync"
	"sync/atomic"
	"time"
)

// progressEvery is how often progress crosses the wire: smooth enough for a bar, and nothing beside the transfer.
const progressEvery = 100 * time.Millisecond

// progress sums what several goroutines report and sends the sum now and then.
type progress struct {
	pending atomic.Int64
	send    func(int64) error
	// sending is held around every send on the stream, which takes one at a time.
	sending sync.Mutex
	quit    chan struct{}
	ended   chan struct{}
	once    sync.Once
}

func startProgress(send func(int64) error) *progress {
	p := &progress{send: send, quit: make(chan struct{}), ended: make(chan struct{})}
	go p.run()
	return p
}

func (p *progress) run() {
	defer close(p.ended)
	ticker := time.NewTicker(progressEvery)
	defer ticker.Stop()
	for {
		select {
		case <-p.quit:
			return
		case <-ticker.C:
			p.flush()
		}
	}
}

// add is safe for concurrent use.
func (p *progress) add(bytes int64) { p.pending.Add(bytes) }

// between runs another send on the same stream.
func (p *progress) between(send func() error) error {
	p.sending.Lock()
	defer p.sending.Unlock()
	return send()
}

// flush sends the sum. An error is left to the transfer itself to find.
func (p *progress) flush() {
	if bytes := p.pending.Swap(0); bytes != 0 {
		_ = p.between(func() error { return p.send(bytes) })
	}
}

// stop sends what is left and returns when nothing more will be sent.
func (p *progress) stop() {
	p.once.Do(func() {
		close(p.quit)
		<-p.ended
		p.flush()
	})
}
