// Package serve is all that the author of a backend in Go needs to make a plugin of it:
//
//	func main() { serve.Serve(mybackend.Open) }
package serve

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/wire"
)

// endTime is how long calls that are under way when the host goes have to clean up after themselves.
const endTime = 2 * time.Second

// Serve offers the backend to the host that started this process, and returns when the host is done with it, or gone.
// It is the whole of a plugin's main. Nothing may be printed to stdout before: its first line is the handshake.
func Serve(open driver.Opener) {
	if os.Getenv(wire.Handshake.MagicCookieKey) != wire.Handshake.MagicCookieValue {
		fmt.Fprintf(os.Stderr, "%s is a plugin of s3-credentials and does nothing by itself: put it into a folder of your PATH, "+
			"where s3-credentials finds it\n", filepath.Base(os.Args[0]))
		os.Exit(1)
	}
	server := wire.NewServer(open)
	stop := &stopper{}
	watch(stop.stop)
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig:  wire.Handshake,
		VersionedPlugins: wire.Plugins(server),
		Logger:           logger(),
		GRPCServer: func(options []grpc.ServerOption) *grpc.Server {
			s := grpc.NewServer(append(options, server.Options(logPanic)...)...)
			stop.set(s)
			return s
		},
	})
	end(server)
}

// end lets what is under way finish and closes the driver, within endTime.
func end(server *wire.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), endTime)
	defer cancel()
	_ = server.Close(ctx)
	removeSocket()
}

// watch calls stop when the host is gone or ends this process politely.
func watch(stop func()) {
	terminate := make(chan os.Signal, 1)
	signal.Notify(terminate, terminationSignals...)
	gone := lifeline()
	go func() {
		select {
		case <-terminate:
		case <-gone:
		}
		// Whatever hangs, this process does not outlive its host by more than a moment.
		time.AfterFunc(endTime, func() {
			removeSocket()
			os.Exit(1)
		})
		stop()
	}()
}

// removeSocket removes the private folder that the host made for the socket, which the host does itself where it can.
func removeSocket() {
	folder := os.Getenv(plugin.EnvUnixSocketDir)
	if folder == "" || os.Getenv(wire.EnvLifeline) == "" {
		return
	}
	_ = os.RemoveAll(folder)
}

// stopper stops the gRPC server, also when asked to before there is one.
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

// logger is what this process logs to. It is made once, before go-plugin takes os.Stderr away.
var logger = sync.OnceValue(func() hclog.Logger {
	level := hclog.LevelFromString(os.Getenv(wire.EnvLog))
	if level == hclog.NoLevel {
		level = hclog.Warn
	}
	return hclog.New(&hclog.LoggerOptions{Level: level, Output: os.Stderr, JSONFormat: true})
})

func logPanic(method string, reason any, stack []byte) {
	logger().Error("panic in a call", "method", method, "reason", fmt.Sprint(reason))
	logger().Debug("stack of the panic", "stack", string(stack))
}
