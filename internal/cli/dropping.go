package cli

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/s3-credentials/s3-credentials/internal/printable"
)

const (
	// maxPending is how many messages wait for a reader of standard error.
	maxPending = 1000
	// lastMessagesTime is how long the program's end waits for a reader of the last messages.
	lastMessagesTime = 500 * time.Millisecond
)

// droppingWriter writes messages in the background, so that a full pipe that nobody reads never blocks. It drops messages
// beyond maxPending, and tells how many once it can write again.
type droppingWriter struct {
	w     io.Writer
	wake  chan struct{}
	ended chan struct{}

	mu      sync.Mutex
	pending [][]byte
	dropped int
	closed  bool
}

func newDroppingWriter(w io.Writer) *droppingWriter {
	d := &droppingWriter{w: w, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	go d.run()
	return d
}

// Write implements io.Writer. It never blocks, and never fails.
func (d *droppingWriter) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.pending) >= maxPending {
		d.dropped++
	} else {
		d.noteDropped()
		d.pending = append(d.pending, bytes.Clone(p))
	}
	d.signal()
	return len(p), nil
}

// noteDropped puts the number of messages that were dropped where they would have been. d.mu is held.
func (d *droppingWriter) noteDropped() {
	if d.dropped > 0 {
		d.pending = append(d.pending, fmt.Appendf(nil, "(%d messages were dropped: nobody read standard error)\n", d.dropped))
		d.dropped = 0
	}
}

// signal wakes run. d.mu is held.
func (d *droppingWriter) signal() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

func (d *droppingWriter) run() {
	defer close(d.ended)
	for range d.wake {
		for {
			batch, closed := d.take()
			for _, message := range batch {
				d.w.Write(message) //nolint:errcheck // there is nobody left to tell
			}
			if len(batch) == 0 && closed {
				return
			}
			if len(batch) == 0 {
				break
			}
		}
	}
}

// take returns the messages to write, and whether they are the last.
func (d *droppingWriter) take() (batch [][]byte, closed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.pending) == 0 {
		d.noteDropped()
	}
	batch, d.pending = d.pending, nil
	return batch, d.closed
}

// close waits until all messages are written, or until the limit.
func (d *droppingWriter) close(limit time.Duration) {
	d.mu.Lock()
	d.closed = true
	d.signal()
	d.mu.Unlock()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-d.ended:
	case <-timer.C:
	}
}

// dropMessages lets no message of the run be waited for.
func (a *App) dropMessages(env *Env) {
	d := newDroppingWriter(a.Stderr)
	a.messages = printable.NewWriter(d)
	a.endMessages = func() { d.close(lastMessagesTime) }
	env.Stderr = a.messages
}
