package memory

import (
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// PutGrant replaces what the user may in a bucket.
func (b *backend) PutGrant(ctx context.Context, req driver.PutGrantRequest) error {
	u, unlock, err := b.withUser(ctx, "PutGrant", "iam:PutUserPolicy", req.UserName, driver.CapPolicyGrant)
	if err != nil {
		return err
	}
	defer unlock()
	if _, ok := b.system.buckets[req.Grant.Bucket]; !ok {
		return missing("bucket", req.Grant.Bucket)
	}
	delete(u.buckets, req.Grant.Bucket)
	if !req.Grant.IsNone() {
		u.buckets[req.Grant.Bucket] = req.Grant
	}
	return nil
}

// ListGrants yields what the user may in buckets.
func (b *backend) ListGrants(ctx context.Context, req driver.ListGrantsRequest) iter.Seq2[driver.BucketGrant, error] {
	return driver.Listing(func() ([]driver.BucketGrant, error) {
		u, unlock, err := b.withUser(ctx, "ListGrants", "iam:ListUserPolicies", req.UserName, driver.CapPolicyGrant)
		if err != nil {
			return nil, err
		}
		defer unlock()
		var found []driver.BucketGrant
		for _, bucket := range slices.Sorted(maps.Keys(u.buckets)) {
			found = append(found, u.buckets[bucket])
		}
		return found, nil
	})
}
