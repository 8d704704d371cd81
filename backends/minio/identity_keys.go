package minio

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/minio/madmin-go/v3"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// CreateAccessKey creates a key. It chooses the key's id, so that a retry cannot create a second key.
func (b *backend) CreateAccessKey(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
	if err := b.ensureUser(ctx, req.UserName); err != nil {
		return driver.AccessKey{}, err
	}
	wanted, err := keyRequest(req)
	if err != nil {
		return driver.AccessKey{}, err
	}
	_, err = adminCall(ctx, func(ctx context.Context) (madmin.Credentials, error) {
		return b.admin.AddServiceAccount(ctx, wanted)
	})
	if err != nil && !b.isTaken(ctx, err, wanted) {
		failed := b.wrapError(ctx, err, "make an access key for the user %q", req.UserName)
		if answerOf(err) == nil || codeIs(err, codeKeyNotAllowed) {
			failed = b.undoKey(ctx, failed, wanted.AccessKey)
		}
		return driver.AccessKey{}, failed
	}
	return driver.AccessKey{
		UserName: req.UserName, AccessKeyID: wanted.AccessKey, SecretAccessKey: wanted.SecretKey, Status: driver.KeyActive,
		Expires: req.Expires, Tags: req.Tags,
	}, nil
}

// keyRequest chooses the key.
func keyRequest(req driver.CreateAccessKeyRequest) (madmin.AddServiceAccountReq, error) {
	wanted := madmin.AddServiceAccountReq{
		TargetUser: req.UserName, AccessKey: randomText(accessKeyLength), SecretKey: randomText(secretKeyLength),
	}
	var err error
	if wanted.Description, err = describeKey(req.Tags); err != nil {
		return wanted, err
	}
	if wanted.Description != "" {
		wanted.Name = taggedName
	}
	if !req.Expires.IsZero() {
		wanted.Expiration = &req.Expires
		err = checkEnd(req.Expires)
	}
	return wanted, err
}

// checkEnd refuses an end of a key that the server would refuse, with the limits.
func checkEnd(end time.Time) error {
	if off := time.Until(end); off <= minKeySeconds*time.Second || off > maxKeySeconds*time.Second {
		return fault.New(fault.InvalidArgument, "an access key ends in more than %d minutes and at most %d days", minKeySeconds/60, maxKeySeconds/(24*60*60))
	}
	return nil
}

// isTaken reports whether the server refused the key because its id is taken by this very key. Ids are random, so a retry
// after a lost answer is the only cause.
func (b *backend) isTaken(ctx context.Context, err error, wanted madmin.AddServiceAccountReq) bool {
	if !codeIs(err, codeKeyNotAllowed) {
		return false
	}
	info, err := adminCall(ctx, func(ctx context.Context) (madmin.InfoServiceAccountResp, error) {
		return b.admin.InfoServiceAccount(ctx, wanted.AccessKey)
	})
	return err == nil && info.ParentUser == wanted.TargetUser
}

// undoKey removes a key that may exist although no answer confirmed it. If that fails, it names the key in the error.
func (b *backend) undoKey(ctx context.Context, failed error, key string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
	defer cancel()
	err := b.adminDo(ctx, func(ctx context.Context) error { return b.admin.DeleteServiceAccount(ctx, key) })
	var known *fault.Error
	if err == nil || fault.CodeOf(b.wrapError(ctx, err, "")) == fault.NotFound || !errors.As(failed, &known) {
		return failed
	}
	named := *known
	named.Message += "; the access key " + key + " may have been made: delete it if it is there"
	return &named
}

// ListAccessKeys yields the keys of a user, sorted.
func (b *backend) ListAccessKeys(ctx context.Context, req driver.ListAccessKeysRequest) iter.Seq2[driver.AccessKey, error] {
	return driver.Listing(func() ([]driver.AccessKey, error) {
		if err := b.ensureUser(ctx, req.UserName); err != nil {
			return nil, err
		}
		accounts, err := b.serviceAccounts(ctx, req.UserName)
		if err == nil && len(accounts) == 0 {
			_, err = b.user(ctx, req.UserName) // a deleted user's list is empty
		}
		keys := make([]driver.AccessKey, len(accounts))
		for i, account := range accounts {
			keys[i] = driver.AccessKey{UserName: req.UserName, AccessKeyID: account.AccessKey, Status: driver.KeyActive}
			if account.AccountStatus == keyOff {
				keys[i].Status = driver.KeyInactive
			}
			if end := account.Expiration; end != nil && end.Unix() > 0 { // a key without an end ends in 1970
				keys[i].Expires = *end
			}
			keys[i].Tags = tagsOf(account.Description)
			keys[i].Restricted = !account.ImpliedPolicy && b.isRestricted(ctx, account.AccessKey)
		}
		slices.SortFunc(keys, func(a, b driver.AccessKey) int { return strings.Compare(a.AccessKeyID, b.AccessKeyID) })
		return keys, err
	})
}

// isRestricted reports whether a key has a policy of its own. The lists of older servers do not say so of any key.
func (b *backend) isRestricted(ctx context.Context, key string) bool {
	info, err := adminCall(ctx, func(ctx context.Context) (madmin.InfoServiceAccountResp, error) {
		return b.admin.InfoServiceAccount(ctx, key)
	})
	return err != nil || !info.ImpliedPolicy
}

// The status of a key, as MinIO calls it.
const (
	keyOn  = "on"
	keyOff = "off"
)

// SetAccessKeyStatus switches a key off or on.
func (b *backend) SetAccessKeyStatus(ctx context.Context, req driver.SetAccessKeyStatusRequest) error {
	status := map[string]string{driver.KeyActive: keyOn, driver.KeyInactive: keyOff}[req.Status]
	if status == "" {
		return fault.New(fault.InvalidArgument, "%q is no status of an access key; it is %s or %s", req.Status, driver.KeyActive, driver.KeyInactive)
	}
	return b.updateKey(ctx, req.UserName, req.AccessKeyID, madmin.UpdateServiceAccountReq{NewStatus: status}, "set the status of")
}

// SetAccessKeyExpiry gives a key an end.
func (b *backend) SetAccessKeyExpiry(ctx context.Context, req driver.SetAccessKeyExpiryRequest) error {
	if err := checkEnd(req.Expires); err != nil {
		return err
	}
	return b.updateKey(ctx, req.UserName, req.AccessKeyID, madmin.UpdateServiceAccountReq{NewExpiration: &req.Expires}, "set the end of")
}

// updateKey changes a key. An update without a policy takes the key's own policy away, so that the key could do all that its user may:
// the policy is sent along, and looked at afterwards.
func (b *backend) updateKey(ctx context.Context, user, key string, update madmin.UpdateServiceAccountReq, what string) error {
	before, err := b.findKey(ctx, user, key)
	if err != nil {
		return err
	}
	if !before.ImpliedPolicy {
		update.NewPolicy = json.RawMessage(before.Policy)
	}
	err = b.adminDo(ctx, func(ctx context.Context) error { return b.admin.UpdateServiceAccount(ctx, key, update) })
	if err != nil || before.ImpliedPolicy {
		return b.wrapError(ctx, err, "%s the access key %s", what, key)
	}
	after, err := b.findKey(ctx, user, key)
	if err == nil && after.ImpliedPolicy {
		err = fault.New(fault.DataLoss, "the access key %s has lost the policy of its own, so it may do all that the user %q may; delete it", key, user)
	}
	return err
}

// DeleteAccessKey deletes a key of a user.
func (b *backend) DeleteAccessKey(ctx context.Context, req driver.DeleteAccessKeyRequest) error {
	if err := b.ensureKey(ctx, req.UserName, req.AccessKeyID); err != nil {
		return err
	}
	err := b.adminDo(ctx, func(ctx context.Context) error { return b.admin.DeleteServiceAccount(ctx, req.AccessKeyID) })
	err = b.wrapError(ctx, err, "delete the access key %s", req.AccessKeyID)
	if errors.Is(err, fault.NotFound) && b.ensureKey(ctx, req.UserName, req.AccessKeyID) == nil {
		// To credentials that may not delete it, MinIO says that there is no such key.
		return fault.Wrap(fault.PermissionDenied, err, "cannot delete the access key %s of the user %q: these credentials may not", req.AccessKeyID, req.UserName)
	}
	return err
}

// ensureKey fails unless the key is the user's: MinIO would delete any user's key.
func (b *backend) ensureKey(ctx context.Context, user, key string) error {
	_, err := b.findKey(ctx, user, key)
	return err
}

// findKey looks a key up, and fails unless it is the user's: MinIO would change any user's key.
func (b *backend) findKey(ctx context.Context, user, key string) (madmin.InfoServiceAccountResp, error) {
	var none madmin.InfoServiceAccountResp
	if err := b.ensureUser(ctx, user); err != nil {
		return none, err
	}
	if err := checkExisting(key); err != nil {
		return none, fault.New(fault.InvalidArgument, "%q cannot be an access key", key)
	}
	info, err := adminCall(ctx, func(ctx context.Context) (madmin.InfoServiceAccountResp, error) {
		return b.admin.InfoServiceAccount(ctx, key)
	})
	if err != nil {
		return none, b.wrapError(ctx, err, "look up the access key %s", key)
	}
	if info.ParentUser != user {
		return none, fault.New(fault.NotFound, "the user %q has no access key %s", user, key)
	}
	return info, nil
}
