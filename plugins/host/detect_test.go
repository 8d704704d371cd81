package host_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

func TestDetectBySending(t *testing.T) {
	for _, c := range []struct {
		name, backend, says string
		code                fault.Code
		answer              http.HandlerFunc
	}{
		{name: "a server that says MinIO", backend: "minio", answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Server", "MinIO")
		}},
		{name: "minio behind a proxy", backend: "minio", answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Amz-Request-Id", "17")
			w.Header().Set("Server", "nginx")
		}},
		{name: "rustfs", backend: "rustfs", answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"service":"rustfs-endpoint","status":"ok","timestamp":"2026-11-20T10:00:00Z"}`)
		}},
		{name: "seaweedfs", backend: "seaweedfs", answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Server", "SeaweedFS 30GB 4.53")
			w.Header().Set("X-Amz-Request-Id", "18ECE2B58C09A220F277A1DC")
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied.</Message><Resource>/minio/health/live</Resource><RequestId>18ECE2B58C09A220F277A1DC</RequestId><Key>health/live</Key><BucketName>minio</BucketName></Error>`)
		}},
		{name: "versitygw", backend: "versitygw", answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Server", "VERSITYGW")
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchBucket</Code><BucketName>minio</BucketName></Error>`)
		}},
		{name: "ceph", backend: "ceph", answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Amz-Request-Id", "tx00000c06bc790c649f721-006b0da8de-1034-default")
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchBucket</Code><Message></Message><BucketName>minio</BucketName>`+
				`<RequestId>tx00000c06bc790c649f721-006b0da8de-1034-default</RequestId><HostId>1034-default-default</HostId></Error>`)
		}},
		{name: "another with ids of Swift's form", backend: "aws", answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Amz-Request-Id", "tx00000c06bc790c649f721-006b0da8de")
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchBucket</Code><RequestId>tx00000c06bc790c649f721-006b0da8de</RequestId></Error>`)
		}},
		{name: "garage", backend: "garage", answer: func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Forbidden: Garage does not support anonymous access yet</Message><Resource>/minio/health/live</Resource><Region>garage</Region></Error>`)
		}},
		{name: "an S3 error", backend: "aws", answer: func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>no</Message></Error>`)
		}},
		{name: "an IAM error", backend: "aws", answer: func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `<ErrorResponse><Error><Code>MissingAuthenticationToken</Code></Error></ErrorResponse>`)
		}},
		{name: "a web page", code: fault.InvalidArgument, says: "does not answer as S3 does", answer: func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<html><body>Welcome</body></html>")
		}},
		{name: "an empty 200", code: fault.InvalidArgument, says: "does not answer as S3 does", answer: func(http.ResponseWriter, *http.Request) {}},
		{name: "another protocol", code: fault.InvalidArgument, says: "does not answer as S3 does", answer: func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, _ = io.WriteString(connection, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
			}
		}},
		{name: "a redirect of MinIO's", code: fault.InvalidArgument, says: "redirects to http://127.0.0.1:1", answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Server", "MinIO")
			w.Header().Set("X-Amz-Request-Id", "17")
			w.Header().Set("Location", "http://127.0.0.1:1/minio/health/live?secret")
			w.WriteHeader(http.StatusMovedPermanently)
		}},
		{name: "a redirect", code: fault.InvalidArgument, says: "redirects to http://127.0.0.1:1", answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(http.StatusFound)
		}},
		{name: "an endless answer", code: fault.InvalidArgument, says: "does not answer as S3 does", answer: func(w http.ResponseWriter, _ *http.Request) {
			for block := bytes.Repeat([]byte("x"), 1<<16); ; {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			requests := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests++
				if r.Header.Get("Authorization") != "" {
					t.Error("credentials were sent")
				}
				c.answer(w, r)
			}))
			defer server.Close()
			backend, err := host.Detect(context.Background(), strings.Replace(server.URL, "://", "://user:pass@", 1)+"/", driver.Config{})
			if backend != c.backend || fault.CodeOf(err) != c.code {
				t.Fatalf("got %q, %v (%v)", backend, err, fault.CodeOf(err))
			}
			if err != nil && (!strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), server.URL)) {
				t.Errorf("%q does not say %q and the endpoint", err, c.says)
			}
			if err != nil && strings.Contains(err.Error(), "pass") {
				t.Errorf("the password is in %q", err)
			}
			if requests != 1 {
				t.Errorf("%d requests were sent", requests)
			}
		})
	}
}

func TestDetectUnreachable(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	tls := httptest.NewTLSServer(nil)
	t.Cleanup(tls.Close)
	plain := httptest.NewServer(nil)
	t.Cleanup(plain.Close)
	ssh := listen(t, func(c net.Conn) { _, _ = io.WriteString(c, "SSH-2.0-OpenSSH_9.9\r\n") })
	for _, c := range []struct {
		name, endpoint, says string
		code                 fault.Code
	}{
		{"refused", closed.URL, "connection refused", fault.Unavailable},
		{"unknown authority", tls.URL, "AWS_CA_BUNDLE", fault.Unavailable},
		{"plain behind https", strings.Replace(plain.URL, "http:", "https:", 1), "does not speak TLS", fault.Unavailable},
		{"another protocol", "http://" + ssh, "does not answer as S3 does: it sent what is no answer in HTTP", fault.Unavailable},
		{"no host", "http://no-such-host.invalid", "no host", fault.Unavailable},
		{"no URL", "localhost:9000", "http:// or https://", fault.InvalidArgument},
		{"no scheme", "ftp://localhost", "http:// or https://", fault.InvalidArgument},
		{"empty host", "http://", "http:// or https://", fault.InvalidArgument},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			_, err := host.Detect(context.Background(), c.endpoint, driver.Config{})
			if fault.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("got %v (%v), want it to say %q", err, fault.CodeOf(err), c.says)
			}
			if took := time.Since(began); took > patience {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// TestDetectTrusts asks a server whose certificate is its own authority.
func TestDetectTrusts(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Server", "MinIO") }))
	t.Cleanup(server.Close)
	bundle := filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, config := range map[string]driver.Config{"a bundle": {CABundle: bundle}, "insecure": {Insecure: true}} {
		if got, err := host.Detect(t.Context(), server.URL, config); got != "minio" || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	t.Setenv("AWS_CA_BUNDLE", bundle)
	if got, err := host.Detect(t.Context(), server.URL, driver.Config{}); got != "minio" || err != nil {
		t.Errorf("AWS_CA_BUNDLE: %q, %v", got, err)
	}
	t.Setenv("AWS_CA_BUNDLE", bundle+".missing")
	if _, err := host.Detect(t.Context(), server.URL, driver.Config{}); fault.CodeOf(err) != fault.InvalidArgument {
		t.Errorf("a bundle that is not there: %v", err)
	}
}

// deadlines notes until when the contexts last that it is given.
type deadlines struct {
	slog.Handler
	left []time.Duration
}

func (d *deadlines) Handle(ctx context.Context, _ slog.Record) error {
	if deadline, ok := ctx.Deadline(); ok {
		d.left = append(d.left, time.Until(deadline))
	}
	return nil
}

// TestDetectWaitsAsLongAsEveryRequest asks an endpoint that answers at once how long it would have had.
func TestDetectWaitsAsLongAsEveryRequest(t *testing.T) {
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }))
	t.Cleanup(page.Close)
	seen := &deadlines{Handler: slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug})}
	_, err := host.Connect(t.Context(), host.Options{Logger: slog.New(seen)}, driver.Config{EndpointURL: page.URL})
	if fault.CodeOf(err) != fault.InvalidArgument || len(seen.left) != 1 || seen.left[0] < s3fault.DefaultTimeout/2 {
		t.Errorf("%v left, %v", seen.left, err)
	}
}

// TestDetectWaitsAsLongAsItIsTold is about an endpoint that accepts a connection and says nothing.
func TestDetectWaitsAsLongAsItIsTold(t *testing.T) {
	for _, timeout := range []time.Duration{10 * time.Millisecond, 200 * time.Millisecond} {
		t.Run(timeout.String(), func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			_, err := host.Connect(t.Context(), host.Options{}, driver.Config{EndpointURL: "http://" + listen(t, func(net.Conn) {}), Timeout: timeout})
			if !errors.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "did not answer within "+timeout.String()) {
				t.Errorf("got %v", err)
			}
			if took := time.Since(began); took < timeout || took > patience {
				t.Errorf("it took %s", took)
			}
		})
	}
}

func TestDetectIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	address := listen(t, func(net.Conn) { cancel() })
	_, err := host.Detect(ctx, "http://"+address, driver.Config{})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

// listen serves connections that are held open until the test ends, and returns the address.
func listen(t *testing.T, greet func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = c.Close() })
			greet(c)
		}
	}()
	return l.Addr().String()
}
