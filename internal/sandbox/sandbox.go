// Package sandbox is a server for S3, IAM and STS on one loopback port. It stores its data in a folder and enforces the
// policies of its users. It combines VersityGW's gateway and IAM service.
//
//	client -> router (one TCP port) -> gateway (S3)       on a socket in the folder
//	                                -> IAM service (+STS) on a socket in the folder
//	          gateway -> IAM service: authentication and authorization (a third socket)
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"
)

// Region is the sandbox's region.
const Region = "us-east-1"

// Options say where the sandbox stores its data and where it listens.
type Options struct {
	// Dir is the folder for all data. If it does not exist, it is created for its owner only.
	Dir string
	// Listen is the address; "127.0.0.1:0" for any free port.
	Listen string
	// Ready is called once, when the sandbox is ready.
	Ready func(Info) error
}

// Info says how to use a running sandbox.
type Info struct {
	EndpointURL string
	// Dir is absolute.
	Dir  string
	Keys Keys
}

// shutdownWithin is how long requests in flight may take at the end.
const shutdownWithin = 3 * time.Second

// Run serves until the context is cancelled, and then returns nil. A process can run only one sandbox: VersityGW changes
// the working folder and has global settings.
func Run(ctx context.Context, options Options) error {
	dir, err := filepath.Abs(options.Dir)
	if err != nil {
		return err
	}
	keys, err := prepare(dir)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", options.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", options.Listen, err)
	}
	info := Info{EndpointURL: "http://" + listener.Addr().String(), Dir: dir, Keys: keys}
	return serve(ctx, listener, info, options.Ready)
}

// serve runs the three servers; when one ends, all end.
func serve(ctx context.Context, listener net.Listener, info Info, ready func(Info) error) error {
	defer listener.Close()
	backends, err := openBackends(info)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return backends.runIAM(ctx) })
	group.Go(func() error {
		// The gateway calls the IAM service while it starts, and waits for seconds if that does not answer.
		if err := waitForSocket(ctx, iamPrivateSocket); err != nil {
			return err
		}
		return backends.runGateway(ctx)
	})
	group.Go(func() error {
		for _, socket := range []string{iamSocket, gatewaySocket} {
			if err := waitForSocket(ctx, socket); err != nil {
				return err
			}
		}
		return serveRouter(ctx, listener, func() error { return ready(info) })
	})
	err = group.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func serveRouter(ctx context.Context, listener net.Listener, ready func() error) error {
	server := &http.Server{Handler: newRouter(), ReadHeaderTimeout: time.Minute}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	if err := ready(); err != nil {
		_ = server.Close() // the other error is the reason to stop
		return err
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownWithin)
	defer cancel()
	if err := server.Shutdown(closing); err != nil {
		_ = server.Close() // aborts the remaining requests
	}
	return ctx.Err()
}

// waitForSocket waits until a server of this process listens on the socket.
func waitForSocket(ctx context.Context, path string) error {
	dialer := net.Dialer{}
	for {
		connection, err := dialer.DialContext(ctx, "unix", path)
		if err == nil {
			return connection.Close()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// prepare creates the sandbox's folders, and returns the keys of its root user.
func prepare(dir string) (Keys, error) {
	for _, sub := range []string{"", "buckets", "iam", "run"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return Keys{}, fmt.Errorf("cannot make the sandbox's folder: %w", err)
		}
	}
	return rootKeys(filepath.Join(dir, keysFile))
}
