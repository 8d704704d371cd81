package memory

import (
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// keysPerUser is AWS's limit.
const keysPerUser = 2

// CreateAccessKey makes a key that works at once.
func (b *backend) CreateAccessKey(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
	u, unlock, err := b.withUser(ctx, "CreateAccessKey", "iam:CreateAccessKey", req.UserName, driver.CapAccessKeys)
	if err != nil {
		return driver.AccessKey{}, err
	}
	defer unlock()
	if len(u.keys) >= keysPerUser {
		return driver.AccessKey{}, fault.New(fault.ResourceExhausted, "the user %q has %d access keys, and cannot have more; delete one first", req.UserName, keysPerUser)
	}
	key := newKey(req.UserName)
	u.keys[key.AccessKeyID] = key
	return *key, nil
}

// ListAccessKeys yields the keys without their secrets.
func (b *backend) ListAccessKeys(ctx context.Context, req driver.ListAccessKeysRequest) iter.Seq2[driver.AccessKey, error] {
	return driver.Listing(func() ([]driver.AccessKey, error) {
		u, unlock, err := b.withUser(ctx, "ListAccessKeys", "iam:ListAccessKeys", req.UserName, driver.CapAccessKeys)
		if err != nil {
			return nil, err
		}
		defer unlock()
		var keys []driver.AccessKey
		for _, id := range slices.Sorted(maps.Keys(u.keys)) {
			key := *u.keys[id]
			key.SecretAccessKey = ""
			keys = append(keys, key)
		}
		return keys, nil
	})
}

// withKey starts a request about a key of a user.
func (b *backend) withKey(ctx context.Context, method, user, id string, needs driver.Capability) (*driver.AccessKey, func(), error) {
	u, unlock, err := b.withUser(ctx, method, "iam:"+method, user, needs)
	if err != nil {
		return nil, nil, err
	}
	key, ok := u.keys[id]
	if !ok {
		unlock()
		return nil, nil, missing("access key of user "+user, id)
	}
	return key, unlock, nil
}

// SetAccessKeyStatus switches a key off or on.
func (b *backend) SetAccessKeyStatus(ctx context.Context, req driver.SetAccessKeyStatusRequest) error {
	key, unlock, err := b.withKey(ctx, "SetAccessKeyStatus", req.UserName, req.AccessKeyID, driver.CapKeyStatus)
	if err != nil {
		return err
	}
	defer unlock()
	if req.Status != driver.KeyActive && req.Status != driver.KeyInactive {
		return fault.New(fault.InvalidArgument, "%q is no status of a key", req.Status)
	}
	key.Status = req.Status
	return nil
}

// GetAccessKeyUse returns when a key last signed a request.
func (b *backend) GetAccessKeyUse(ctx context.Context, req driver.GetAccessKeyUseRequest) (driver.AccessKeyUse, error) {
	key, unlock, err := b.withKey(ctx, "GetAccessKeyUse", req.UserName, req.AccessKeyID, driver.CapKeyUse)
	if err != nil {
		return driver.AccessKeyUse{}, err
	}
	defer unlock()
	return b.system.uses[key.AccessKeyID], nil
}

// DeleteAccessKey deletes a key of the user.
func (b *backend) DeleteAccessKey(ctx context.Context, req driver.DeleteAccessKeyRequest) error {
	u, unlock, err := b.withUser(ctx, "DeleteAccessKey", "iam:DeleteAccessKey", req.UserName, driver.CapAccessKeys)
	if err != nil {
		return err
	}
	defer unlock()
	if _, ok := u.keys[req.AccessKeyID]; !ok {
		return missing("access key of user "+req.UserName, req.AccessKeyID)
	}
	delete(u.keys, req.AccessKeyID)
	return nil
}
