//go:build systems

package minio_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/s3-credentials/s3-credentials/backends/minio"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

func TestCredentialsComeFromWhereAWSKeepsThem(t *testing.T) {
	s := systems.MinIO(t)
	home := bare(t)
	who := func(profile string) error {
		d, err := minio.Open(t.Context(), driver.Config{EndpointURL: s.EndpointURL, Profile: profile})
		must(t, err)
		return second(d.WhoAmI(t.Context()))
	}
	if err := who(""); !errors.Is(err, fault.Unauthenticated) {
		t.Errorf("without credentials: %v", err)
	}
	must(t, os.Mkdir(filepath.Join(home, ".aws"), 0o700))
	file := "[mine]\naws_access_key_id = " + s.AccessKeyID + "\naws_secret_access_key = " + s.SecretAccessKey + "\n"
	must(t, os.WriteFile(filepath.Join(home, ".aws", "credentials"), []byte(file), 0o600))
	must(t, who("mine"))
	t.Setenv("AWS_ACCESS_KEY_ID", s.AccessKeyID)
	if err := who(""); !errors.Is(err, fault.Unauthenticated) {
		t.Errorf("with half of the credentials: %v", err)
	}
	t.Setenv("AWS_SECRET_ACCESS_KEY", s.SecretAccessKey)
	must(t, who(""))
}
