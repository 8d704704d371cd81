package ceph

import (
	"context"
	"crypto/rand"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// accessKeyLength is the length of the ids that the gateway makes itself.
const accessKeyLength = 20

// accountKey is a key of a user or of one of its subusers. Active and CreateDate are of newer gateways (read in their source).
type accountKey struct {
	AccessKey  string `json:"access_key"`
	Active     *bool  `json:"active"`
	CreateDate string `json:"create_date"`
}

// madeKey is a key with its secret.
type madeKey struct {
	AccessKey string `json:"access_key"`
	SecretKey string `json:"secret_key"`
}

// CreateAccessKey makes a permanent key for a user. Its id is chosen here: the answer holds all keys of the user, and among keys that other
// runs make at the same time, no other way tells which is ours. The gateway makes the secret: in the URL, logs would have it.
func (b *backend) CreateAccessKey(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
	if err := sdk.CheckPresent("user", req.UserName); err != nil {
		return driver.AccessKey{}, err
	}
	id := rand.Text()[:accessKeyLength]
	var keys []madeKey
	err := b.keepingPolicies(ctx, req.UserName, func() error {
		err := b.adminOnce(ctx, http.MethodPut, url.Values{"key": {""}, "uid": {req.UserName}, "access-key": {id}, "generate-key": {"true"}}, &keys)
		return b.Wrap(ctx, err, "create the access key %s for the user %q", id, req.UserName)
	})
	if err != nil && len(keys) > 0 {
		err = fault.Wrap(fault.CodeOf(err), err, "%v; the access key %s was made", err, id)
	}
	if err != nil {
		return driver.AccessKey{}, err
	}
	at := slices.IndexFunc(keys, func(k madeKey) bool { return k.AccessKey == id })
	if at < 0 {
		return driver.AccessKey{}, fault.New(fault.Internal, "cannot create an access key for the user %q: the gateway says that it did, and shows no key %s", req.UserName, id)
	}
	if err := b.stays(ctx, req.UserName, id); err != nil {
		return driver.AccessKey{}, err
	}
	return driver.AccessKey{UserName: req.UserName, AccessKeyID: id, SecretAccessKey: keys[at].SecretKey, Status: driver.KeyActive}, nil
}

// stays looks whether a key that was made is there: of two who change a user in one moment, the gateway keeps what one wrote.
func (b *backend) stays(ctx context.Context, user, id string) error {
	found, err := b.userInfo(ctx, user, "look whether the new access key of the user %q is there")
	if err == nil && !slices.ContainsFunc(found.Keys, func(k accountKey) bool { return k.AccessKey == id }) {
		err = fault.New(fault.Unavailable, "cannot create an access key for the user %q: somebody else changed the user in the same moment, and the gateway kept that alone; try again", user)
	}
	return err
}

// ListAccessKeys yields the keys of a user and of its subusers.
func (b *backend) ListAccessKeys(ctx context.Context, req driver.ListAccessKeysRequest) iter.Seq2[driver.AccessKey, error] {
	return driver.Listing(func() ([]driver.AccessKey, error) {
		found, err := b.userInfo(ctx, req.UserName, "list the access keys of the user %q")
		var keys []driver.AccessKey
		for _, k := range found.Keys {
			keys = append(keys, keyOf(req.UserName, k, found.Suspended != 0))
		}
		return keys, err
	})
}

func keyOf(user string, k accountKey, suspended bool) driver.AccessKey {
	key := driver.AccessKey{UserName: user, AccessKeyID: k.AccessKey, Status: driver.KeyActive}
	if suspended || k.Active != nil && !*k.Active {
		key.Status = driver.KeyInactive
	}
	if made, err := time.Parse(time.RFC3339, k.CreateDate); err == nil {
		key.Created = made
	}
	return key
}

// DeleteAccessKey deletes a key of a user. The gateway says of a key that the user does not have what it says of a caller's that is none.
func (b *backend) DeleteAccessKey(ctx context.Context, req driver.DeleteAccessKeyRequest) error {
	if err := errors.Join(sdk.CheckPresent("user", req.UserName), sdk.CheckPresent("access key", req.AccessKeyID)); err != nil {
		return fault.New(fault.InvalidArgument, "%s", err)
	}
	return b.keepingPolicies(ctx, req.UserName, func() error {
		err := b.admin(ctx, http.MethodDelete, url.Values{"key": {""}, "uid": {req.UserName}, "access-key": {req.AccessKeyID}}, nil)
		if sdk.Code(err) == codeNoSuchKey {
			return b.missingKey(ctx, req, err)
		}
		return b.Wrap(ctx, err, "delete the access key %q of the user %q", req.AccessKeyID, req.UserName)
	})
}

// missingKey looks whether it is the key to delete that the gateway does not know, or the caller's.
func (b *backend) missingKey(ctx context.Context, req driver.DeleteAccessKeyRequest, refused error) error {
	found, err := b.userInfo(ctx, req.UserName, "look up the user %q")
	switch {
	case err != nil:
		return err
	case slices.ContainsFunc(found.Keys, func(k accountKey) bool { return k.AccessKey == req.AccessKeyID }):
		return b.Wrap(ctx, refused, "delete the access key %q of the user %q", req.AccessKeyID, req.UserName)
	}
	return fault.Wrap(fault.NotFound, refused, "the user %q has no access key %s", req.UserName, req.AccessKeyID)
}
