package host

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"sync"

	"google.golang.org/grpc"
)

// maxLine is the longest line of a plugin's log; a longer one is taken in parts.
const maxLine = 64 << 10

// mark is a line that the host writes into a plugin's stderr itself: all that the plugin wrote before is read when the mark is. No log has
// it in it.
const mark = "\x00\n"

// logReader reads what a plugin writes to stderr: lines of text, or JSON as hclog has it. What an answer depends on was written before the
// answer was sent; see flush.
type logReader struct {
	process *process
	lines   logLines
	read    *os.File
	ended   chan struct{}

	// writing is held while a mark is written, which may have to wait for the reader.
	writing sync.Mutex
	write   *os.File

	mu      sync.Mutex
	waiting []chan struct{} // for a mark each
}

// newLogReader reads from one end of a pipe, and closes both in the end.
func newLogReader(p *process, read, write *os.File) *logReader {
	l := &logReader{process: p, lines: logLines{name: p.name, logger: p.logger, breach: p.breach}, read: read, write: write, ended: make(chan struct{})}
	go l.run()
	return l
}

func (l *logReader) run() {
	defer close(l.ended)
	defer l.read.Close()
	reader := bufio.NewReaderSize(l.read, maxLine)
	for {
		line, err := reader.ReadSlice('\n')
		if rest, marked := bytes.CutSuffix(line, []byte(mark)); marked {
			l.take(rest)
			l.reached()
		} else {
			l.take(line)
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

func (l *logReader) take(line []byte) {
	if len(line) == 0 {
		return
	}
	_, _ = l.process.kept.Write(line) // it keeps what it has room for
	if l.lines.take(bytes.TrimRight(line, "\r\n")) {
		_, _ = l.process.stderrHead.Write(line)
	}
}

// reached ends the oldest wait.
func (l *logReader) reached() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) > 0 {
		close(l.waiting[0])
		l.waiting = l.waiting[1:]
	}
}

// flush returns when all is read that the plugin has written so far.
func (l *logReader) flush() {
	reached := make(chan struct{})
	l.writing.Lock()
	l.mu.Lock()
	l.waiting = append(l.waiting, reached)
	l.mu.Unlock()
	_, err := io.WriteString(l.write, mark)
	l.writing.Unlock()
	if err != nil {
		return // the plugin has ended, and all is read
	}
	select {
	case <-reached:
	case <-l.ended:
	}
}

// end reads the rest, once the plugin has ended. A child of it that is left may write on, for nobody.
func (l *logReader) end() {
	l.flush()
	l.writing.Lock()
	defer l.writing.Unlock()
	_ = l.write.Close()
}

// inOrder are the options of a connection that shows what the plugin has logged before it hands on an answer.
func (p *process) inOrder() []grpc.DialOption {
	if p.logger == nil {
		return nil
	}
	return []grpc.DialOption{
		grpc.WithChainUnaryInterceptor(func(ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
			defer p.log.flush()
			return invoke(ctx, method, req, reply, conn, options...)
		}),
		grpc.WithChainStreamInterceptor(func(ctx context.Context, desc *grpc.StreamDesc, conn *grpc.ClientConn, method string, open grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
			stream, err := open(ctx, desc, conn, method, options...)
			if err != nil {
				return nil, err
			}
			return &checkedStream{stream, func(err error) error { p.log.flush(); return err }}, nil
		}),
	}
}
