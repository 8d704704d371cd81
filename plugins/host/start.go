package host

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/wire"
)

// start starts the program and connects to it.
func start(ctx context.Context, o Options) (*Plugin, error) {
	folder, err := makeFolder()
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()

	go sweep(filepath.Dir(folder))

	proc := newProcess(o, exec.Command(o.Path, argumentsFor(o.Name, o.Path)...), folder)
	proc.logger = o.logger()
	if err := o.watch.watched(proc); err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "no folder for the plugin's temporary files can be made: %v", err)
	}
	client := plugin.NewClient(clientConfig(proc, o))
	conn, err := dial(ctx, client, proc, o.StartTimeout)
	if err != nil {
		status := proc.awaitExit()
		proc.end(0)
		client.Kill()
		o.watch.ended(proc)
		return nil, startError(ctx, o, proc, status, err)
	}
	return &Plugin{options: o, client: client, process: proc, conn: conn}, nil
}

func clientConfig(proc *process, o Options) *plugin.ClientConfig {
	return &plugin.ClientConfig{
		HandshakeConfig:  wire.Handshake,
		VersionedPlugins: wire.Plugins(nil),
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		RunnerFunc: func(_ hclog.Logger, spec *exec.Cmd, _ string) (runner.Runner, error) {
			return proc, proc.prepare(spec)
		},
		// go-plugin creates a folder in it, which is removed with it.
		UnixSocketConfig: &plugin.UnixSocketConfig{TempDir: proc.folder},
		SkipHostEnv:      true,
		AutoMTLS:         o.autoMTLS || runtime.GOOS == "windows",
		// dial enforces the timeout; this one only bounds go-plugin's wait.
		StartTimeout:    o.StartTimeout + time.Second,
		GRPCDialOptions: append(wire.DialOptions(), proc.inOrder()...),
		// What go-plugin has to say, logReader and the errors say better.
		Logger: hclog.NewNullLogger(),
		// go-plugin carries over the connection what a plugin in Go writes to its stdout and stderr once it serves.
		SyncStdout: proc.kept,
		SyncStderr: proc.kept,
	}
}

// dial starts the process and waits for its connection until the timeout or the end of ctx.
func dial(ctx context.Context, client *plugin.Client, proc *process, timeout time.Duration) (*grpc.ClientConn, error) {
	limit, cancel := context.WithTimeoutCause(ctx, timeout, errNoAnswer)
	defer cancel()
	// go-plugin's wait takes no context; killing the process ends it.
	defer context.AfterFunc(limit, proc.kill)()

	protocol, err := client.Client()
	if cause := context.Cause(limit); cause != nil {
		return nil, cause
	}
	if err != nil {
		return nil, err
	}
	conn, err := protocol.Dispense(wire.PluginName)
	if err != nil {
		return nil, err
	}
	return conn.(*grpc.ClientConn), nil
}
