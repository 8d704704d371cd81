//go:build systems

package aws

import (
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// openOn opens the backend on a system as its administrator.
func openOn(t *testing.T, s *systems.System) driver.Driver {
	t.Helper()
	clearEnvironment(t)
	return openWith(t, configOf(s))
}

// TestWrongKeys is about telling wrong credentials from those that may not do something, HEAD requests included.
func TestWrongKeys(t *testing.T) {
	s := systems.Sandbox(t)
	clearEnvironment(t)
	for _, c := range []driver.Credentials{
		{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wrong"},
		{AccessKeyID: s.AccessKeyID, SecretAccessKey: "wrong"},
	} {
		d := openWith(t, driver.Config{EndpointURL: s.EndpointURL, Region: s.Region, Credentials: &c})
		_, err := d.WhoAmI(t.Context())
		wantCode(t, err, fault.Unauthenticated)
		_, err = d.HeadBucket(t.Context(), driver.HeadBucketRequest{Bucket: "some-bucket"})
		wantCode(t, err, fault.Unauthenticated)
	}
}

// TestNothingIsMadeTwice loses the answer to a creation: repeating it could make a second key.
func TestNothingIsMadeTwice(t *testing.T) {
	s, proxy := systems.Behind(t, systems.NewSandbox(t))
	d := openOn(t, s)
	if _, err := d.CreateUser(t.Context(), driver.CreateUserRequest{Name: "once"}); err != nil {
		t.Fatal(err)
	}
	proxy.FailNth(1, systems.LoseAnswer)
	_, err := d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "once"})
	wantCode(t, err, fault.Unavailable)
	keys := 0
	for _, err := range d.ListAccessKeys(t.Context(), driver.ListAccessKeysRequest{UserName: "once"}) {
		if err != nil {
			t.Fatal(err)
		}
		keys++
	}
	if keys != 1 {
		t.Errorf("%d keys were made", keys)
	}
}
