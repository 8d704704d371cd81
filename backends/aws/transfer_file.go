package aws

import (
	"context"
	"io"
	"os"
	"sync"

	kit "github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// fileWriter writes ranges to a file as they come, one piece at a time: the kernel lets only one in anyway, and makes
// the others wait on the processor.
type fileWriter struct {
	transfer *transfer
	file     *os.File
	counted  partCounter
	mu       sync.Mutex
}

// WriteAt writes a piece of a range.
func (w *fileWriter) WriteAt(p []byte, at int64) (int, error) {
	w.mu.Lock()
	n, err := w.file.WriteAt(p, at)
	w.mu.Unlock()
	if err != nil {
		return n, w.transfer.fail(kit.WriteFault(err))
	}
	w.transfer.progress.add(w.counted.news(at, int64(n)))
	return n, nil
}

// partCounter tells bytes that come for the first time from those of a part that is fetched again.
type partCounter struct{ parts sync.Map }

func (c *partCounter) news(at, n int64) int64 {
	known, _ := c.parts.LoadOrStore(at/partSize, new(int64))
	// Only one request at a time fetches a part, so its count needs no lock.
	end, most := at+n, known.(*int64)
	before := max(*most, at)
	*most = max(*most, end)
	return max(0, end-before)
}

// orderedWriter turns ranges that come in any order into a stream. What comes early waits in memory, for as many parts
// as are under way; what comes even earlier has to wait at the door.
type orderedWriter struct {
	transfer *transfer
	to       io.Writer

	mu      sync.Mutex
	moved   *sync.Cond
	current int64           // the part that is being written
	have    map[int64]int64 // how many bytes of each part have come
	early   map[int64][]byte
	free    [][]byte
	err     error
}

func newOrderedWriter(t *transfer, to io.Writer) *orderedWriter {
	w := &orderedWriter{transfer: t, to: to, have: map[int64]int64{}, early: map[int64][]byte{}}
	w.moved = sync.NewCond(&w.mu)
	context.AfterFunc(t.ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.err == nil {
			w.err = context.Cause(t.ctx)
		}
		w.moved.Broadcast()
	})
	return w
}

// WriteAt takes a piece of a range.
func (w *orderedWriter) WriteAt(p []byte, at int64) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	total := len(p)
	for len(p) > 0 {
		part, offset := at/partSize, at%partSize
		n := min(int64(len(p)), partSize-offset)
		if err := w.take(part, offset, p[:n]); err != nil {
			return total - len(p), err
		}
		p, at = p[n:], at+n
	}
	return total, nil
}

// take takes a piece of one part. What it has already of a part that is fetched again it leaves out.
func (w *orderedWriter) take(part, offset int64, p []byte) error {
	for w.err == nil && part > w.current+parallelParts {
		w.moved.Wait()
	}
	if w.err != nil {
		return w.err
	}
	skip := w.have[part] - offset
	if part < w.current || skip >= int64(len(p)) {
		return nil
	}
	p = p[max(0, skip):]
	w.have[part] += int64(len(p))
	w.transfer.progress.add(int64(len(p)))
	if part > w.current {
		w.keep(part, p)
		return nil
	}
	if err := w.write(p); err != nil {
		return err
	}
	return w.advance()
}

// keep holds what comes early.
func (w *orderedWriter) keep(part int64, p []byte) {
	buffer, ok := w.early[part]
	if last := len(w.free) - 1; !ok && last >= 0 {
		buffer, w.free = w.free[last][:0], w.free[:last]
	} else if !ok {
		buffer = make([]byte, 0, partSize)
	}
	w.early[part] = append(buffer, p...)
}

// advance goes on to the next part once the present one is complete, and writes what has come of it.
func (w *orderedWriter) advance() error {
	for w.have[w.current] == partSize {
		delete(w.have, w.current)
		w.current++
		buffer, ok := w.early[w.current]
		if !ok {
			continue
		}
		delete(w.early, w.current)
		if err := w.write(buffer); err != nil {
			return err
		}
		w.free = append(w.free, buffer)
	}
	w.moved.Broadcast()
	return nil
}

func (w *orderedWriter) write(p []byte) error {
	if _, err := w.to.Write(p); err != nil {
		w.err = fault.Wrap(fault.InvalidArgument, err, "the output cannot be written: %v", err)
		_ = w.transfer.fail(w.err)
		w.moved.Broadcast()
	}
	return w.err
}
