package garage

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"net/url"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// rights are what a key may in a bucket.
type rights struct {
	Read  bool `json:"read"`
	Write bool `json:"write"`
	Owner bool `json:"owner"`
}

// keyBucket is a bucket that a key may do something in, or has a name of its own for.
type keyBucket struct {
	ID            string   `json:"id"`
	GlobalAliases []string `json:"globalAliases"`
	LocalAliases  []string `json:"localAliases"`
	Permissions   rights   `json:"permissions"`
}

// names are those by which the key reaches the bucket; its id where it has none.
func (k keyBucket) names() []string {
	all := slices.Compact(slices.Sorted(slices.Values(slices.Concat(k.GlobalAliases, k.LocalAliases))))
	if len(all) == 0 {
		return []string{k.ID}
	}
	return all
}

// ListGrants yields what a key may in buckets, under each of their names.
func (b *backend) ListGrants(ctx context.Context, req driver.ListGrantsRequest) iter.Seq2[driver.BucketGrant, error] {
	return driver.Listing(func() ([]driver.BucketGrant, error) {
		user, err := b.find(ctx, req.UserName)
		var info keyInfo
		if err == nil {
			info, err = b.keyInfo(ctx, user.ID)
		}
		if err != nil {
			return nil, b.wrap(ctx, err, "list what the key %q may in buckets", req.UserName)
		}
		var all []driver.BucketGrant
		for _, bucket := range info.Buckets {
			for _, name := range bucket.names() {
				g := driver.BucketGrant{Bucket: name, Read: bucket.Permissions.Read, Write: bucket.Permissions.Write, Owner: bucket.Permissions.Owner}
				if !g.IsNone() {
					all = append(all, g)
				}
			}
		}
		slices.SortFunc(all, func(x, y driver.BucketGrant) int { return cmp.Compare(x.Bucket, y.Bucket) })
		return all, nil
	})
}

// PutGrant takes away what the grant does not have, and then gives what it has: the key never may more than before or after.
func (b *backend) PutGrant(ctx context.Context, req driver.PutGrantRequest) error {
	return b.wrap(ctx, b.putGrant(ctx, req), "set what the key %q may in the bucket %q", req.UserName, req.Grant.Bucket)
}

func (b *backend) putGrant(ctx context.Context, req driver.PutGrantRequest) error {
	user, err := b.find(ctx, req.UserName)
	if err != nil {
		return err
	}
	if err := b.notOurNameAlone(ctx, req.Grant.Bucket); err != nil {
		return err
	}
	bucket, err := b.bucketOf(ctx, user.ID, req.Grant.Bucket)
	if err != nil {
		return err
	}
	give := rights{req.Grant.Read, req.Grant.Write, req.Grant.Owner}
	for _, step := range []struct {
		method string
		rights rights
	}{{"DenyBucketKey", rights{!give.Read, !give.Write, !give.Owner}}, {"AllowBucketKey", give}} {
		if step.rights == (rights{}) {
			continue
		}
		body := map[string]any{"bucketId": bucket, "accessKeyId": user.ID, "permissions": step.rights}
		if err := b.admin.post(ctx, step.method, nil, body, nil); err != nil {
			return err
		}
	}
	return nil
}

// notOurNameAlone fails for a bucket that the key in use has a name of its own for, as for one that it made by S3: for another key that
// is the name of no bucket, or of another one.
func (b *backend) notOurNameAlone(ctx context.Context, name string) error {
	mine, err := b.keyInfo(ctx, b.trusted.key)
	if err != nil {
		return err
	}
	for _, bucket := range mine.Buckets {
		if slices.Contains(bucket.LocalAliases, name) {
			return fault.New(fault.FailedPrecondition, "the bucket %q has this name for the key in use alone; give it one for all keys: "+
				"garage bucket alias %s %s", name, bucket.ID, name)
		}
	}
	return nil
}

// bucketOf is the id of the bucket that a key reaches by a name: by one of its own, which comes before one for all.
func (b *backend) bucketOf(ctx context.Context, keyID, name string) (string, error) {
	info, err := b.keyInfo(ctx, keyID)
	if err != nil {
		return "", err
	}
	for _, bucket := range info.Buckets {
		if slices.Contains(bucket.LocalAliases, name) || bucket.ID == name {
			return bucket.ID, nil
		}
	}
	found, err := b.bucketInfo(ctx, name)
	return found.ID, err
}

// bucketInfo is a bucket as GetBucketInfo has it.
type bucketInfo struct {
	ID            string `json:"id"`
	WebsiteAccess bool   `json:"websiteAccess"`
}

// bucketInfo looks a bucket up by its name for all keys.
func (b *backend) bucketInfo(ctx context.Context, name string) (bucketInfo, error) {
	return b.bucketBy(ctx, "globalAlias", name)
}

// bucketBy looks a bucket up by its "id", or by its name for all keys, "globalAlias".
func (b *backend) bucketBy(ctx context.Context, what, name string) (info bucketInfo, err error) {
	err = b.admin.get(ctx, "GetBucketInfo", url.Values{what: {name}}, &info)
	var refused *refusal
	if errors.As(err, &refused) && refused.answer.Code == "NoSuchBucket" {
		err = fault.New(fault.NotFound, "there is no bucket %q", name)
	}
	return info, err
}

// ListUserItems yields the one right of a key that is in no bucket.
func (b *backend) ListUserItems(ctx context.Context, req driver.ListUserItemsRequest) iter.Seq2[driver.UserItem, error] {
	return driver.Listing(func() ([]driver.UserItem, error) {
		found, err := b.find(ctx, req.UserName)
		var info keyInfo
		if err == nil {
			info, err = b.keyInfo(ctx, found.ID)
		}
		if err == nil && info.Permissions.CreateBucket {
			return []driver.UserItem{{Kind: driver.ItemRight, Name: "to create buckets"}}, nil
		}
		return nil, b.wrap(ctx, err, "look up what the key %q may", req.UserName)
	})
}
