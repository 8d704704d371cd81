package wire

import (
	"sync"
	"sync/atomic"
	"time"
)

// progressEvery is the time between two messages about progress: smooth for a progress bar, and no cost beside the transfer.
const progressEvery = 100 * time.Millisecond

// progress adds up what several goroutines report, and sends the sum at intervals.
type progress struct {
	pending atomic.Int64
	send    func(int64) error
	// sending is held during every send on the stream, which permits one at a time.
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

// locked runs a send on the stream while no other send runs.
func (p *progress) locked(send func() error) error {
	p.sending.Lock()
	defer p.sending.Unlock()
	return send()
}

// flush sends the sum. It ignores an error, which the transfer meets too.
func (p *progress) flush() {
	if bytes := p.pending.Swap(0); bytes != 0 {
		_ = p.locked(func() error { return p.send(bytes) })
	}
}

// stop sends the rest, and returns when nothing more will be sent.
func (p *progress) stop() {
	p.once.Do(func() {
		close(p.quit)
		<-p.ended
		p.flush()
	})
}
