package host

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// connected is the driver of a plugin whose process ends with it.
type connected struct {
	driver.Driver
	plugin *Plugin
	conn   *watchedConn
	config driver.Config
}

var _ driver.Reopener = (*connected)(nil)

// connect opens the backend of a plugin. Whether it succeeds or not, the plugin then belongs to the driver.
func connect(ctx context.Context, p *Plugin, config driver.Config) (driver.Driver, error) {
	d := &connected{plugin: p, conn: &watchedConn{ClientConnInterface: p.conn}, config: config}
	var err error
	began := time.Now()
	if d.Driver, err = openOn(ctx, d.conn, p.options, config); err != nil {
		_ = p.Close()
		return nil, err
	}
	if _, log := p.options.logging(ctx); log.Enabled(ctx, slog.LevelDebug) {
		description, _ := d.Describe(ctx) // the client has it already
		log.Debug("plugin is ready", "name", description.Name, "version", description.Version, "protocol", p.Protocol(),
			"start_ms", milliseconds(p.startTime), "open_ms", milliseconds(time.Since(began)), "endpoint", description.EndpointURL, "region", description.Region)
	}
	return d, nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (d *connected) Close() error { return d.plugin.Close() }

// Ended implements driver.Reopener. A plugin that broke its connection off is of no use, even if its process still runs.
func (d *connected) Ended() bool {
	return d.conn.broken.Load() || d.plugin.process != nil && d.plugin.process.exitStatus() != ""
}

// Reopen implements driver.Reopener. It ends what is left of the plugin, and launches the same file with the same options,
// so that its checks are made again.
func (d *connected) Reopen(ctx context.Context) (driver.Driver, error) {
	if d.plugin.process == nil {
		return nil, fault.New(fault.Unavailable, "the plugin %s cannot be started again: %s names a running one", d.plugin.options.Name, EnvReattach)
	}
	_ = d.plugin.Close()
	p, err := Launch(ctx, d.plugin.options)
	if err != nil {
		return nil, err
	}
	return connect(ctx, p, d.config)
}

// watchedConn is a connection to a plugin that notes when it has broken.
type watchedConn struct {
	grpc.ClientConnInterface
	broken atomic.Bool
}

func (c *watchedConn) Invoke(ctx context.Context, method string, args, reply any, options ...grpc.CallOption) error {
	return c.check(c.ClientConnInterface.Invoke(ctx, method, args, reply, options...))
}

func (c *watchedConn) NewStream(ctx context.Context, desc *grpc.StreamDesc, method string, options ...grpc.CallOption) (grpc.ClientStream, error) {
	stream, err := c.ClientConnInterface.NewStream(ctx, desc, method, options...)
	if err != nil {
		return nil, c.check(err)
	}
	return &checkedStream{stream, c.check}, nil
}

func (c *watchedConn) check(err error) error {
	if isBroken(err) {
		c.broken.Store(true)
	}
	return err
}

// checkedStream passes the errors of a stream to check.
type checkedStream struct {
	grpc.ClientStream
	check func(error) error
}

func (s *checkedStream) RecvMsg(m any) error { return s.check(s.ClientStream.RecvMsg(m)) }
