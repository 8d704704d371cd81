// Package host finds, starts and ends plugins: programs named s3-credentials-backend-NAME that serve a [driver.Driver]
// over go-plugin. Most programs need one call:
//
//	backend, err := host.Connect(ctx, host.Options{}, driver.Config{EndpointURL: "https://s3.example.com"})
//	if err != nil { ... }
//	defer backend.Close()
//
// [Connect] detects the backend that the endpoint needs, finds its plugin, checks the plugin's pin, starts it and opens
// the driver. [Discover] lists the installed plugins, [Launch] starts one without opening it, and a [Supervisor] restarts
// plugins that crash.
//
// A plugin runs in its own process group and inherits only the environment variables that S3
// programs need. Host and plugin talk over a unix socket
// in a folder that only this user may enter; the folder is removed once they are connected. The plugin ends with
// [Plugin.Close] or the driver's Close, and when this process ends.
package host

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/wire"
)

// DefaultStartTimeout is the default of Options.StartTimeout. On an idle machine a plugin in Go starts, opens and ends
// within 17 ms; the interpreter of a Python plugin needs half a second to start.
// On one with a load of ten for each processor, four seconds were not always enough.
const DefaultStartTimeout = 10 * time.Second

// closeTime is how long a plugin may take to end before it is killed.
const closeTime = 250 * time.Millisecond

// Options say which plugin to start and how. Most programs need the zero value.
type Options struct {
	// Name is the backend's name: "aws" for s3-credentials-backend-aws. It has at most 64 lower-case letters, digits and
	// single hyphens. If it is empty, Connect detects the backend, and Launch takes the name from Path.
	Name string
	// Path is the plugin's file. If it is empty, the file is searched in Discover's order.
	Path string
	// Dirs are folders that are searched, in this order, before all others.
	Dirs []string
	// Pins maps names to the SHA-256, in hexadecimal, of the only file that may be started for them.
	Pins map[string]string
	// Settings are what S3 has no words for, such as "admin-url" for Garage. A backend reads them from its environment, where they replace
	// what this process has: S3_CREDENTIALS_GARAGE_ADMIN_URL.
	Settings map[string]string
	// ByProfile keeps AWS_ENDPOINT_URL, and those for single services, from the plugin. They stand before the endpoint of a profile, so that
	// two profiles would lead to one system.
	ByProfile bool
	// Logger receives what the host and the plugin do: which backend is chosen and why, where the plugin is and how long it took to start,
	// each request, and what else the plugin logs. What a call depends on is there before the call returns, and all that a plugin logged
	// before Close does. No secret is in it. It holds calls up when it blocks. Nil for none, unless the variable S3_CREDENTIALS_DEBUG
	// is 1, or S3_CREDENTIALS_LOG is a level, such as debug: then lines of text go to Log.
	Logger *slog.Logger
	// Log is where the log goes that a variable asks for; nil for os.Stderr.
	Log io.Writer
	// StartTimeout bounds the start of a plugin, and then its Open; 0 for DefaultStartTimeout.
	StartTimeout time.Duration
	// autoMTLS protects the connection with certificates instead of the socket's folder. To start, open and end a plugin
	// then takes 33 ms instead of 17 (BenchmarkStart). It is always on where there are no unix sockets.
	autoMTLS bool
	// bundle is driver.Config.CABundle, for a plugin that reads AWS_CA_BUNDLE and not the configuration.
	bundle string
	// watch is set for the plugins of a Supervisor.
	watch *watch
}

// Plugin is a started plugin.
type Plugin struct {
	options Options
	client  *plugin.Client
	// process is nil for a plugin that this host did not start.
	process *process
	conn    *grpc.ClientConn
	closing sync.Once
	// startTime is how long the start took, up to the handshake.
	startTime time.Duration
}

// Launch starts the plugin that the options name. The caller closes it. It fails with InvalidArgument if o.Name is no
// backend's name; with Unavailable if the plugin is missing, cannot be started on this machine, or does not complete its
// handshake within o.StartTimeout; with FailedPrecondition if it is not the file that is pinned for its name, or if its file,
// a folder above it, or the folder for its socket belongs to another user than root and this one, or may be written by
// everybody (not checked on Windows).
func Launch(ctx context.Context, o Options) (*Plugin, error) {
	if o.StartTimeout == 0 {
		o.StartTimeout = DefaultStartTimeout
	}
	if o.Path == "" {
		if err := CheckName(o.Name); err != nil {
			return nil, err
		}
		if p, err := reattach(o); p != nil || err != nil {
			return p, err
		}
		path, err := find(o)
		if err != nil {
			return nil, err
		}
		o.Path = path
	}
	if o.Name == "" {
		o.Name = nameOf(o.Path)
	}
	if err := checkExecutable(o.Name, o.Path); err != nil {
		return nil, err
	}
	if err := checkPin(o.Name, o.Path, o.Pins); err != nil {
		return nil, err
	}
	_, pinned := o.Pins[o.Name]
	_, log := o.logging(ctx)
	log.Debug("plugin is started", "name", o.Name, "path", o.Path, "pinned", pinned)
	began := time.Now()
	p, err := start(ctx, o)
	if err == nil {
		p.startTime = time.Since(began)
	}
	return p, err
}

// Protocol returns the version of the plugin protocol that both sides agreed on.
func (p *Plugin) Protocol() int {
	if p.client == nil {
		return wire.ProtocolVersion
	}
	return p.client.NegotiatedVersion()
}

// Open opens the backend. It fails with Unavailable after Options.StartTimeout. A plugin holds one open backend: opening
// it again closes the former driver.
func (p *Plugin) Open(ctx context.Context, config driver.Config) (driver.Driver, error) {
	return openOn(ctx, p.conn, p.options, config)
}

// Close ends the process and its children, and removes their files. It kills a plugin that does not end within a quarter
// of a second. Close may be called more than once, and returns nil.
func (p *Plugin) Close() error {
	p.closing.Do(p.end)
	return nil
}

// end closes the connection and ends the process, if this host started it.
func (p *Plugin) end() {
	if p.process == nil {
		_ = p.conn.Close()
		return
	}
	p.process.end(closeTime)
	_ = p.conn.Close()
	// The process has ended: this only waits for go-plugin's goroutines.
	p.client.Kill()
	p.options.watch.ended(p.process)
}

// openDriver is a driver whose Close ends the process behind it.
type openDriver struct {
	driver.Driver
	end func() error
}

func (d *openDriver) Close() error { return d.end() }

var errNoAnswer = errors.New("the plugin does not answer")

// openOn opens the backend behind a connection.
func openOn(ctx context.Context, conn grpc.ClientConnInterface, o Options, config driver.Config) (driver.Driver, error) {
	// Not a deadline: gRPC would tell it to the plugin, and whichever side's clock ended first would choose the error.
	limit, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer time.AfterFunc(o.StartTimeout, func() { cancel(errNoAnswer) }).Stop()
	opened, err := wire.NewClient(limit, conn, o.Name, config)
	switch {
	case err == nil:
		return opened, nil
	case context.Cause(limit) == errNoAnswer && ctx.Err() == nil:
		return nil, noAnswer(o)
	}
	return nil, err
}

// noAnswer is the error for a plugin that exceeded its time.
func noAnswer(o Options) error {
	return fault.New(fault.Unavailable, "the plugin %s (%s) did not answer within %s and was ended", o.Name, o.Path, o.StartTimeout)
}
