//go:build systems

package systems

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

func s3Client(s *System, key, secret string) *s3.Client {
	return s3.New(s3.Options{
		Region: s.Region, BaseEndpoint: aws.String(s.EndpointURL), UsePathStyle: true, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""),
	})
}

func TestAdministratorWorks(t *testing.T) {
	for name, start := range map[string]func(testing.TB) *System{
		"ceph": Ceph, "minio": MinIO, "moto": Moto, "moto-enforcing": MotoEnforcing, "sandbox": Sandbox, "seaweedfs": SeaweedFS,
	} {
		t.Run(name, func(t *testing.T) {
			system := start(t)
			t.Log(system.RunsOn, system.EndpointURL)
			if system.Name != name || !strings.HasPrefix(system.RunsOn, name+" (") {
				t.Errorf("it says that it is %q on %q", system.Name, system.RunsOn)
			}
			client := s3Client(system, system.AccessKeyID, system.SecretAccessKey)
			if _, err := client.ListBuckets(context.Background(), nil); err != nil {
				t.Fatal(err)
			}
			if again := start(t); *again != *system {
				t.Errorf("asked again, it is another: %s, not %s", again.EndpointURL, system.EndpointURL)
			}
		})
	}
}

func TestWrongKeysAreRefused(t *testing.T) {
	for name, start := range map[string]func(testing.TB) *System{
		"minio": MinIO, "moto-enforcing": MotoEnforcing, "sandbox": Sandbox, "seaweedfs": SeaweedFS,
	} {
		t.Run(name, func(t *testing.T) {
			system := start(t)
			for _, client := range []*s3.Client{
				s3Client(system, system.AccessKeyID, "not-the-secret"), s3Client(system, "nobody", "not-the-secret"),
			} {
				_, err := client.ListBuckets(context.Background(), nil)
				var api smithy.APIError
				if !errors.As(err, &api) {
					t.Fatalf("want the service's refusal, got %v", err)
				}
			}
		})
	}
}
