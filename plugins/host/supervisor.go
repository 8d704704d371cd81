package host

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/wire"
)

// Supervisor opens a plugin any number of times, each driver in its own process, and restarts processes that end: the
// call during which a process ends fails, and the next call starts another process. It is for tests of plugins, for example
// with package conformance. A plugin that [EnvReattach] names is not started: its drivers take turns with its one open
// backend, so that a call waits for those of other drivers to end.
type Supervisor struct {
	options Options
	turns   *turns

	mu      sync.Mutex
	open    []*supervisedConn
	crashes []string
}

// NewSupervisor returns a Supervisor of the plugin that the options name. It starts nothing yet.
func NewSupervisor(o Options) *Supervisor {
	if o.StartTimeout == 0 {
		o.StartTimeout = DefaultStartTimeout
	}
	if o.Name == "" {
		o.Name = nameOf(o.Path)
	}
	o.watch = &watch{}
	return &Supervisor{options: o, turns: newTurns()}
}

// Open starts the plugin and opens the backend; it is a [driver.Opener]. The driver's Close ends the process. The errors
// are those of [Connect].
func (s *Supervisor) Open(ctx context.Context, config driver.Config) (driver.Driver, error) {
	c := &supervisedConn{supervisor: s}
	if _, err := c.live(ctx); err != nil {
		return nil, err
	}
	o := c.plugin.options
	s.mu.Lock()
	s.open = append(s.open, c)
	s.mu.Unlock()
	d, err := openOn(ctx, c, o, config)
	if err != nil {
		_ = c.close()
		return nil, err
	}
	return &openDriver{Driver: d, end: c.close}, nil
}

// Restart ends every process. The next call of each driver starts another.
func (s *Supervisor) Restart() {
	for _, c := range s.conns() {
		c.end()
	}
}

// Crashes returns the processes that ended by themselves since the last call of Crashes: the exit status and, after a
// colon, the first line that the plugin wrote to stderr.
func (s *Supervisor) Crashes() []string {
	for _, c := range s.conns() {
		c.mu.Lock()
		c.reap()
		c.mu.Unlock()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	crashes := s.crashes
	s.crashes = nil
	return crashes
}

func (s *Supervisor) conns() []*supervisedConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.open)
}

// supervisedConn is one driver's connection to its current process.
type supervisedConn struct {
	supervisor *Supervisor

	mu sync.Mutex
	// plugin is nil while no process runs.
	plugin *Plugin
	// opening is the first call, the backend's Open. It is repeated as the first call of every further process.
	opening *openingCall
}

type openingCall struct {
	method string
	args   any
	reply  reflect.Type
}

func (o *openingCall) repeat(ctx context.Context, conn *grpc.ClientConn) error {
	return conn.Invoke(ctx, o.method, o.args, reflect.New(o.reply).Interface())
}

var _ grpc.ClientConnInterface = (*supervisedConn)(nil)

// Invoke implements grpc.ClientConnInterface.
func (c *supervisedConn) Invoke(ctx context.Context, method string, args, reply any, options ...grpc.CallOption) error {
	conn, err := c.live(ctx)
	if err != nil {
		return err
	}
	release, err := c.turn(ctx, conn)
	if err != nil {
		return err
	}
	defer release()
	c.mu.Lock()
	if c.opening == nil {
		c.opening = &openingCall{method, args, reflect.TypeOf(reply).Elem()}
	}
	c.mu.Unlock()
	return c.checked(conn.Invoke(ctx, method, args, reply, options...))
}

// NewStream implements grpc.ClientConnInterface.
func (c *supervisedConn) NewStream(ctx context.Context, desc *grpc.StreamDesc, method string, options ...grpc.CallOption) (grpc.ClientStream, error) {
	conn, err := c.live(ctx)
	if err != nil {
		return nil, err
	}
	release, err := c.turn(ctx, conn)
	if err != nil {
		return nil, err
	}
	stream, err := conn.NewStream(ctx, desc, method, options...)
	if err != nil {
		release()
		return nil, c.checked(err)
	}
	context.AfterFunc(stream.Context(), release) // gRPC ends the stream's context with the stream
	return &checkedStream{stream, c.checked}, nil
}

// live returns the connection to a running, open process, and starts one if there is none.
func (c *supervisedConn) live(ctx context.Context) (*grpc.ClientConn, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reap()
	if c.plugin != nil {
		return c.plugin.conn, nil
	}
	o := c.supervisor.options
	p, err := c.supervisor.launch(ctx)
	if err != nil {
		return nil, err
	}
	if again := c.opening; again != nil && p.process != nil {
		limit, cancel := context.WithTimeout(ctx, o.StartTimeout)
		defer cancel()
		if err := again.repeat(limit, p.conn); err != nil {
			_ = p.Close()
			return nil, err
		}
	}
	c.plugin = p
	return p.conn, nil
}

// launch connects to the running plugin, or else starts the program.
func (s *Supervisor) launch(ctx context.Context) (*Plugin, error) {
	if p, err := reattach(s.options); p != nil || err != nil {
		return p, err
	}
	return Launch(ctx, s.options)
}

// reap records a process that has ended by itself as a crash, and drops it. c.mu is held.
func (c *supervisedConn) reap() {
	if c.plugin == nil || c.plugin.process == nil {
		return
	}
	exit := c.plugin.process.exitStatus()
	if exit == "" {
		return
	}
	c.supervisor.mu.Lock()
	c.supervisor.crashes = append(c.supervisor.crashes, exit+c.plugin.process.reason())
	c.supervisor.mu.Unlock()
	c.stop()
}

// stop ends the process, if one runs. c.mu is held.
func (c *supervisedConn) stop() {
	if c.plugin != nil {
		_ = c.plugin.Close()
		c.plugin = nil
	}
}

// brokenExitTime is how long a process may take to end after its connection broke.
const brokenExitTime = 500 * time.Millisecond

// checked returns the error of a call. If the connection broke, it ends the process, so that the next call starts another.
func (c *supervisedConn) checked(err error) error {
	c.supervisor.options.watch.breach(wire.Breach(err))
	if !isBroken(err) {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.plugin == nil {
		return err
	}
	if c.plugin.process != nil {
		timer := time.NewTimer(brokenExitTime)
		defer timer.Stop()
		select {
		case <-c.plugin.process.exited:
			c.reap()
		case <-timer.C:
			c.supervisor.options.watch.breach("the process broke off its connection, or an error has no Fault: " + err.Error())
		}
	}
	c.stop()
	return err
}

// isBroken reports whether gRPC itself returned the error because the connection broke.
func isBroken(err error) bool {
	s, ok := status.FromError(err)
	return err != nil && ok && len(s.Details()) == 0 &&
		(s.Code() == codes.Unavailable || s.Code() == codes.Canceled && strings.Contains(s.Message(), "connection is closing"))
}

// end ends the process, and records a crash before that.
func (c *supervisedConn) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reap()
	c.stop()
}

func (c *supervisedConn) close() error {
	c.end()
	s := c.supervisor
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = slices.DeleteFunc(s.open, func(other *supervisedConn) bool { return other == c })
	return nil
}
