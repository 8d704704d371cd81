package wire

import (
	"sync"
	"testing"
)

// TestCallsBeginWhileTheyAreWaitedFor is for the race detector, and for what is waited for: no call in progress.
func TestCallsBeginWhileTheyAreWaitedFor(t *testing.T) {
	var c calls
	<-c.ended()
	c.begin()
	idle := c.ended()
	select {
	case <-idle:
		t.Fatal("a call is in progress")
	default:
	}
	var others sync.WaitGroup
	for range 20 {
		others.Go(func() {
			c.begin()
			defer c.end()
			_ = c.ended()
		})
	}
	others.Wait()
	c.end()
	<-idle
}
