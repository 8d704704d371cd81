package aws_test

import (
	"context"
	"errors"
	"testing"

	"github.com/s3-credentials/s3-credentials/backends/aws"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// isolate keeps the tests from the settings of the person who runs them.
func isolate(t *testing.T) {
	t.Helper()
	for _, name := range []string{
		"AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
		"AWS_SESSION_TOKEN", "AWS_CA_BUNDLE", "AWS_REQUEST_CHECKSUM_CALCULATION",
		"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
	} {
		t.Setenv(name, "")
	}
	none := t.TempDir() + "/none"
	t.Setenv("AWS_CONFIG_FILE", none)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", none)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

func open(t *testing.T, config driver.Config) driver.Driver {
	t.Helper()
	d, err := aws.Open(t.Context(), config)
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

func openOn(t *testing.T, s *systems.System) driver.Driver {
	t.Helper()
	isolate(t)
	return open(t, driver.Config{EndpointURL: s.EndpointURL, Region: s.Region, Credentials: &driver.Credentials{
		AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey,
	}})
}

func describe(t *testing.T, d driver.Driver) driver.Description {
	t.Helper()
	description, err := d.Describe(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return description
}

func wantCode(t *testing.T, err error, want fault.Code) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != want {
		t.Fatalf("got %v (%s), want %s", err, fault.CodeOf(err), want)
	}
}
