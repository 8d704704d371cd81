package memory

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// keysPerUser is AWS's limit; the others are MinIO's.
const (
	keysPerUser   = 2
	minKeySeconds = 900
	maxKeySeconds = 365 * 24 * 60 * 60
)

func (s *System) minKeySeconds() int { return cmp.Or(s.options.MinKeySeconds, minKeySeconds) }

const selfServiceCaveat = "every key may make further keys for its user in memory; nothing prevents it"

// CreateAccessKey makes a key that works at once.
func (b *backend) CreateAccessKey(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
	u, unlock, err := b.withUser(ctx, "CreateAccessKey", "iam:CreateAccessKey", req.UserName, append(req.Needs(), driver.CapAccessKeys)...)
	if err != nil {
		return driver.AccessKey{}, err
	}
	defer unlock()
	if err := b.system.checkEnd(req.Expires); !req.Expires.IsZero() && err != nil {
		return driver.AccessKey{}, err
	}
	if len(u.keys) >= keysPerUser {
		return driver.AccessKey{}, fault.New(fault.ResourceExhausted, "the user %q has %d access keys, and cannot have more; delete one first", req.UserName, keysPerUser)
	}
	key := newKey(req.UserName)
	key.Expires, key.Tags = req.Expires.Truncate(time.Second), slices.Clone(req.Tags)
	u.keys[key.AccessKeyID] = key
	made := *key
	if b.system.options.SelfService {
		made.Caveat = selfServiceCaveat
	}
	return made, nil
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

// checkEnd refuses an end of a key outside of the limits.
func (s *System) checkEnd(end time.Time) error {
	least := s.minKeySeconds()
	if off := time.Until(end); off < time.Duration(least)*time.Second || off > maxKeySeconds*time.Second {
		return fault.New(fault.InvalidArgument, "a key ends in %d to %d seconds", least, maxKeySeconds)
	}
	return nil
}

// SetAccessKeyExpiry gives a key an end.
func (b *backend) SetAccessKeyExpiry(ctx context.Context, req driver.SetAccessKeyExpiryRequest) error {
	key, unlock, err := b.withKey(ctx, "SetAccessKeyExpiry", req.UserName, req.AccessKeyID, driver.CapKeyExpiry)
	if err != nil {
		return err
	}
	defer unlock()
	if err := b.system.checkEnd(req.Expires); err != nil {
		return err
	}
	key.Expires = req.Expires.Truncate(time.Second)
	if !b.has(driver.CapAccessKeys) {
		b.system.users[req.UserName].Expires = key.Expires
	}
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
