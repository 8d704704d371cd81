// Package host finds, checks, starts and ends plugin processes, and finds out which backend an endpoint needs.
//
// A plugin runs in a process group of its own, with an environment of its own (see env.go), and is talked to over a
// unix socket in a folder that only this user may enter; the folder is removed as soon as the connection stands. It is
// ended by [Plugin.Close], and ends by itself when this process does.
package host

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/wire"
)

// DefaultStartTimeout is how long a plugin may take from its start to being open.
const DefaultStartTimeout = 4 * time.Second

// closeTime is how long a plugin has to end by itself before it is killed.
const closeTime = 250 * time.Millisecond

// Options say which plugin to start and how.
type Options struct {
	// Name is the backend's name: "aws" for s3-credentials-backend-aws.
	Name string
	// Dirs are searched before all other folders, in this order.
	Dirs []string
	// Pins maps names to the sha256 of the only binary that may be started for them, as hexadecimal.
	Pins map[string]string
	// LogWriter receives the plugin's log if S3_CREDENTIALS_LOG asks for one; nil means os.Stderr.
	LogWriter io.Writer
	// StartTimeout is how long a plugin may take to start; 0 means DefaultStartTimeout.
	StartTimeout time.Duration
	// AutoMTLS protects the connection with certificates instead of the socket's folder. It costs about 40 ms, and is
	// always on where there are no unix sockets.
	AutoMTLS bool
}

// Plugin is one backend's program, started.
type Plugin struct {
	name    string
	path    string
	options Options
	client  *plugin.Client
	process *process
	conn    *grpc.ClientConn

	mu     sync.Mutex
	taken  bool
	closed bool
	more   []*Plugin
}

// Launch finds the plugin by its name and starts it.
func Launch(ctx context.Context, o Options) (*Plugin, error) {
	if err := checkName(o.Name); err != nil {
		return nil, err
	}
	if p, err := reattach(ctx, o); p != nil || err != nil {
		return p, err
	}
	found, err := find(o)
	if err != nil {
		return nil, err
	}
	return LaunchPath(ctx, found.Path, o)
}

// LaunchPath starts a plugin from a given file. The pin of o.Name is honoured, if there is one.
func LaunchPath(ctx context.Context, path string, o Options) (*Plugin, error) {
	if o.Name == "" {
		o.Name = nameOf(path)
	}
	if err := checkExecutable(o.Name, path); err != nil {
		return nil, err
	}
	if err := checkPin(o.Name, path, o.Pins); err != nil {
		return nil, err
	}
	return start(ctx, path, o)
}

// Name returns the name that errors call the plugin by.
func (p *Plugin) Name() string { return p.name }

// Path returns the file that was started; empty if the plugin was started by somebody else.
func (p *Plugin) Path() string { return p.path }

// Protocol returns the version of the contract that both sides agreed on.
func (p *Plugin) Protocol() int {
	if p.client == nil {
		return wire.ProtocolVersion
	}
	return p.client.NegotiatedVersion()
}

// PID returns the process's id; 0 if the plugin was started by somebody else.
func (p *Plugin) PID() int {
	if p.process == nil {
		return 0
	}
	return p.process.pid()
}

// Open opens the backend. A process holds one open backend: each further Open starts a process of its own, which ends
// with the driver's Close, or the plugin's.
func (p *Plugin) Open(ctx context.Context, config driver.Config) (driver.Driver, error) {
	to, err := p.unused(ctx)
	if err != nil {
		return nil, err
	}
	limit, cancel := context.WithTimeoutCause(ctx, to.options.StartTimeout, errHanging)
	defer cancel()
	opened, err := wire.NewClient(limit, to.conn, to.name, config)
	if err == nil {
		return &openDriver{Driver: opened, end: func() error { return p.release(to) }}, nil
	}
	if context.Cause(limit) == errHanging && ctx.Err() == nil {
		err = hanging(to.name, to.path, to.options.StartTimeout)
	}
	if to != p {
		_ = to.Close()
	}
	return nil, err
}

var errHanging = errors.New("hanging")

// unused returns p itself the first time, and a further process of the same program after that.
func (p *Plugin) unused(ctx context.Context) (*Plugin, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return nil, fault.New(fault.FailedPrecondition, "the plugin %s is closed", p.name)
	case !p.taken || p.process == nil:
		p.taken = true
		return p, nil
	}
	another, err := LaunchPath(ctx, p.path, p.options)
	if err != nil {
		return nil, err
	}
	another.taken = true
	p.more = append(p.more, another)
	return another, nil
}

// release ends the process of a driver that was closed. The first process stays until the plugin is closed, so that
// the caller need not wait for its end twice.
func (p *Plugin) release(to *Plugin) error {
	if to == p {
		return nil
	}
	return to.Close()
}

// Close ends the plugin and everything that it started, and removes what it needed. It takes no longer than a moment:
// a plugin that does not end by itself is killed. It may be called more than once.
func (p *Plugin) Close() error {
	p.mu.Lock()
	more, closed := p.more, p.closed
	p.closed, p.more = true, nil
	p.mu.Unlock()
	var wait sync.WaitGroup
	for _, other := range more {
		wait.Go(func() { _ = other.Close() })
	}
	if !closed {
		p.end()
	}
	wait.Wait()
	return nil
}

// end closes the connection and ends the process, if it is ours.
func (p *Plugin) end() {
	if p.process == nil {
		_ = p.conn.Close()
		return
	}
	p.process.end(closeTime)
	_ = p.conn.Close()
	// The process is gone: this only waits for go-plugin's own goroutines.
	p.client.Kill()
}

// openDriver is a driver whose Close ends the process that was started for it alone.
type openDriver struct {
	driver.Driver
	end func() error
}

func (d *openDriver) Close() error { return d.end() }

// hanging is the error for a plugin that does not answer.
func hanging(name, path string, after time.Duration) error {
	return fault.New(fault.Unavailable, "the plugin %s (%s) did not answer within %s and was ended", name, path, after)
}

// logWriter is where the plugin's log goes.
func (o Options) logWriter() io.Writer {
	if o.LogWriter != nil {
		return o.LogWriter
	}
	return os.Stderr
}
