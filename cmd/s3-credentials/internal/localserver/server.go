package localserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Time and size limits for a request. writeTimeout includes a refresh.
const (
	headerTimeout  = 5 * time.Second
	readTimeout    = 10 * time.Second
	writeTimeout   = refreshTimeout + 30*time.Second
	idleTimeout    = time.Minute
	maxHeaderBytes = 16 << 10
	// shutdownTimeout is how long requests in flight, and a refresh that is being rolled back, may take after the server was
	// told to end. With what ends after it (the plugin, the last messages), the program ends within 3 seconds.
	shutdownTimeout = 2 * time.Second
)

// Options say what to serve, and where.
type Options struct {
	// Bucket and Permission are for the initial message.
	Bucket, Permission string
	// Host is the name or address to listen on; empty for every address of this machine.
	Host string
	// Port is the port to listen on; 0 for any free port.
	Port int
	// DurationSeconds is how long a session lasts.
	DurationSeconds int
	// Exports are further lines for the shell of a client, which say where the bucket is.
	Exports []string
	// Token is the token that clients must send.
	Token *Token
	// Open opens a session.
	Open Source
	// Sentence words an error for a person; nil means the error's own text.
	Sentence func(error) string
	// Stderr receives messages and the access log.
	Stderr io.Writer
}

// Server is a listening server.
type Server struct {
	options  Options
	listener net.Listener
	log      *log
}

// Listen opens the listener. Serve answers requests.
func Listen(ctx context.Context, options Options) (*Server, error) {
	var config net.ListenConfig
	options.Host = unbracketed(options.Host)
	listener, err := config.Listen(ctx, "tcp", net.JoinHostPort(options.Host, strconv.Itoa(options.Port)))
	if err != nil {
		return nil, listenError(options, err)
	}
	return &Server{options: options, listener: listener, log: &log{w: options.Stderr}}, nil
}

// listenError explains why the server cannot listen, and what to do.
func listenError(options Options, err error) error {
	where := net.JoinHostPort(options.Host, strconv.Itoa(options.Port))
	var dns *net.DNSError
	switch {
	case errors.Is(err, context.Canceled):
		return fault.Wrap(fault.Canceled, err, "interrupted")
	case errors.Is(err, syscall.EADDRINUSE):
		return fault.Wrap(fault.FailedPrecondition, err, "cannot listen on %s: something else does; choose another --port, or 0 for any that is free", where)
	case errors.Is(err, syscall.EACCES):
		return fault.Wrap(fault.FailedPrecondition, err, "cannot listen on %s: this user may not; choose a --port from 1024 on", where)
	case errors.Is(err, syscall.EADDRNOTAVAIL), errors.As(err, &dns):
		return fault.Wrap(fault.InvalidArgument, err, "cannot listen on %s: the host is not an address of this machine; choose another --host", where)
	}
	return fault.Wrap(fault.FailedPrecondition, err, "cannot listen on %s: %v", where, err)
}

// Address is the address that the server listens on.
func (s *Server) Address() *net.TCPAddr { return s.listener.Addr().(*net.TCPAddr) }

// URL is the server's URL as the Python tool prints it: with the configured host.
func (s *Server) URL() string { return s.url(s.options.Host) }

// ContainerURL is the value for AWS_CONTAINER_CREDENTIALS_FULL_URI on this machine. Over plain HTTP the SDKs accept only
// loopback addresses.
func (s *Server) ContainerURL() string {
	host := s.options.Host
	if s.Address().IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return s.url(host) + containerPath[1:]
}

func (s *Server) url(host string) string {
	return "http://" + net.JoinHostPort(host, strconv.Itoa(s.Address().Port)) + "/"
}

// Serve opens the first session, prints how to use the server, and answers requests until ctx ends; it then returns nil.
func (s *Server) Serve(ctx context.Context) error {
	defer s.listener.Close() //nolint:errcheck // after an orderly shutdown it is closed already
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cache := NewCache(ctx, s.options.Open, s.log.line)
	if s.options.Sentence != nil {
		cache.sentence = s.options.Sentence
	}
	s.say("Generating initial credentials...")
	if _, err := cache.Get(ctx); err != nil {
		limit, cancel := shutdownLimit(ctx)
		defer cancel()
		return cmp.Or(cache.settle(limit), err)
	}
	server := s.newHTTPServer(cache)
	s.printUsage()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(s.listener) }()
	select {
	case err := <-ended:
		return fault.Wrap(fault.Unavailable, err, "the server ended: %v", err)
	case <-ctx.Done():
	}
	s.say("\nShutting down server...")
	limit, cancelLimit := shutdownLimit(ctx)
	defer cancelLimit()
	err := shutDown(limit, server)
	_ = cache.settle(limit) // a client or the log has its error
	return err
}

func (s *Server) newHTTPServer(cache *Cache) *http.Server {
	token := s.options.Token
	return &http.Server{
		Handler:           &handler{cache: cache, log: s.log, guard: newGuard(s.options.Host, s.Address(), token.secret, token.given || s.open())},
		ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeaderBytes,
		ErrorLog:       stdlog.New(s.log, "", 0),
	}
}

// open reports whether other machines can reach the server.
func (s *Server) open() bool { return !s.Address().IP.IsLoopback() }

// shutdownLimit returns a context for what has to end after ctx has ended.
func shutdownLimit(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
}

// shutDown waits for requests in flight until ctx ends.
func shutDown(ctx context.Context, server *http.Server) error {
	if err := server.Shutdown(ctx); err != nil {
		return server.Close()
	}
	return nil
}

// printUsage prints the server's URL, and how AWS SDKs use it.
func (s *Server) printUsage() {
	s.say("Serving %s credentials for bucket '%s' at %s", s.options.Permission, s.options.Bucket, s.URL())
	s.say("For AWS SDKs on this machine:")
	s.say("  export AWS_CONTAINER_CREDENTIALS_FULL_URI=%s", s.ContainerURL())
	s.say("  export AWS_CONTAINER_AUTHORIZATION_TOKEN=%s", s.options.Token.expression)
	for _, line := range s.options.Exports {
		s.say("  %s", line)
	}
	if s.open() {
		s.say("Other machines can reach this server: it asks for the token in the Authorization header, which, as the keys, crosses the network in the clear")
	}
	s.say("Duration: %d seconds", s.options.DurationSeconds)
	s.say("Press Ctrl+C to stop")
}

func (s *Server) say(format string, args ...any) {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	fmt.Fprintf(s.options.Stderr, format+"\n", args...)
}
