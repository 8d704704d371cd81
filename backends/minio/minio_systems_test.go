//go:build systems

package minio_test

import (
	"context"
	"strings"
	"testing"

	miniogo "github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/s3-credentials/s3-credentials/backends/minio"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

func TestMain(m *testing.M) { systems.Main(m) }

// open opens the backend on a real server.
func open(t *testing.T, s *systems.System, c driver.Credentials) driver.Driver {
	t.Helper()
	d, err := minio.Open(t.Context(), driver.Config{EndpointURL: s.EndpointURL, Region: s.Region, Credentials: &c})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func root(s *systems.System) driver.Credentials {
	return driver.Credentials{AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey}
}

// independent is a client that is not the backend.
func independent(t *testing.T, s *systems.System, c driver.Credentials) *miniogo.Client {
	t.Helper()
	client, err := miniogo.New(strings.TrimPrefix(s.EndpointURL, "http://"), &miniogo.Options{
		Creds: credentials.NewStaticV4(c.AccessKeyID, c.SecretAccessKey, c.SessionToken), Region: s.Region,
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// makeUser makes a user that is deleted, with all it has, at the end of the test.
func makeUser(t *testing.T, d driver.Driver, name string) driver.Principal {
	t.Helper()
	must(t, second(d.CreateUser(t.Context(), driver.CreateUserRequest{Name: name})))
	t.Cleanup(func() { removeUser(d, name) })
	return driver.UserPrincipal(name)
}

// removeUser removes a user and all it has; that there is none is fine.
func removeUser(d driver.Driver, name string) {
	ctx := context.Background()
	principal := driver.UserPrincipal(name)
	for key, err := range d.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: name}) {
		if err == nil {
			_ = d.DeleteAccessKey(ctx, driver.DeleteAccessKeyRequest{UserName: name, AccessKeyID: key.AccessKeyID})
		}
	}
	for policy, err := range d.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: principal}) {
		if err == nil {
			_ = d.DeletePolicy(ctx, driver.DeletePolicyRequest{Principal: principal, Name: policy})
		}
	}
	_ = d.DeleteUser(ctx, driver.DeleteUserRequest{Name: name})
}
