//go:build systems

package main

import (
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// TestConnectionsOnSandbox and its like send a request of each API by a connection that needs something.
func TestConnectionsOnSandbox(t *testing.T) { testConnections(t, systems.Sandbox(t)) }

func TestConnectionsOnMinIO(t *testing.T) { testConnections(t, systems.MinIO(t)) }

func testConnections(t *testing.T, system *systems.System) {
	front, bundle := secured(t, system.EndpointURL)
	proxy := newForwardProxy(t, system.EndpointURL, front)
	for _, c := range []struct {
		name, endpoint, options string
		env                     []string
		// says is what stderr has; a run without "fails" succeeds.
		says  string
		fails bool
		// by is the least number of requests that the proxy sees.
		by int
	}{
		{name: "an authority that nobody knows", endpoint: front, fails: true, says: "name its file in AWS_CA_BUNDLE, or with --ca-bundle"},
		{name: "the same for a backend that is named", endpoint: front, options: "--backend " + backendOf(system), fails: true, says: "name its file in AWS_CA_BUNDLE, or with --ca-bundle"},
		{name: "ca-bundle", endpoint: front, options: "--ca-bundle " + bundle},
		{name: "ca-bundle of the environment", endpoint: front, env: []string{"S3_CREDENTIALS_CA_BUNDLE=" + bundle}},
		{name: "AWS_CA_BUNDLE", endpoint: front, env: []string{"AWS_CA_BUNDLE=" + bundle}},
		{name: "SSL_CERT_FILE", endpoint: front, env: []string{"SSL_CERT_FILE=" + bundle}},
		{name: "mc", endpoint: front, env: []string{"MC_CONFIG_DIR=" + mcWith(t, bundle)}},
		{name: "a bundle that is not there", endpoint: front, options: "--ca-bundle missing.pem", fails: true, says: "missing.pem, which cannot be read"},
		{name: "insecure", endpoint: front, options: "--insecure", says: "Warning: --insecure accepts every certificate"},
		{name: "insecure is not for the environment", endpoint: front, env: []string{"S3_CREDENTIALS_INSECURE=1"}, fails: true, says: "AWS_CA_BUNDLE"},
		{name: "a proxy", endpoint: "http://example.com", env: []string{"HTTP_PROXY=" + proxy.URL}, by: 2},
		{name: "a proxy for TLS", endpoint: "https://example.com", options: "--ca-bundle " + bundle, env: []string{"https_proxy=" + proxy.URL}, by: 2},
		{name: "not by the proxy", endpoint: "http://nowhere.invalid", env: []string{"HTTP_PROXY=" + proxy.URL, "NO_PROXY=.invalid"}, fails: true, says: "nowhere.invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, command := range []string{"whoami", "list-buckets"} {
				proxy.reset()
				args := append([]string{command, "--endpoint-url", c.endpoint}, strings.Fields(c.options)...)
				cmd := exec.CommandContext(t.Context(), program(t), args...)
				cmd.Env = append(system.Env(), "HOME="+t.TempDir())
				cmd.Env = append(cmd.Env, c.env...)
				var stderr strings.Builder
				cmd.Stderr = &stderr
				err := cmd.Run()
				if failed := err != nil; failed != c.fails || !strings.Contains(stderr.String(), c.says) || c.says == "" && stderr.Len() > 0 {
					t.Errorf("%s: %v: %s", command, err, &stderr)
				}
				if seen := proxy.hosts(); len(seen) < c.by || c.by == 0 && len(seen) > 0 {
					t.Errorf("%s: the proxy saw %q", command, seen)
				}
			}
		})
	}
}

// backendOf is the backend of a system that these tests run on.
func backendOf(system *systems.System) string {
	if system.Name == "minio" {
		return "minio"
	}
	return "aws"
}

// secured is a front with TLS, for this machine and for example.com, and the file of its authority.
func secured(t *testing.T, endpoint string) (front, bundle string) {
	server := httptest.NewUnstartedServer(forwarding(t, endpoint))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	bundle = filepath.Join(t.TempDir(), "authority.pem")
	writeFile(t, bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	return server.URL, bundle
}

// forwarding sends requests on as they are; the header Host stays, as signatures cover it.
func forwarding(t *testing.T, endpoint string) http.Handler {
	to, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = to.Scheme, to.Host, r.In.Host
	}}
}

// mcWith is a folder of mc's configuration that has an authority.
func mcWith(t *testing.T, bundle string) string {
	content, err := os.ReadFile(bundle)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	writeFile(t, filepath.Join(folder, "certs", "CAs", "own.crt"), content)
	return folder
}

func writeFile(t *testing.T, path string, content []byte) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// forwardProxy is a proxy for clients, for which every host is one system.
type forwardProxy struct {
	URL  string
	mu   sync.Mutex
	seen []string
}

func newForwardProxy(t *testing.T, plain, front string) *forwardProxy {
	p := &forwardProxy{}
	forward := forwarding(t, plain)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.seen = append(p.seen, r.Method+" "+r.URL.Host)
		p.mu.Unlock()
		if r.Method == http.MethodConnect {
			tunnel(w, strings.TrimPrefix(front, "https://"))
			return
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	p.URL = server.URL
	return p
}

// tunnel connects the client to an address.
func tunnel(w http.ResponseWriter, address string) {
	to, err := net.Dial("tcp", address)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer to.Close()
	w.WriteHeader(http.StatusOK)
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	go io.Copy(to, buffered) //nolint:errcheck // it ends with the connection
	_, _ = io.Copy(client, to)
}

func (p *forwardProxy) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = nil
}

// hosts are the hosts that were asked for since the last reset.
func (p *forwardProxy) hosts() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.seen)
}
