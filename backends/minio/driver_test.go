package minio_test

import (
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/backends/minio"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// bare clears what the person who runs the tests has set.
func bare(t *testing.T) string {
	home := t.TempDir()
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "MINIO_") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("HOME", home)
	return home
}

func TestDescribeNeedsNothing(t *testing.T) {
	bare(t)
	d, err := minio.Open(t.Context(), driver.Config{})
	must(t, err)
	description, err := d.Describe(t.Context())
	if err != nil || description.Name != "minio" || description.EndpointURL != "" {
		t.Errorf("%+v, %v", description, err)
	}
	if err := second(d.WhoAmI(t.Context())); !errors.Is(err, fault.InvalidArgument) || fault.HintOf(err) != fault.HintSetEndpoint {
		t.Errorf("without an endpoint: %v", err)
	}
}

// TestAnInternalErrorIsTriedAgain where nothing can be made twice.
func TestAnInternalErrorIsTriedAgain(t *testing.T) {
	bare(t)
	asked := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		operation := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/minio/admin/v3/")
		if asked[operation]++; asked[operation] < 3 {
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = io.WriteString(w, `{"Code":"InternalError","Message":"try again"}`)
			return
		}
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"Code":"XMinioAdminNoSuchUser","Message":"there is none"}`)
	}))
	defer server.Close()
	d, err := minio.Open(t.Context(), driver.Config{EndpointURL: server.URL, Credentials: &driver.Credentials{AccessKeyID: "any-key", SecretAccessKey: "any-secret"}})
	must(t, err)
	if err := second(d.GetUser(t.Context(), driver.GetUserRequest{Name: "ann"})); !errors.Is(err, fault.NotFound) || asked["GET user-info"] < 3 {
		t.Errorf("after %v: %v", asked, err)
	}
	clear(asked)
	if err := second(d.CreateUser(t.Context(), driver.CreateUserRequest{Name: "ann"})); err == nil || asked["PUT add-user"] > 1 {
		t.Errorf("after %v: %v", asked, err)
	}
}

// TestRustFSShortensSessions itself and says nothing: what it cannot give is refused before any request.
func TestRustFSShortensSessions(t *testing.T) {
	bare(t)
	d, err := minio.OpenRustFS(t.Context(), driver.Config{
		EndpointURL: "http://127.0.0.1:1", Credentials: &driver.Credentials{AccessKeyID: "any-key", SecretAccessKey: "any-secret"},
	})
	must(t, err)
	description, err := d.Describe(t.Context())
	if err != nil || description.Name != "rustfs" || description.Limits.MaxSessionSeconds != 43200 {
		t.Errorf("%+v, %v", description, err)
	}
	err = second(d.CreateSession(t.Context(), driver.CreateSessionRequest{Name: "session", DurationSeconds: 43201, Policy: `{"Version":"2012-10-17","Statement":[]}`}))
	if !errors.Is(err, fault.InvalidArgument) || !strings.Contains(err.Error(), "from 900 to 43200 seconds") {
		t.Errorf("a longer session: %v", err)
	}
}

func TestOpenRefusesWhatCannotBe(t *testing.T) {
	bare(t)
	for _, cfg := range []driver.Config{
		{EndpointURL: "ftp://host"}, {EndpointURL: "host:9000"}, {EndpointURL: "http://host/path"},
		{EndpointURL: "http://user:secret@host"}, {EndpointURL: "http://host?x"}, {Profile: "no-such-profile"},
	} {
		err := second(minio.Open(t.Context(), cfg))
		if !errors.Is(err, fault.InvalidArgument) || strings.Contains(err.Error(), "secret@") {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
}

// A profile names the endpoint, as it does for the backends that have AWS's SDK; what is named apart comes first.
func TestAProfileNamesTheEndpoint(t *testing.T) {
	for name, c := range map[string]struct{ config, keys, variable, want string }{
		"the configuration":  {config: "[profile old]\nendpoint_url = http://127.0.0.1:1\n", want: "http://127.0.0.1:1"},
		"its own for S3":     {config: "[profile old]\nservices = mine\nendpoint_url = http://127.0.0.1:1\n[services mine]\ns3 =\n  endpoint_url = http://127.0.0.1:2\n", want: "http://127.0.0.1:2"},
		"another service's":  {config: "[profile old]\nservices = mine\nendpoint_url = http://127.0.0.1:1\n[services mine]\niam =\n  endpoint_url = http://127.0.0.1:2\n", want: "http://127.0.0.1:1"},
		"beside the key":     {keys: "endpoint_url = http://127.0.0.1:3\n", want: "http://127.0.0.1:3"},
		"another profile's":  {config: "[profile new]\nendpoint_url = http://127.0.0.1:1\n"},
		"a variable besides": {config: "[profile old]\nendpoint_url = http://127.0.0.1:1\n", variable: "http://127.0.0.1:4", want: "http://127.0.0.1:4"},
	} {
		t.Run(name, func(t *testing.T) {
			bare(t)
			dir := t.TempDir()
			for file, text := range map[string]string{"AWS_CONFIG_FILE": c.config, "AWS_SHARED_CREDENTIALS_FILE": "[old]\naws_access_key_id = any-key\naws_secret_access_key = any-secret\n" + c.keys} {
				path := filepath.Join(dir, file)
				must(t, os.WriteFile(path, []byte(text), 0o600))
				t.Setenv(file, path)
			}
			t.Setenv("AWS_ENDPOINT_URL", c.variable)
			d, err := minio.Open(t.Context(), driver.Config{Profile: "old"})
			must(t, err)
			if description, err := d.Describe(t.Context()); err != nil || description.EndpointURL != c.want {
				t.Errorf("the endpoint is %q, want %q: %v", description.EndpointURL, c.want, err)
			}
		})
	}
}

// tryAll calls the admin API, S3 and STS.
func tryAll(t *testing.T, endpoint string) map[string]error {
	return tryAllWith(t, driver.Config{EndpointURL: endpoint})
}

func tryAllWith(t *testing.T, cfg driver.Config) map[string]error {
	cfg.Credentials = &driver.Credentials{AccessKeyID: "any-key", SecretAccessKey: "any-secret"}
	d, err := minio.Open(t.Context(), cfg)
	must(t, err)
	t.Cleanup(func() { _ = d.Close() })
	return map[string]error{
		"WhoAmI":        second(d.WhoAmI(t.Context())),
		"HeadBucket":    second(d.HeadBucket(t.Context(), driver.HeadBucketRequest{Bucket: "any-bucket"})),
		"CreateSession": second(d.CreateSession(t.Context(), driver.CreateSessionRequest{Policy: everything, DurationSeconds: 900})),
	}
}

func TestAnEndpointThatIsDown(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	address := listener.Addr().String()
	must(t, listener.Close())
	start := time.Now()
	for what, err := range tryAll(t, "http://"+address) {
		if !errors.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), address) || strings.Contains(err.Error(), "Signature") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if took := time.Since(start); took > time.Minute {
		t.Errorf("took %s", took)
	}
}

func TestACertificateThatIsNotTrusted(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	server.Config.ErrorLog = nil
	defer server.Close()
	for what, err := range tryAll(t, server.URL) {
		if !errors.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "AWS_CA_BUNDLE") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestACertificateThatIsTrusted reaches the admin API, S3 and STS of a server whose certificate is its own authority.
func TestACertificateThatIsTrusted(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	bundle := filepath.Join(t.TempDir(), "authority.pem")
	must(t, os.WriteFile(bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))
	for _, cfg := range []driver.Config{{CABundle: bundle}, {Insecure: true}} {
		cfg.EndpointURL = server.URL
		for what, err := range tryAllWith(t, cfg) {
			if strings.Contains(err.Error(), "certificate") {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
}

// TestRedirectsAreNotFollowed redirects every request to another server, which must see none: the request carries a signature,
// and that of a new user its secret.
func TestRedirectsAreNotFollowed(t *testing.T) {
	followed := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed++ }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Server", "MinIO")
			w.Header().Set("X-Amz-Request-Id", "17")
			http.Redirect(w, r, other.URL+r.URL.Path, status)
		}))
		for what, err := range tryAll(t, server.URL) {
			if !errors.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "redirects to "+other.URL) {
				t.Errorf("%d, %s: %v", status, what, err)
			}
		}
		server.Close()
	}
	if followed > 0 {
		t.Errorf("%d requests were sent to the other server", followed)
	}
}

func TestAServerWithoutAdminAPI(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	if err := tryAll(t, server.URL)["WhoAmI"]; !errors.Is(err, fault.Unsupported) || fault.HintOf(err) != fault.HintBackend {
		t.Errorf("%v", err)
	}
}

func TestUndeclaredSettingsSendNothing(t *testing.T) {
	asked := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer server.Close()
	d, err := minio.Open(t.Context(), driver.Config{EndpointURL: server.URL, Credentials: &driver.Credentials{AccessKeyID: "any-key", SecretAccessKey: "any-secret"}})
	must(t, err)
	description, err := d.Describe(t.Context())
	must(t, err)
	for _, setting := range driver.Settings() {
		if description.Has(setting.Capability()) {
			continue
		}
		for what, err := range map[string]error{
			"get":    second(d.GetBucketSetting(t.Context(), driver.GetBucketSettingRequest{Bucket: "any-bucket", Setting: setting})),
			"delete": d.DeleteBucketSetting(t.Context(), driver.DeleteBucketSettingRequest{Bucket: "any-bucket", Setting: setting}),
		} {
			if !errors.Is(err, fault.Unsupported) {
				t.Errorf("%s %s: %v", what, setting, err)
			}
		}
	}
	err = d.PutBucketSetting(t.Context(), driver.PutBucketSettingRequest{Bucket: "any-bucket", Value: driver.BucketSetting{PublicAccessBlock: &driver.PublicAccessBlock{}}})
	if !errors.Is(err, fault.Unsupported) || asked {
		t.Errorf("put: %v, a request was sent: %v", err, asked)
	}
}

const everything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::*"}]}`

// TestAnswersThatAreNone names the endpoint in each sentence, and takes none for the answer that something does not exist.
func TestAnswersThatAreNone(t *testing.T) {
	bare(t)
	for name, c := range map[string]struct {
		status     int
		body, says string
	}{
		"broken XML":   {200, "<ListBucketResult><Contents></Key>", "an answer that cannot be read"},
		"another date": {200, "<ListBucketResult><Contents><LastModified>now</LastModified></Contents></ListBucketResult>", "an answer that cannot be read"},
		"another size": {200, "<ListBucketResult><Contents><Size>large</Size></Contents></ListBucketResult>", "an answer that cannot be read"},
		"a page's 404": {404, "404 page not found", "404 Not Found, but not of what"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}))
			defer server.Close()
			d, err := minio.Open(t.Context(), driver.Config{EndpointURL: server.URL, Credentials: &driver.Credentials{AccessKeyID: "any-key", SecretAccessKey: "any-secret"}})
			must(t, err)
			for _, err := range d.ListObjects(t.Context(), driver.ListObjectsRequest{Bucket: "bucket"}) {
				if !errors.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), server.URL) || !strings.Contains(err.Error(), c.says) {
					t.Errorf("got %v", err)
				}
			}
		})
	}
}
