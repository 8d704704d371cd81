//go:build systems && !windows

package hostile_test

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"google.golang.org/grpc"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/wire"
)

// listen makes a plugin's socket and prints the handshake, as a plugin without any library does.
func listen() net.Listener {
	path := filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "hostile")
	listener, err := net.Listen("unix", path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("1|%d|unix|%s|grpc|\n", wire.ProtocolVersion, path)
	return listener
}

// babble answers every connection with something that is no gRPC.
func babble() {
	listener := listen()
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"))
	}
}

// serveRaw serves a backend, besides one method, whose calls fail with that message, however long: a gRPC server would
// not send what the host has said that it does not take.
func serveRaw(open driver.Opener, method, message string) {
	server := wire.NewServer(open)
	g := grpc.NewServer(server.Options(slog.New(slog.DiscardHandler), func(string, any, []byte) {})...)
	server.Register(g)
	protocols := &http.Protocols{}
	protocols.SetUnencryptedHTTP2(true)
	h := &http.Server{Protocols: protocols, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, method) {
			g.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/grpc")
		w.WriteHeader(http.StatusOK)
		w.Header().Set(http.TrailerPrefix+"Grpc-Status", "13")
		w.Header().Set(http.TrailerPrefix+"Grpc-Message", message)
	})}
	_ = h.Serve(listen())
}
