package sdk_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
)

// TestWhereCredentialsComeFromIsLogged once, with the requests that they took and without what they hold.
func TestWhereCredentialsComeFromIsLogged(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"AccessKeyId": "AKFOUND", "SecretAccessKey": "hush-key", "Token": "hush-token", "Expiration": %q}`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	}))
	defer server.Close()
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CA_BUNDLE"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.URL+"/keys?token=hush-query")
	t.Setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "hush-container")
	var out bytes.Buffer
	ctx := driver.WithLogger(t.Context(), slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	c, err := sdk.Load(ctx, driver.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := c.Credentials.Retrieve(ctx); err != nil {
			t.Fatal(err)
		}
	}
	lines := out.String()
	if strings.Contains(lines, "hush") || strings.Count(lines, "msg=credentials from=CredentialsEndpointProvider access_key_id=AKFOUND") != 1 ||
		strings.Count(lines, `msg=request method=GET url="`+server.URL+`/keys?token=***" status=200`) != 1 {
		t.Errorf("the log is\n%s", lines)
	}
	if len(c.APIOptions) > 0 {
		t.Error("the clients would log their requests twice")
	}
}
