//go:build systems

package garage

import (
	"errors"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// TestABucketThatS3Made has a name for the key that made it. To another key it is given under no other's name.
func TestABucketThatS3Made(t *testing.T) {
	s := systems.Garage(t)
	t.Setenv(adminURL, s.AdminURL)
	t.Setenv(adminToken, s.AdminToken)
	client, err := minio.New(strings.TrimPrefix(s.EndpointURL, "http://"), &minio.Options{Creds: credentials.NewStaticV4(s.AccessKeyID, s.SecretAccessKey, ""), Region: s.Region})
	if err == nil {
		err = client.MakeBucket(t.Context(), "made-by-s3", minio.MakeBucketOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
	d, err := Open(t.Context(), driver.Config{EndpointURL: s.EndpointURL, Credentials: &driver.Credentials{AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if _, err := d.CreateUser(t.Context(), driver.CreateUserRequest{Name: "of-s3"}); err != nil {
		t.Fatal(err)
	}
	err = d.PutGrant(t.Context(), driver.PutGrantRequest{UserName: "of-s3", Grant: driver.BucketGrant{Bucket: "made-by-s3", Read: true}})
	if !errors.Is(err, fault.FailedPrecondition) || !strings.Contains(err.Error(), "garage bucket alias ") {
		t.Errorf("got %v", err)
	}
}
