//go:build systems

// Package python tests the example of a backend in Python as a host sees it: as a process.
package python

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/systems"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

func TestMain(m *testing.M) { systems.Main(m) }

// launch starts the plugin, and makes a folder with an administrator for it.
func launch(t *testing.T) (*host.Supervisor, driver.Config) {
	t.Helper()
	return launchPlugin(t, systems.PythonPlugin(t))
}

func launchPlugin(t *testing.T, path string) (*host.Supervisor, driver.Config) {
	t.Helper()
	// A start takes the interpreter half a second, and several when the machine is busy.
	plugin := host.NewSupervisor(host.Options{Name: "folder", Path: path, StartTimeout: time.Minute})
	t.Cleanup(func() {
		if crashes := plugin.Crashes(); len(crashes) > 0 {
			t.Errorf("the plugin ended by itself: %q", crashes)
		}
	})
	root := driver.Credentials{AccessKeyID: "FK" + rand.Text()[:10], SecretAccessKey: rand.Text()}
	users, err := json.Marshal(map[string]any{
		"root":  map[string]string{"access_key_id": root.AccessKeyID, "secret_access_key": root.SecretAccessKey},
		"users": map[string]any{},
	})
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "users.json"), users, 0o600); err != nil {
		t.Fatal(err)
	}
	return plugin, driver.Config{EndpointURL: "file://" + folder, Credentials: &root}
}

func TestConformance(t *testing.T) {
	plugin, config := launch(t)
	conformance.Run(t, conformance.Harness{
		Open:         plugin.Open,
		Process:      plugin,
		Config:       config,
		CheckTimeout: 10 * time.Minute, // for machines that are busy
		NotEnforced: map[conformance.Rule]string{
			conformance.RuleUserPolicies: "there is no S3 endpoint to try a user's key at; see TestAUserMayNothing",
		},
	})
}

// TestAPluginOfTheReleasedContract uses a plugin that was built before the contract got what it has now: it works as it did, what came
// since is refused, and its errors mean what they meant.
func TestAPluginOfTheReleasedContract(t *testing.T) {
	plugin, config := launchPlugin(t, systems.ReleasedPlugin(t))
	ctx, admin := t.Context(), open(t, plugin, config)
	must(t, admin.CreateBucket(ctx, driver.CreateBucketRequest{Bucket: "bucket"}))
	_, err := admin.PutObject(ctx, driver.PutObjectRequest{Bucket: "bucket", Key: "key", Body: strings.NewReader("data")})
	must(t, err)
	for object, err := range admin.ListObjects(ctx, driver.ListObjectsRequest{Bucket: "bucket"}) {
		if err != nil || object.Key != "key" || object.Size != 4 {
			t.Errorf("listed is %+v, %v", object, err)
		}
	}
	_, err = admin.CreateUser(ctx, driver.CreateUserRequest{Name: "user"})
	must(t, err)
	key, err := admin.CreateAccessKey(ctx, driver.CreateAccessKeyRequest{UserName: "user"})
	must(t, err)
	_, tagged := admin.CreateUser(ctx, driver.CreateUserRequest{Name: "other", Tags: []driver.Tag{{Key: "a", Value: "b"}}})
	_, ending := admin.CreateAccessKey(ctx, driver.CreateAccessKeyRequest{UserName: "user", Expires: time.Now().Add(time.Hour)})
	_, probed := admin.Probe(ctx, driver.ProbeRequest{Action: "s3:GetObject", Bucket: "bucket", Key: "key"})
	_, nobody := admin.GetUser(ctx, driver.GetUserRequest{Name: "nobody"})
	for what, c := range map[string]struct{ got, want error }{
		"a user with tags": {tagged, fault.Unsupported}, "a key with an end": {ending, fault.Unsupported}, "a probe": {probed, fault.Unsupported},
		"the status of a key": {admin.SetAccessKeyStatus(ctx, driver.SetAccessKeyStatusRequest{UserName: "user", AccessKeyID: key.AccessKeyID, Status: driver.KeyInactive}), fault.Unsupported},
		"a user that is none": {nobody, fault.NotFound},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: got %v, want %v", what, c.got, c.want)
		}
	}
	must(t, admin.DeleteAccessKey(ctx, driver.DeleteAccessKeyRequest{UserName: "user", AccessKeyID: key.AccessKeyID}))
	must(t, admin.DeleteUser(ctx, driver.DeleteUserRequest{Name: "user"}))
}

func TestAUserMayNothing(t *testing.T) {
	plugin, config := launch(t)
	ctx := t.Context()
	admin := open(t, plugin, config)
	must(t, admin.CreateBucket(ctx, driver.CreateBucketRequest{Bucket: "bucket"}))
	_, err := admin.CreateUser(ctx, driver.CreateUserRequest{Name: "user"})
	must(t, err)
	key, err := admin.CreateAccessKey(ctx, driver.CreateAccessKeyRequest{UserName: "user"})
	must(t, err)
	config.Credentials = &driver.Credentials{AccessKeyID: key.AccessKeyID, SecretAccessKey: key.SecretAccessKey}
	user := open(t, plugin, config)
	if who, err := user.WhoAmI(ctx); err != nil || who.UserID != "user" {
		t.Errorf("WhoAmI: %+v, %v", who, err)
	}
	_, headErr := user.HeadBucket(ctx, driver.HeadBucketRequest{Bucket: "bucket"})
	_, putErr := user.PutObject(ctx, driver.PutObjectRequest{Bucket: "bucket", Key: "key", Body: bytes.NewReader([]byte("data"))})
	_, keyErr := user.CreateAccessKey(ctx, driver.CreateAccessKeyRequest{UserName: "user"})
	for what, err := range map[string]error{
		"HeadBucket": headErr, "PutObject": putErr, "CreateAccessKey": keyErr,
		"CreateBucket": user.CreateBucket(ctx, driver.CreateBucketRequest{Bucket: "other"}),
		"DeleteBucket": user.DeleteBucket(ctx, driver.DeleteBucketRequest{Bucket: "bucket"}),
		"DeleteUser":   user.DeleteUser(ctx, driver.DeleteUserRequest{Name: "user"}),
	} {
		if !errors.Is(err, fault.PermissionDenied) {
			t.Errorf("%s: want it denied, got %v", what, err)
		}
	}
}

// TestKeysStayInTheirBucket puts keys that would be other files if they were used as names.
func TestKeysStayInTheirBucket(t *testing.T) {
	plugin, config := launch(t)
	ctx, admin := t.Context(), open(t, plugin, config)
	must(t, admin.CreateBucket(ctx, driver.CreateBucketRequest{Bucket: "bucket"}))
	keys := []string{".", "..", "../users.json", "/etc/passwd", "a", "a/b", "a@", "a@about", "//", "users.json"}
	for _, key := range keys {
		_, err := admin.PutObject(ctx, driver.PutObjectRequest{Bucket: "bucket", Key: key, Body: bytes.NewReader([]byte(key))})
		must(t, err)
	}
	for _, key := range keys {
		var got bytes.Buffer
		if _, err := admin.GetObject(ctx, driver.GetObjectRequest{Bucket: "bucket", Key: key, Body: &got}); err != nil || got.String() != key {
			t.Errorf("%q: got %q, %v", key, got.String(), err)
		}
	}
	if _, err := admin.WhoAmI(ctx); err != nil {
		t.Errorf("the administrator is locked out: %v", err)
	}
}

func open(t *testing.T, plugin *host.Supervisor, config driver.Config) driver.Driver {
	t.Helper()
	d, err := plugin.Open(t.Context(), config)
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
