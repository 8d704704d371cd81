package host

import (
	"context"
	"reflect"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/wire"
)

// Lasting opens one program's backend again and again: its drivers outlive their processes. The call that meets a process
// that has ended fails; the next one starts another. It is for trying plugins that are not to be trusted to live.
type Lasting struct {
	path    string
	options Options

	mu     sync.Mutex
	open   map[*lastingConn]bool
	deaths []string
}

// NewLasting returns an opener of the program. Nothing is started yet.
func NewLasting(path string, o Options) *Lasting {
	if o.Name == "" {
		o.Name = nameOf(path)
	}
	if o.StartTimeout == 0 {
		o.StartTimeout = DefaultStartTimeout
	}
	return &Lasting{path: path, options: o, open: map[*lastingConn]bool{}}
}

// Open is a driver.Opener.
func (l *Lasting) Open(ctx context.Context, config driver.Config) (driver.Driver, error) {
	c := &lastingConn{of: l}
	if _, err := c.live(ctx); err != nil {
		return nil, err
	}
	l.mu.Lock()
	l.open[c] = true
	l.mu.Unlock()
	limit, cancel := context.WithTimeoutCause(ctx, l.options.StartTimeout, errHanging)
	defer cancel()
	d, err := wire.NewClient(limit, c, l.options.Name, config)
	if err == nil {
		return &openDriver{Driver: d, end: c.close}, nil
	}
	if context.Cause(limit) == errHanging && ctx.Err() == nil {
		err = hanging(l.options.Name, l.path, l.options.StartTimeout)
	}
	_ = c.close()
	return nil, err
}

// Restart ends every process. The next call of each driver starts another.
func (l *Lasting) Restart() {
	for _, c := range l.conns() {
		c.end()
	}
}

// Deaths returns how processes have ended by themselves since it was asked last.
func (l *Lasting) Deaths() []string {
	for _, c := range l.conns() {
		c.look()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	deaths := l.deaths
	l.deaths = nil
	return deaths
}

func (l *Lasting) conns() []*lastingConn {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []*lastingConn
	for c := range l.open {
		all = append(all, c)
	}
	return all
}

func (l *Lasting) died(how string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.deaths = append(l.deaths, how)
}

// lastingConn is a connection to whichever process there is.
type lastingConn struct {
	of *Lasting

	mu     sync.Mutex
	plugin *Plugin
	// opening is the first call, which each further process is sent before any other.
	opening *openingCall
}

type openingCall struct {
	method string
	args   any
	reply  reflect.Type
}

var _ grpc.ClientConnInterface = (*lastingConn)(nil)

// Invoke implements grpc.ClientConnInterface.
func (c *lastingConn) Invoke(ctx context.Context, method string, args, reply any, options ...grpc.CallOption) error {
	conn, err := c.live(ctx)
	if err != nil {
		return err
	}
	c.mu.Lock()
	if c.opening == nil {
		c.opening = &openingCall{method, args, reflect.TypeOf(reply).Elem()}
	}
	c.mu.Unlock()
	return c.noticed(conn.Invoke(ctx, method, args, reply, options...))
}

// NewStream implements grpc.ClientConnInterface.
func (c *lastingConn) NewStream(ctx context.Context, desc *grpc.StreamDesc, method string, options ...grpc.CallOption) (grpc.ClientStream, error) {
	conn, err := c.live(ctx)
	if err != nil {
		return nil, err
	}
	stream, err := conn.NewStream(ctx, desc, method, options...)
	if err != nil {
		return nil, c.noticed(err)
	}
	return &lastingStream{stream, c}, nil
}

type lastingStream struct {
	grpc.ClientStream
	conn *lastingConn
}

func (s *lastingStream) RecvMsg(m any) error { return s.conn.noticed(s.ClientStream.RecvMsg(m)) }

// live returns the connection to a process that runs and is open, which may have to be started first.
func (c *lastingConn) live(ctx context.Context) (*grpc.ClientConn, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lookLocked()
	if c.plugin != nil {
		return c.plugin.conn, nil
	}
	p, err := LaunchPath(ctx, c.of.path, c.of.options)
	if err != nil {
		return nil, err
	}
	if again := c.opening; again != nil {
		limit, cancel := context.WithTimeout(ctx, c.of.options.StartTimeout)
		defer cancel()
		if err := p.conn.Invoke(limit, again.method, again.args, reflect.New(again.reply).Interface()); err != nil {
			_ = p.Close()
			return nil, err
		}
	}
	c.plugin = p
	return p.conn, nil
}

// look notices a process that has ended.
func (c *lastingConn) look() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lookLocked()
}

func (c *lastingConn) lookLocked() {
	if c.plugin == nil {
		return
	}
	if how := c.plugin.process.exitedBy(); how != "" {
		c.of.died(how + said(c.plugin.process))
		_ = c.plugin.Close()
		c.plugin = nil
	}
}

// exitTime is how long it takes at most to see a process's end after its connection broke.
const exitTime = 500 * time.Millisecond

// noticed passes an error on. If it is the connection's, the process is ended, unless it has ended by itself.
func (c *lastingConn) noticed(err error) error {
	if !isBroken(err) {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.plugin == nil {
		return err
	}
	timer := time.NewTimer(exitTime)
	defer timer.Stop()
	select {
	case <-c.plugin.process.exited:
		c.lookLocked()
	case <-timer.C:
		_ = c.plugin.Close()
		c.plugin = nil
	}
	return err
}

// isBroken reports whether an error is gRPC's own and means that the connection is no more.
func isBroken(err error) bool {
	s, ok := status.FromError(err)
	return err != nil && ok && len(s.Details()) == 0 &&
		(s.Code() == codes.Unavailable || s.Code() == codes.Canceled && strings.Contains(s.Message(), "connection is closing"))
}

// end ends the process.
func (c *lastingConn) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lookLocked()
	if c.plugin != nil {
		_ = c.plugin.Close()
		c.plugin = nil
	}
}

func (c *lastingConn) close() error {
	c.end()
	c.of.mu.Lock()
	defer c.of.mu.Unlock()
	delete(c.of.open, c)
	return nil
}
