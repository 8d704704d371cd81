package seaweedfs

import (
	"context"
	"errors"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// caveat is what a key may do on a server as it starts by default.
const caveat = "this SeaweedFS server lets a key make further keys for its own user, which outlive it until the user is deleted, and delete the user's other keys; " +
	"start it with -s3.iam.selfServiceRequiresGrant=true to prevent that (weed s3: -iam.selfServiceRequiresGrant=true)"

// CreateAccessKey makes a key, and finds out with it whether the server lets it make more.
func (b *backend) CreateAccessKey(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
	key, err := b.API.CreateAccessKey(ctx, req)
	if err != nil {
		return key, err
	}
	if b.servesItself(ctx, key) {
		key.Caveat = caveat
	}
	return key, nil
}

// servesItself asks with a new key for the keys of its user. The server decides that as it decides whether the key may make some, and
// nothing is changed by it. A server that does not answer is taken for one that permits it, as it does by default.
func (b *backend) servesItself(ctx context.Context, key driver.AccessKey) bool {
	_, err := b.IAM().ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: aws.String(key.UserName)}, func(o *iam.Options) {
		o.Credentials = credentials.NewStaticCredentialsProvider(key.AccessKeyID, key.SecretAccessKey, "")
	})
	return !errors.Is(b.Wrap(ctx, err, "list the keys of the user %q with one of them", key.UserName), fault.PermissionDenied)
}

// Probe tries an action. Whether a key may make keys for its own user, as it mostly may, is not told by another user's: it asks as
// servesItself does. A session is no user, and is shown no key.
func (b *backend) Probe(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	answer, err := b.API.Probe(ctx, req)
	if err != nil || answer.Allowed || req.Action != "iam:CreateAccessKey" {
		return answer, err
	}
	own, err := b.IAM().ListAccessKeys(ctx, &iam.ListAccessKeysInput{})
	if err = b.Wrap(ctx, err, "list the user's own keys"); err == nil && len(own.AccessKeyMetadata) > 0 {
		answer.Caveat = caveat
	} else if errors.Is(err, fault.PermissionDenied) {
		err = nil
	}
	return answer, err
}

// ListAccessKeys yields the keys of a user. The server lists none for a user that does not exist.
func (b *backend) ListAccessKeys(ctx context.Context, req driver.ListAccessKeysRequest) iter.Seq2[driver.AccessKey, error] {
	return func(yield func(driver.AccessKey, error) bool) {
		found := false
		for key, err := range b.API.ListAccessKeys(ctx, req) {
			found = true
			if !yield(key, err) {
				return
			}
		}
		if found {
			return
		}
		if _, err := b.API.GetUser(ctx, driver.GetUserRequest{Name: req.UserName}); err != nil {
			yield(driver.AccessKey{}, err)
		}
	}
}

// DeleteAccessKey deletes a key that the user has. The server answers that it deleted one that does not exist, too.
func (b *backend) DeleteAccessKey(ctx context.Context, req driver.DeleteAccessKeyRequest) error {
	for key, err := range b.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: req.UserName}) {
		if err != nil {
			return err
		}
		if key.AccessKeyID == req.AccessKeyID {
			return b.API.DeleteAccessKey(ctx, req)
		}
	}
	return fault.New(fault.NotFound, "the user %q has no access key %s", req.UserName, req.AccessKeyID)
}
