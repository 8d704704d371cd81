package wire

import "sync"

// calls counts the calls in progress. Unlike a sync.WaitGroup it may be waited for while a call begins: a connection that breaks off does not
// end what has just arrived on it.
type calls struct {
	mu      sync.Mutex
	running int
	// idle are to be closed when no call runs any more.
	idle []chan struct{}
}

func (c *calls) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running++
}

func (c *calls) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running--
	c.tell()
}

// ended returns what is closed once no call is in progress.
func (c *calls) ended() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	idle := make(chan struct{})
	c.idle = append(c.idle, idle)
	c.tell()
	return idle
}

// tell closes idle if no call runs. The lock is held.
func (c *calls) tell() {
	if c.running > 0 {
		return
	}
	for _, idle := range c.idle {
		close(idle)
	}
	c.idle = nil
}
