package localserver

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
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

func TestRootAnswersAsThePythonTool(t *testing.T) {
	r := start(t, Options{Host: "localhost"})
	response, body := r.ask(t, "GET", "/")
	want := `{
  "Version": 1,
  "AccessKeyId": "ASIAEXAMPLE",
  "SecretAccessKey": "sec/ret+\"<&>\\\u00e9",
  "SessionToken": "tok/en+==",
  "Expiration": "2099-02-03T04:05:06+00:00"
}`
	if response.StatusCode != http.StatusOK || body != want || response.Header.Get("Content-Type") != "application/json" {
		t.Errorf("GET / answered %s %v\n%s\nwant\n%s", response.Status, response.Header, body, want)
	}
	if got := response.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("the keys may be cached: %q", got)
	}
	response, body = r.ask(t, "HEAD", "/")
	if response.StatusCode != http.StatusOK || body != "" || response.ContentLength != int64(len(want)) {
		t.Errorf("HEAD / answered %s, %d bytes announced, %q", response.Status, response.ContentLength, body)
	}
}

func TestOtherPathsAreNotFound(t *testing.T) {
	r := start(t, Options{Host: "localhost"})
	for _, path := range []string{"/x", "//", "/?x=1", "/latest/meta-data/", "/container/", "/../"} {
		response, body := r.ask(t, "GET", path)
		if response.StatusCode != http.StatusNotFound || body != `{"error": "Not found"}` {
			t.Errorf("GET %s answered %s %s", path, response.Status, body)
		}
	}
}

func TestRefusals(t *testing.T) {
	r := start(t, Options{Host: "localhost"})
	port := strconv.Itoa(r.Address().Port)
	for _, c := range []struct {
		name, method, path string
		headers            []string
		want               int
		header             string
	}{
		{"rebound name", "GET", "/", []string{"Host", "evil.example:" + port}, 403, ""},
		{"rebound name at the container path", "GET", containerPath, []string{"Host", "evil.example:" + port, "Authorization", r.token.secret}, 403, ""},
		{"script of a page", "GET", "/", []string{"Origin", "https://evil.example"}, 403, ""},
		{"image of a page", "GET", "/", []string{"Sec-Fetch-Site", "cross-site"}, 403, ""},
		{"POST", "POST", "/", nil, 405, "Allow"},
		{"preflight", "OPTIONS", "/", nil, 405, "Allow"},
		{"container without the token", "GET", containerPath, nil, 401, "Www-Authenticate"},
		{"container with another token", "GET", containerPath, []string{"Authorization", "guess"}, 401, "Www-Authenticate"},
	} {
		response, body := r.ask(t, c.method, c.path, c.headers...)
		if response.StatusCode != c.want || strings.Contains(body, "ASIA") || c.header != "" && response.Header.Get(c.header) == "" {
			t.Errorf("%s: answered %s %v %s", c.name, response.Status, response.Header, body)
		}
		for name := range response.Header {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s: a web page may read the answer: %v", c.name, response.Header)
			}
		}
		if !json.Valid([]byte(body)) {
			t.Errorf("%s: the answer is not JSON: %q", c.name, body)
		}
	}
}

func TestContainerEndpointFeedsTheSDK(t *testing.T) {
	r := start(t, Options{Host: "localhost"})
	isolateSDK(t)
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", r.ContainerURL())
	t.Setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", shell(t, r.token.expression))
	loaded, err := config.LoadDefaultConfig(t.Context(), config.WithRegion("us-east-1"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := loaded.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.AccessKeyID != session.AccessKeyID || got.SecretAccessKey != session.SecretAccessKey || got.SessionToken != session.SessionToken {
		t.Errorf("the SDK got %q, %d and %d bytes", got.AccessKeyID, len(got.SecretAccessKey), len(got.SessionToken))
	}
	// The SDK asks again some minutes before the end.
	if ahead := session.Expiration.Sub(got.Expires); !got.CanExpire || ahead < 0 || ahead > 15*time.Minute {
		t.Errorf("for the SDK they expire: %v, %s", got.CanExpire, got.Expires)
	}

	t.Setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "a-wrong-one")
	loaded, err = config.LoadDefaultConfig(t.Context(), config.WithRegion("us-east-1"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = loaded.Credentials.Retrieve(t.Context()); err == nil || !strings.Contains(err.Error(), "does not hold this server's token") {
		t.Errorf("with a wrong token the SDK said %v", err)
	}
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

func TestMessagesAndAccessLog(t *testing.T) {
	r := start(t, Options{Host: "localhost"})
	r.ask(t, "GET", "/")
	r.ask(t, "GET", "/no%0Asuch?token="+r.token.secret)
	r.ask(t, "GET", containerPath, "Authorization", r.token.secret)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	got := regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - `).ReplaceAllString(r.stderr.String(), "TIME - ")
	want := fmt.Sprintf(`Generating initial credentials...
Serving read-only credentials for bucket 'my-bucket' at http://localhost:%[1]d/
For AWS SDKs on this machine:
  export AWS_CONTAINER_CREDENTIALS_FULL_URI=http://localhost:%[1]d/container
  export AWS_CONTAINER_AUTHORIZATION_TOKEN=%[2]s
Duration: 900 seconds
Press Ctrl+C to stop
TIME - "GET / HTTP/1.1" 200 -
TIME - "GET /no%%0Asuch HTTP/1.1" 404 -
TIME - "GET /container HTTP/1.1" 200 -

Shutting down server...
`, r.Address().Port, r.token.expression)
	if got != want {
		t.Errorf("stderr is\n%s\nwant\n%s", got, want)
	}
	for _, secret := range []string{r.token.secret, session.SecretAccessKey, session.SessionToken} {
		if strings.Contains(got, secret) {
			t.Errorf("stderr shows the secret %q", secret)
		}
	}
}

func TestTheMessagesAreCommandsThatWork(t *testing.T) {
	r := start(t, Options{Host: "localhost"})
	r.ask(t, "GET", "/") // it has started
	exports := strings.Join(regexp.MustCompile(`(?m)^  export .*$`).FindAllString(r.stderr.String(), -1), "\n")
	out, err := exec.CommandContext(t.Context(), "sh", "-c", exports+`
		echo "$AWS_CONTAINER_CREDENTIALS_FULL_URI $AWS_CONTAINER_AUTHORIZATION_TOKEN"`).Output()
	if err != nil || string(out) != r.ContainerURL()+" "+r.token.secret+"\n" {
		t.Errorf("sh made of\n%s\n%d bytes, %v", exports, len(out), err)
	}
}

func TestBoundElsewhereTheTokenIsAskedForEverywhere(t *testing.T) {
	for _, host := range []string{"0.0.0.0", "", "::"} {
		r := start(t, Options{Host: host})
		response, body := r.ask(t, "GET", "/")
		if response.StatusCode != http.StatusUnauthorized || strings.Contains(body, "ASIA") {
			t.Errorf("on %q, without the token: %s %s", host, response.Status, body)
		}
		response, body = r.ask(t, "GET", "/", "Authorization", "Bearer "+r.token.secret)
		if response.StatusCode != http.StatusOK || !strings.Contains(body, "ASIAEXAMPLE") {
			t.Errorf("on %q, with the token: %s %s", host, response.Status, body)
		}
		if !strings.Contains(r.stderr.String(), "Other machines can reach this server") {
			t.Errorf("on %q, nothing is said of it: %s", host, r.stderr.String())
		}
	}
}

func TestATokenOfTheUsersOwnIsAskedForOnLoopbackToo(t *testing.T) {
	t.Setenv(TokenVariable, "correct-horse-battery")
	token, err := FindToken(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, Options{Host: "127.0.0.1", Token: token})
	if response, _ := r.ask(t, "GET", "/"); response.StatusCode != http.StatusUnauthorized {
		t.Errorf("without it: %s", response.Status)
	}
	if response, _ := r.ask(t, "GET", "/", "Authorization", "correct-horse-battery"); response.StatusCode != http.StatusOK {
		t.Errorf("with it: %s", response.Status)
	}
}

func TestAFailedRefreshIsAnErrorInBothShapes(t *testing.T) {
	var opened bool
	r := start(t, Options{Host: "localhost", Open: func(context.Context) (driver.Session, error) {
		if opened {
			return driver.Session{}, fault.New(fault.PermissionDenied, "not any more")
		}
		opened = true
		short := session
		short.Expiration = time.Now().Add(300 * time.Millisecond)
		return short, nil
	}})
	deadline := time.Now().Add(time.Minute)
	for {
		response, body := r.ask(t, "GET", "/")
		if response.StatusCode == http.StatusInternalServerError {
			if body != `{"error": "not any more"}` {
				t.Errorf("the error is %s", body)
			}
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("long after the end of the session: %s %s", response.Status, body)
		}
	}
	response, body := r.ask(t, "GET", containerPath, "Authorization", r.token.secret)
	if response.StatusCode != http.StatusInternalServerError || body != `{"code": "PermissionDenied", "message": "not any more"}` {
		t.Errorf("the container endpoint answered %s %s", response.Status, body)
	}
}

func TestManyClientsAtOnce(t *testing.T) {
	s := &source{lifetime: time.Hour}
	r := start(t, Options{Host: "localhost", Open: s.open})
	var clients sync.WaitGroup
	for range 16 {
		clients.Go(func() {
			for range 20 {
				if response, body := r.ask(t, "GET", "/"); response.StatusCode != http.StatusOK || !strings.Contains(body, "ASIA1") {
					t.Errorf("%s %s", response.Status, body)
				}
			}
		})
	}
	clients.Wait()
	if got := s.opened.Load(); got != 1 {
		t.Errorf("%d sessions were opened", got)
	}
}

func TestNothingIsServedWithoutAFirstSession(t *testing.T) {
	stderr := &buffer{}
	server, err := Listen(t.Context(), Options{Host: "localhost", Token: newTestToken(t), Stderr: stderr, Open: func(context.Context) (driver.Session, error) {
		return driver.Session{}, fault.New(fault.PermissionDenied, "no")
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Serve(t.Context()); fault.CodeOf(err) != fault.PermissionDenied {
		t.Errorf("Serve returned %v", err)
	}
	if got := stderr.String(); got != "Generating initial credentials...\n" {
		t.Errorf("stderr is %q", got)
	}
	if conn, err := net.DialTimeout("tcp", server.Address().String(), time.Second); err == nil {
		conn.Close()
		t.Error("the port is still listened on")
	}
}

func TestAddressesThatCannotBeHad(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, c := range map[string]struct {
		options Options
		says    string
	}{
		"taken":       {Options{Host: "127.0.0.1", Port: taken.Addr().(*net.TCPAddr).Port}, "something else does; choose another --port"},
		"not ours":    {Options{Host: "192.0.2.1"}, "not an address of this machine; choose another --host"},
		"no such":     {Options{Host: "no-such-host.invalid"}, "choose another --host"},
		"no port":     {Options{Host: "127.0.0.1", Port: 70000}, "cannot listen on 127.0.0.1:70000"},
		"brackets":    {Options{Host: "[192.0.2.1]"}, "cannot listen on 192.0.2.1:0"},
		"below zero":  {Options{Host: "127.0.0.1", Port: -1}, "cannot listen on 127.0.0.1:-1"},
		"not a host":  {Options{Host: "a b"}, "cannot listen on"},
		"an IPv6 not": {Options{Host: "2001:db8::1"}, "cannot listen on [2001:db8::1]:0"},
	} {
		server, err := Listen(t.Context(), c.options)
		if err == nil {
			server.listener.Close()
			t.Errorf("%s: it listens", name)
		} else if !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAClientMayWaitForARefreshButNotForEver(t *testing.T) {
	server, err := Listen(t.Context(), Options{Host: "localhost", Token: newTestToken(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer server.listener.Close()
	h := server.newHTTPServer(nil)
	if h.ReadHeaderTimeout <= 0 || h.ReadTimeout <= 0 || h.IdleTimeout <= 0 || h.WriteTimeout <= refreshTimeout {
		t.Errorf("the server's limits are %s, %s, %s, %s", h.ReadHeaderTimeout, h.ReadTimeout, h.IdleTimeout, h.WriteTimeout)
	}
}
