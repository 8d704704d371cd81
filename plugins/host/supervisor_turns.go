package host

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
)

// turns lets several drivers use one running plugin, which holds one open backend: a driver's call waits for the calls of
// other drivers, and opens the backend anew if another driver had it.
type turns struct {
	// lock is a mutex whose waiters listen to their context.
	lock chan struct{}
	// holder is the driver whose backend is open, calls its calls in progress. idle is closed when there are none.
	holder *supervisedConn
	calls  int
	idle   chan struct{}
}

func newTurns() *turns { return &turns{lock: make(chan struct{}, 1)} }

// take waits until c may call, and opens its backend if another is open. The caller calls release when its call has ended.
func (t *turns) take(ctx context.Context, c *supervisedConn, open func() error) (release func(), err error) {
	if err := t.await(ctx, c); err != nil {
		return nil, err
	}
	defer t.unlock()
	if t.holder != c {
		t.holder = nil
		if err := open(); err != nil {
			return nil, err
		}
		t.holder = c
	}
	if t.calls == 0 {
		t.idle = make(chan struct{})
	}
	t.calls++
	return t.release, nil
}

// await locks t when no other driver's call is in progress. It fails with ctx's error as a gRPC status.
func (t *turns) await(ctx context.Context, c *supervisedConn) error {
	for {
		select {
		case t.lock <- struct{}{}:
		case <-ctx.Done():
			return status.FromContextError(ctx.Err()).Err()
		}
		if t.holder == c || t.calls == 0 {
			return nil
		}
		idle := t.idle
		t.unlock()
		select {
		case <-idle:
		case <-ctx.Done():
			return status.FromContextError(ctx.Err()).Err()
		}
	}
}

func (t *turns) release() {
	t.lock <- struct{}{}
	defer t.unlock()
	if t.calls--; t.calls == 0 {
		close(t.idle)
	}
}

func (t *turns) unlock() { <-t.lock }

// turn waits for the driver's turn with a running plugin. A process of the driver's own has none to wait for.
func (c *supervisedConn) turn(ctx context.Context, conn *grpc.ClientConn) (release func(), err error) {
	c.mu.Lock()
	shared := c.plugin != nil && c.plugin.process == nil
	opening := c.opening
	c.mu.Unlock()
	if !shared {
		return func() {}, nil
	}
	return c.supervisor.turns.take(ctx, c, func() error {
		if opening == nil { // the call that comes is the one that opens
			return nil
		}
		return opening.repeat(ctx, conn)
	})
}
