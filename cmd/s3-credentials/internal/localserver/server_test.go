package localserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

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

// TestASessionThatIsRefusedIsNeverServed has a source that fails once it has looked at the first session.
func TestASessionThatIsRefusedIsNeverServed(t *testing.T) {
	stderr := &buffer{}
	server, err := Listen(t.Context(), Options{
		Host: "localhost", Token: newTestToken(t), Stderr: stderr,
		Open: func(context.Context) (driver.Session, error) { return session, errors.New("wider") },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Serve(t.Context()); err == nil || err.Error() != "wider" || strings.Contains(stderr.String(), "Serving") {
		t.Errorf("with credentials that are wider it ended with %v, after\n%s", err, stderr)
	}
	if response, err := http.Get(server.URL()); err == nil {
		response.Body.Close()
		t.Error("something answers")
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
