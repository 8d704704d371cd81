//go:build systems

package seaweedfs

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

func TestMain(m *testing.M) { systems.Main(m) }

// credentialsOf are the administrator's.
func credentialsOf(s *systems.System) func(context.Context) (aws.Credentials, error) {
	return func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey}, nil
	}
}

// open opens the backend with the credentials, or with the administrator's for nil.
func open(t *testing.T, s *systems.System, as *driver.Credentials) driver.Driver {
	t.Helper()
	config := configOf(s)
	if as != nil {
		config.Credentials = as
	}
	d, err := Open(t.Context(), config)
	must(t, err)
	t.Cleanup(func() { must(t, d.Close()) })
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newUser makes a user, which ends with the test.
func newUser(t *testing.T, d driver.Driver, name string) driver.Principal {
	t.Helper()
	_, err := d.CreateUser(t.Context(), driver.CreateUserRequest{Name: name})
	must(t, err)
	p := driver.UserPrincipal(name)
	t.Cleanup(func() {
		ctx := context.Background()
		for key := range d.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: name}) {
			must(t, d.DeleteAccessKey(ctx, driver.DeleteAccessKeyRequest{UserName: name, AccessKeyID: key.AccessKeyID}))
		}
		for policy := range d.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: p}) {
			must(t, d.DeletePolicy(ctx, driver.DeletePolicyRequest{Principal: p, Name: policy}))
		}
		must(t, d.DeleteUser(ctx, driver.DeleteUserRequest{Name: name}))
	})
	return p
}
