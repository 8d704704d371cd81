package main

import (
	"bytes"
	"fmt"
	"io"
	"sync"
)

// turns prints what several things say that happen at the same time: each together, and in their order. The first that has not ended
// prints at once; what the others say waits for their turn.
type turns struct {
	mu      sync.Mutex
	out     io.Writer
	now     int
	waiting []bytes.Buffer
	ended   []bool
}

func newTurns(out io.Writer, n int) *turns {
	return &turns{out: out, waiting: make([]bytes.Buffer, n), ended: make([]bool, n)}
}

// println prints a line of one of them.
func (t *turns) println(at int, line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at == t.now {
		fmt.Fprintln(t.out, line)
	} else {
		fmt.Fprintln(&t.waiting[at], line)
	}
}

// end says that one of them prints nothing more.
func (t *turns) end(at int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended[at] = true
	for t.now < len(t.ended) && t.ended[t.now] {
		if t.now++; t.now < len(t.waiting) {
			t.waiting[t.now].WriteTo(t.out) //nolint:errcheck // standard output keeps its error
		}
	}
}
