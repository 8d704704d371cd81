package wire_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// TestAnswersToOtherRequests has a plugin answer with what belongs to another request, to each method where that shows.
func TestAnswersToOtherRequests(t *testing.T) {
	r := &recorder{}
	client := open(t, r)
	ctx := context.Background()
	for name, c := range map[string]struct {
		answer any
		call   func() error
	}{
		"GetUser": {driver.User{Name: "mallory"}, func() error {
			_, err := client.GetUser(ctx, driver.GetUserRequest{Name: "alice"})
			return err
		}},
		"CreateUser": {driver.CreateUserResponse{User: driver.User{Name: "mallory"}}, func() error {
			_, err := client.CreateUser(ctx, driver.CreateUserRequest{Name: "alice"})
			return err
		}},
		"CreateUser with a key": {driver.CreateUserResponse{User: driver.User{Name: "alice"}, AccessKey: &driver.AccessKey{UserName: "mallory"}}, func() error {
			_, err := client.CreateUser(ctx, driver.CreateUserRequest{Name: "alice"})
			return err
		}},
		"CreateAccessKey": {driver.AccessKey{UserName: "mallory", AccessKeyID: "k"}, func() error {
			_, err := client.CreateAccessKey(ctx, driver.CreateAccessKeyRequest{UserName: "alice"})
			return err
		}},
		"ListAccessKeys": {[]driver.AccessKey{{UserName: "mallory"}}, func() error {
			for _, err := range client.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: "alice"}) {
				return err
			}
			return nil
		}},
		"GetRole": {driver.Role{Name: "mallory"}, func() error {
			_, err := client.GetRole(ctx, driver.GetRoleRequest{Name: "alice"})
			return err
		}},
		"CreateRole": {driver.Role{Name: "mallory"}, func() error {
			_, err := client.CreateRole(ctx, driver.CreateRoleRequest{Name: "alice"})
			return err
		}},
		"GetPolicy": {driver.PolicyDocument{Name: "mallory"}, func() error {
			_, err := client.GetPolicy(ctx, driver.GetPolicyRequest{Name: "alice"})
			return err
		}},
		"GetManagedPolicy": {driver.ManagedPolicy{ARN: "mallory"}, func() error {
			_, err := client.GetManagedPolicy(ctx, driver.GetManagedPolicyRequest{ARN: "alice"})
			return err
		}},
		"GetBucketSetting": {driver.BucketSetting{CORS: &driver.CORS{}}, func() error {
			_, err := client.GetBucketSetting(ctx, driver.GetBucketSettingRequest{Setting: driver.SettingPolicy})
			return err
		}},
		"ListObjects": {[]driver.ObjectInfo{{Key: "secret"}}, func() error {
			for _, err := range client.ListObjects(ctx, driver.ListObjectsRequest{Prefix: "public/"}) {
				return err
			}
			return nil
		}},
		"DeleteObjects of others": {driver.DeleteObjectsResponse{Deleted: []string{"a", "b"}}, func() error {
			_, err := client.DeleteObjects(ctx, driver.DeleteObjectsRequest{Keys: []string{"a"}})
			return err
		}},
		"DeleteObjects of some": {driver.DeleteObjectsResponse{Deleted: []string{"a"}}, func() error {
			_, err := client.DeleteObjects(ctx, driver.DeleteObjectsRequest{Keys: []string{"a", "b"}})
			return err
		}},
	} {
		r.answer = c.answer
		if err := c.call(); !errors.Is(err, fault.Internal) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s gave %v", name, err)
		}
	}
}

// liar does not do with objects what it says.
type liar struct {
	fake
	write func(path string) error
	body  string
	says  int64
}

func (l *liar) GetObject(_ context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
	if req.Body != nil {
		_, err := io.WriteString(req.Body, l.body)
		return driver.ObjectDetail{Size: l.says}, err
	}
	return driver.ObjectDetail{Size: l.says}, l.write(req.Path)
}

func (l *liar) PutObject(_ context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	_, err := io.CopyN(io.Discard, req.Body, l.says)
	return driver.ObjectDetail{Size: l.says}, err
}

// TestDownloadsThatAreNone checks that nothing that a plugin writes, or does not, takes the place of the user's file
// unless it is the whole object, and that nothing stays beside it.
func TestDownloadsThatAreNone(t *testing.T) {
	for name, write := range map[string]func(path string) error{
		"nothing":            func(string) error { return nil },
		"a part":             func(path string) error { return os.WriteFile(path, []byte("part"), 0o600) },
		"too much":           func(path string) error { return os.WriteFile(path, []byte("part and more"), 0o600) },
		"a link":             func(path string) error { return os.Symlink("/etc/hosts", path) },
		"a folder":           func(path string) error { return os.Mkdir(path, 0o700) },
		"only its temporary": func(path string) error { return os.WriteFile(path+".part", []byte("12345678"), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, "file")
			if err := os.WriteFile(path, []byte("former"), 0o640); err != nil {
				t.Fatal(err)
			}
			client := open(t, &liar{write: write, says: 8})
			_, err := client.GetObject(context.Background(), driver.GetObjectRequest{Path: path})
			if !errors.Is(err, fault.DataLoss) {
				t.Errorf("got %v", err)
			}
			requireOnly(t, folder, "file", "former")
		})
	}
	t.Run("whole", func(t *testing.T) {
		folder := t.TempDir()
		path := filepath.Join(folder, "file")
		if err := os.WriteFile(path, []byte("former"), 0o640); err != nil {
			t.Fatal(err)
		}
		client := open(t, &liar{write: func(path string) error { return os.WriteFile(path, []byte("12345678"), 0o600) }, says: 8})
		if _, err := client.GetObject(context.Background(), driver.GetObjectRequest{Path: path}); err != nil {
			t.Error(err)
		}
		requireOnly(t, folder, "file", "12345678")
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
			t.Errorf("the file has the mode %v, %v", info.Mode(), err)
		}
	})
}

func requireOnly(t *testing.T, folder, name, content string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 || entries[0].Name() != name {
		t.Errorf("the folder has %v, %v", entries, err)
	}
	if got, err := os.ReadFile(filepath.Join(folder, name)); err != nil || string(got) != content {
		t.Errorf("the file has %q, %v", got, err)
	}
}

func TestStreamsThatAreShorterThanToldAreNotWhole(t *testing.T) {
	client := open(t, &liar{body: "half", says: 8})
	if _, err := client.GetObject(context.Background(), driver.GetObjectRequest{Body: io.Discard}); !errors.Is(err, fault.DataLoss) {
		t.Errorf("get gave %v", err)
	}
	if _, err := client.PutObject(context.Background(), driver.PutObjectRequest{Body: bytes.NewReader(random(9))}); !errors.Is(err, fault.DataLoss) {
		t.Errorf("put gave %v", err)
	}
}
