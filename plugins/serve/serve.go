// Package serve makes a plugin of a backend in Go. It is all that the author needs besides core/driver:
//
//	func main() { serve.Serve(mybackend.Open) }
//
// The program is called s3-credentials-backend-NAME. s3-credentials starts it when a command needs the backend NAME, calls
// the driver over gRPC on a private socket, and ends it with the command; when s3-credentials ends in any other way, the
// plugin ends by itself. Calls that are in progress then have two seconds to clean up.
//
// Requests that a backend sends through the Transport of package s3fault, or tells of by driver.LogRequest, are shown where a user asks for
// them, and so is what it logs to driver.Logger. Both go to stderr, in lines as docs/plugins.md says. Package conformance tests the plugin.
package serve

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"time"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/coredump"
	"github.com/s3-credentials/s3-credentials/internal/wire"
)

// endTime is how long calls in progress have to clean up when the host ends.
const endTime = 2 * time.Second

// Serve serves the backend to the host that started this process, and returns when the host no longer needs it or has ended.
// It is the whole main function of a plugin. The program must not print to stdout before: the first line there is the
// handshake. If a person and not a host has started the program, Serve says so on stderr and exits with status 1.
func Serve(open driver.Opener) {
	if os.Getenv(wire.Handshake.MagicCookieKey) != wire.Handshake.MagicCookieValue {
		fmt.Fprintf(os.Stderr, "%s is a plugin of s3-credentials and does nothing by itself: put it into a folder of your PATH, "+
			"where s3-credentials finds it\n", filepath.Base(os.Args[0]))
		os.Exit(1)
	}
	coredump.Disable()
	// A host that has gone cannot read the handshake: this process ends in order, and removes its socket.
	signal.Notify(make(chan os.Signal, 1), brokenPipeSignals...)
	server, calls := wire.NewServer(open), callLogger()
	logger()
	stop := &stopper{}
	watch(stop.stop)
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig:  wire.Handshake,
		VersionedPlugins: wire.Plugins(server),
		Logger:           frameLogger(),
		GRPCServer: func(options []grpc.ServerOption) *grpc.Server {
			s := grpc.NewServer(append(options, server.Options(calls, logPanic)...)...)
			stop.set(s)
			return s
		},
	})
	end(server)
}

// end waits for calls in progress and closes the driver, for at most endTime.
func end(server *wire.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), endTime)
	defer cancel()
	_ = server.Close(ctx)
	removeSocket()
}

// watch calls stop when the host has ended, or asks this process to end.
func watch(stop func()) {
	terminate := make(chan os.Signal, 1)
	signal.Notify(terminate, terminationSignals...)
	gone := lifeline()
	go func() {
		select {
		case <-terminate:
		case <-gone:
		}
		// Even if a call hangs, this process ends soon after its host.
		time.AfterFunc(endTime, func() {
			removeSocket()
			os.Exit(1)
		})
		stop()
	}()
}

// removeSocket removes the private folder of the socket, in case that the host has ended before it could.
func removeSocket() {
	folder := os.Getenv(plugin.EnvUnixSocketDir)
	if folder == "" || os.Getenv(wire.EnvLifeline) == "" {
		return
	}
	_ = os.RemoveAll(folder)
}

// stopper stops the gRPC server, or the one that is set later.
type stopper struct {
	mu      sync.Mutex
	server  *grpc.Server
	stopped bool
}

func (s *stopper) set(server *grpc.Server) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.server = server
	if s.stopped {
		server.Stop()
	}
}

func (s *stopper) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	if s.server != nil {
		s.server.Stop()
	}
}
