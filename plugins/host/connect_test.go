package host_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

func TestSupervisorOpensEachDriverInItsOwnProcess(t *testing.T) {
	privateTemp(t)
	supervisor := host.NewSupervisor(host.Options{Path: program(t, "fine")})
	t.Cleanup(supervisor.Restart)
	first := supervised(t, supervisor)
	second := supervised(t, supervisor)
	if err := second.Close(); err != nil {
		t.Error(err)
	}
	if _, err := first.WhoAmI(context.Background()); err != nil {
		t.Errorf("the first driver suffered: %v", err)
	}
	_, err := first.GetUser(context.Background(), driver.GetUserRequest{Name: "die"})
	if !errors.Is(err, fault.Unavailable) {
		t.Errorf("the call in which the process ended gave %v", err)
	}
	if _, err := first.WhoAmI(context.Background()); err != nil {
		t.Errorf("the process was not replaced: %v", err)
	}
	if crashes := supervisor.Crashes(); len(crashes) != 1 || crashes[0] != "exit status 9" {
		t.Errorf("the crashes are %q", crashes)
	}
}

func supervised(t *testing.T, s *host.Supervisor) driver.Driver {
	t.Helper()
	d, err := s.Open(context.Background(), driver.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func TestConnect(t *testing.T) {
	privateTemp(t)
	folder := filepath.Dir(program(t, "aws"))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amz-Request-Id", "17")
		w.WriteHeader(http.StatusForbidden)
	}))
	defer server.Close()
	for _, endpoint := range []string{"", server.URL} {
		d, err := host.Connect(context.Background(), host.Options{Dirs: []string{folder}}, driver.Config{EndpointURL: endpoint})
		if err != nil {
			t.Fatal(err)
		}
		who, err := d.WhoAmI(context.Background())
		if err != nil || who.ARN != "true" {
			t.Errorf("got %+v, %v", who, err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		if _, err := d.WhoAmI(context.Background()); !errors.Is(err, fault.Unavailable) {
			t.Errorf("a call after the end gave %v", err)
		}
	}
	_, err := host.Connect(context.Background(), host.Options{}, driver.Config{EndpointURL: "ftp://x"})
	if !errors.Is(err, fault.InvalidArgument) {
		t.Errorf("an endpoint that is no URL gave %v", err)
	}
}

// TestABundleReachesAPluginThatReadsTheVariable opens a plugin with a bundle in its configuration.
func TestABundleReachesAPluginThatReadsTheVariable(t *testing.T) {
	privateTemp(t)
	t.Setenv("AWS_CA_BUNDLE", "/of/the/environment.pem")
	t.Setenv("https_proxy", "http://proxy.example:3128")
	for bundle, want := range map[string]string{"": "/of/the/environment.pem", "/own.pem": "/own.pem"} {
		d, err := host.Connect(t.Context(), host.Options{Path: program(t, "fine"), StartTimeout: patience}, driver.Config{CABundle: bundle})
		if err != nil {
			t.Fatal(err)
		}
		seen, err := d.WhoAmI(t.Context())
		if err != nil || !strings.Contains(seen.UserID, "AWS_CA_BUNDLE="+want) || !strings.Contains(seen.UserID, "https_proxy=http://proxy.example:3128") {
			t.Errorf("%v, and the plugin's environment is\n%s", err, seen.UserID)
		}
		_ = d.Close()
	}
}
