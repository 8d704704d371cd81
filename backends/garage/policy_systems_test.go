//go:build systems

package garage

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// openGarage is the backend on a server, as its administrator.
func openGarage(t *testing.T) (*systems.System, driver.Driver) {
	t.Helper()
	s := systems.Garage(t)
	t.Setenv(adminURL, s.AdminURL)
	t.Setenv(adminToken, s.AdminToken)
	d, err := Open(t.Context(), driver.Config{EndpointURL: s.EndpointURL, Credentials: &driver.Credentials{AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return s, d
}

// TestABucketThatS3Made has a name for the key that made it. To another key it is given under no other's name.
func TestABucketThatS3Made(t *testing.T) {
	s, d := openGarage(t)
	client, err := minio.New(strings.TrimPrefix(s.EndpointURL, "http://"), &minio.Options{Creds: credentials.NewStaticV4(s.AccessKeyID, s.SecretAccessKey, ""), Region: s.Region})
	if err == nil {
		err = client.MakeBucket(t.Context(), "made-by-s3", minio.MakeBucketOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.CreateUser(t.Context(), driver.CreateUserRequest{Name: "of-s3"}); err != nil {
		t.Fatal(err)
	}
	err = d.PutGrant(t.Context(), driver.PutGrantRequest{UserName: "of-s3", Grant: driver.BucketGrant{Bucket: "made-by-s3", Read: true}})
	if !errors.Is(err, fault.FailedPrecondition) || !strings.Contains(err.Error(), "garage bucket alias ") {
		t.Errorf("got %v", err)
	}
}

// TestTheRightToCreateBucketsIsSaid of the administrator's key, and of no key that was made here.
func TestTheRightToCreateBucketsIsSaid(t *testing.T) {
	s, d := openGarage(t)
	made, err := d.CreateUser(t.Context(), driver.CreateUserRequest{Name: "without-rights"})
	if err != nil {
		t.Fatal(err)
	}
	for user, err := range d.ListUsers(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		for item, err := range d.ListUserItems(t.Context(), driver.ListUserItemsRequest{UserName: user.Name}) {
			if err != nil || item != (driver.UserItem{Kind: driver.ItemRight, Name: "to create buckets"}) || user.ID == made.User.ID {
				t.Errorf("%s has %v, %v", user.Name, item, err)
			}
			if user.ID == s.AccessKeyID {
				return
			}
		}
	}
	t.Error("the administrator's key has no right to create buckets")
}

// TestAServersWebsiteIsPublic makes a bucket a website, and ends that, by the server's admin API.
func TestAServersWebsiteIsPublic(t *testing.T) {
	_, d := openGarage(t)
	if err := d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "a-website"}); err != nil {
		t.Fatal(err)
	}
	a, err := newAdmin(http.DefaultClient)
	if err != nil {
		t.Fatal(err)
	}
	var info bucketInfo
	if err := a.get(t.Context(), "GetBucketInfo", url.Values{"globalAlias": {"a-website"}}, &info); err != nil {
		t.Fatal(err)
	}
	for _, access := range []map[string]any{{"enabled": true, "indexDocument": "index.html"}, {"enabled": false}} {
		if err := a.post(t.Context(), "UpdateBucket", url.Values{"id": {info.ID}}, map[string]any{"websiteAccess": access}, nil); err != nil {
			t.Fatal(err)
		}
		got, err := d.GetBucketSetting(t.Context(), driver.GetBucketSettingRequest{Bucket: "a-website", Setting: driver.SettingPolicyStatus})
		if err != nil || got.PolicyStatus.IsPublic != access["enabled"] {
			t.Errorf("%v: got %+v, %v", access, got.PolicyStatus, err)
		}
	}
}
