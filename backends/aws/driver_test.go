package aws

import (
	"context"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

func openWith(t *testing.T, config driver.Config) driver.Driver {
	t.Helper()
	d, err := Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func wantCode(t *testing.T, err error, want fault.Code) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != want {
		t.Fatalf("got %v (%s), want %s", err, fault.CodeOf(err), want)
	}
}

func TestOpenRefusesWhatCannotBeRight(t *testing.T) {
	clearEnvironment(t)
	for _, config := range []driver.Config{
		{EndpointURL: "s3.example.com"},
		{EndpointURL: "ftp://s3.example.com"},
		{EndpointURL: "https://"},
		{EndpointURL: "http://[::1"},
		{EndpointURL: "http://user:pass@s3.example.com"},
		{EndpointURL: "http://s3.example.com/?x=1"},
		{Profile: "nowhere"},
	} {
		_, err := Open(t.Context(), config)
		wantCode(t, err, fault.InvalidArgument)
		if strings.Contains(err.Error(), "pass") {
			t.Errorf("%v tells the password", err)
		}
	}
}

// TestOpenNeedsNothing is the rule that Describe works without credentials, region or network.
func TestOpenNeedsNothing(t *testing.T) {
	clearEnvironment(t)
	d := openWith(t, driver.Config{})
	got, err := d.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.Region != "us-east-1" {
		t.Errorf("got %+v", got)
	}
	lacks := slices.DeleteFunc(driver.AllCapabilities(), got.Has)
	if want := []driver.Capability{driver.CapKeyExpiry, driver.CapKeyTags, driver.CapPolicyGrant, driver.CapPolicyPrincipal}; !slices.Equal(lacks, want) {
		t.Errorf("it lacks %v, want %v", lacks, want)
	}
	_, err = d.WhoAmI(t.Context())
	wantCode(t, err, fault.Unauthenticated)
	if !strings.Contains(err.Error(), "no credentials found") {
		t.Errorf("%v", err)
	}
}

// TestEndpoints is where each service's requests go, by what is configured.
func TestEndpoints(t *testing.T) {
	seen := map[string]string{}
	serve := func(name string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			service := strings.Split(r.Header.Get("Authorization"), "/")
			if len(service) > 3 {
				seen[service[3]] = name + " " + service[2]
			}
			w.WriteHeader(http.StatusForbidden)
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	one, two := serve("one"), serve("two")
	profile := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(profile, []byte("[profile p]\nregion = eu-west-1\nservices = s\n[services s]\ns3 =\n  endpoint_url = "+
		two+"\niam =\n  endpoint_url = "+one+"\nsts =\n  endpoint_url = "+one+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		env    map[string]string
		config driver.Config
		want   map[string]string
	}{
		{"option", nil, driver.Config{EndpointURL: one + "/"},
			map[string]string{"s3": "one us-east-1", "iam": "one us-east-1", "sts": "one us-east-1"}},
		{"option over environment", map[string]string{"AWS_ENDPOINT_URL_S3": two, "AWS_ENDPOINT_URL": two, "AWS_REGION": "eu-west-1"},
			driver.Config{EndpointURL: one},
			map[string]string{"s3": "one eu-west-1", "iam": "one eu-west-1", "sts": "one eu-west-1"}},
		{"environment", map[string]string{"AWS_ENDPOINT_URL": one}, driver.Config{Region: "xx-lab-1"},
			map[string]string{"s3": "one xx-lab-1", "iam": "one xx-lab-1", "sts": "one xx-lab-1"}},
		{"environment by service", map[string]string{"AWS_ENDPOINT_URL": one, "AWS_ENDPOINT_URL_S3": two}, driver.Config{},
			map[string]string{"s3": "two us-east-1", "iam": "one us-east-1", "sts": "one us-east-1"}},
		{"profile", map[string]string{"AWS_CONFIG_FILE": profile}, driver.Config{Profile: "p"},
			map[string]string{"s3": "two eu-west-1", "iam": "one eu-west-1", "sts": "one eu-west-1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			clearEnvironment(t)
			for name, value := range c.env {
				t.Setenv(name, value)
			}
			clear(seen)
			c.config.Credentials = &driver.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "example"}
			d := openWith(t, c.config)
			_, err := d.HeadBucket(t.Context(), driver.HeadBucketRequest{Bucket: "my-bucket"})
			wantCode(t, err, fault.PermissionDenied)
			_, err = d.GetUser(t.Context(), driver.GetUserRequest{Name: "joe"})
			if err == nil {
				t.Error("GetUser succeeds")
			}
			if _, err = d.WhoAmI(t.Context()); err == nil {
				t.Error("WhoAmI succeeds")
			}
			for service, want := range c.want {
				if seen[service] != want {
					t.Errorf("%s: %q, want %q", service, seen[service], want)
				}
			}
		})
	}
}

func TestEndpointsThatAreNone(t *testing.T) {
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("\n<!DOCTYPE html><html><body>welcome</body></html>"))
	}))
	defer page.Close()
	secure := httptest.NewTLSServer(page.Config.Handler)
	defer secure.Close()
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := "http://" + closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, endpoint, says string }{
		{"web page", page.URL, "not as an S3 system"},
		{"certificate", secure.URL, "AWS_CA_BUNDLE"},
		{"http for https", "https" + strings.TrimPrefix(page.URL, "http"), "http://"},
		{"closed", gone, "cannot be reached"},
		{"no such host", "http://nowhere.invalid", "cannot be reached"},
	} {
		t.Run(c.name, func(t *testing.T) {
			clearEnvironment(t)
			d := openWith(t, driver.Config{EndpointURL: c.endpoint, Credentials: &driver.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "hunter2"}})
			for _, err := range d.ListBuckets(t.Context()) {
				wantCode(t, err, fault.Unavailable)
				if text := err.Error(); !strings.Contains(text, c.says) || !strings.Contains(text, strings.SplitN(c.endpoint, "//", 2)[1]) || strings.Contains(text, "hunter2") {
					t.Errorf("%q does not say %q and the endpoint", text, c.says)
				}
			}
			_, err := d.WhoAmI(t.Context())
			wantCode(t, err, fault.Unavailable)
		})
	}
}

// TestACertificateThatIsTrusted reaches S3 and IAM of a server whose certificate is its own authority.
func TestACertificateThatIsTrusted(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	bundle := filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, config := range []driver.Config{{CABundle: bundle}, {Insecure: true}} {
		clearEnvironment(t)
		config.EndpointURL, config.Credentials = server.URL, &driver.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "hunter2"}
		d := openWith(t, config)
		_, head := d.HeadBucket(t.Context(), driver.HeadBucketRequest{Bucket: "bucket"})
		_, user := d.GetUser(t.Context(), driver.GetUserRequest{Name: "ann"})
		for _, err := range []error{head, user} {
			if err == nil || strings.Contains(err.Error(), "certificate") {
				t.Errorf("got %v", err)
			}
		}
	}
}

// TestRedirectsAreNotFollowed redirects every request to another server, which must see none.
func TestRedirectsAreNotFollowed(t *testing.T) {
	followed := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed++ }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+r.URL.Path, status)
		}))
		clearEnvironment(t)
		d := openWith(t, driver.Config{EndpointURL: server.URL, Credentials: &driver.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "hunter2"}})
		_, who := d.WhoAmI(t.Context())
		_, head := d.HeadBucket(t.Context(), driver.HeadBucketRequest{Bucket: "bucket"})
		_, user := d.CreateUser(t.Context(), driver.CreateUserRequest{Name: "ann"})
		for what, err := range map[string]error{"WhoAmI": who, "HeadBucket": head, "CreateUser": user} {
			if fault.CodeOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "redirects to "+other.URL) {
				t.Errorf("%d, %s: %v", status, what, err)
			}
		}
		server.Close()
	}
	if followed > 0 {
		t.Errorf("%d requests were sent to the other server", followed)
	}
}

// TestBucketElsewhere works on a bucket whose region is not the driver's, as S3 itself answers then.
func TestBucketElsewhere(t *testing.T) {
	clearEnvironment(t)
	for _, c := range []struct {
		name   string
		status int
		body   string
	}{
		{"redirect", 301, "<Error><Code>PermanentRedirect</Code></Error>"},
		{"malformed", 400, "<Error><Code>AuthorizationHeaderMalformed</Code></Error>"},
		{"denied", 403, "<Error><Code>AccessDenied</Code></Error>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var bodies, asked []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked = append(asked, strings.Split(r.Header.Get("Authorization"), "/")[2])
				w.Header().Set("X-Amz-Bucket-Region", "eu-west-1")
				w.Header().Set("ETag", `"e"`)
				if asked[len(asked)-1] != "eu-west-1" {
					w.WriteHeader(c.status)
					_, _ = w.Write([]byte(c.body))
					return
				}
				var body strings.Builder
				_ = r.Write(&body)
				bodies = append(bodies, body.String())
			}))
			defer server.Close()
			d := openWith(t, driver.Config{EndpointURL: server.URL, Credentials: &driver.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "x"}})
			put := driver.PutObjectRequest{Bucket: "far", Key: "k", Body: strings.NewReader("the whole body")}
			if _, err := d.PutObject(t.Context(), put); err != nil {
				t.Fatal(err)
			}
			if len(bodies) != 1 || !strings.Contains(bodies[0], "the whole body") {
				t.Errorf("sent %q", bodies)
			}
			got, err := d.HeadBucket(context.Background(), driver.HeadBucketRequest{Bucket: "far"})
			if err != nil || got.Region != "eu-west-1" {
				t.Errorf("got %+v %v", got, err)
			}
			if want := "us-east-1 eu-west-1 eu-west-1"; strings.Join(asked, " ") != want {
				t.Errorf("asked %v, want %s: the region is to be remembered", asked, want)
			}
		})
	}
}
