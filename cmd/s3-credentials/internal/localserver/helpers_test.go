package localserver

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// buffer is a stderr that may be read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// running is a server that answers, on a port of its own.
type running struct {
	*Server
	stderr *buffer
	token  *Token
	stop   func() error
}

// session is what the servers of these tests hand out. Its characters are those that are easily escaped wrongly.
var session = driver.Session{
	AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: `sec/ret+"<&>\é`, SessionToken: "tok/en+==",
	Expiration: time.Date(2099, 2, 3, 4, 5, 6, 0, time.UTC),
}

func start(t *testing.T, options Options) *running {
	t.Helper()
	stderr := &buffer{}
	options.Stderr, options.DurationSeconds, options.Bucket, options.Permission = stderr, 900, "my-bucket", "read-only"
	if options.Token == nil {
		options.Token = newTestToken(t)
	}
	if options.Open == nil {
		options.Open = func(context.Context) (driver.Session, error) { return session, nil }
	}
	server, err := Listen(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx) }()
	stop := sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return &running{Server: server, stderr: stderr, token: options.Token, stop: stop}
}

func newTestToken(t *testing.T) *Token {
	t.Helper()
	t.Setenv(TokenVariable, "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	token, err := FindToken(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// ask sends a request, with headers given as name, value, name, value.
func (r *running) ask(t *testing.T, method, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, strings.TrimSuffix(r.ContainerURL(), containerPath)+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			request.Host = headers[i+1]
		}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

// isolateSDK takes the SDK's other sources of credentials away.
func isolateSDK(t *testing.T) {
	t.Helper()
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "") // so that it is put back
			os.Unsetenv(name)
		}
	}
	none := t.TempDir()
	t.Setenv("AWS_CONFIG_FILE", none+"/config")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", none+"/credentials")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}
