package garage

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"net/url"
	"slices"
	"time"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// listedBucket is a bucket as ListBuckets of the admin API lists it.
type listedBucket struct {
	ID            string    `json:"id"`
	Created       time.Time `json:"created"`
	GlobalAliases []string  `json:"globalAliases"`
	LocalAliases  []struct {
		AccessKeyID string `json:"accessKeyId"`
		Alias       string `json:"alias"`
	} `json:"localAliases"`
}

// ListBuckets yields the buckets of all keys to an administrator, and to others those in which their key may do something.
func (b *backend) ListBuckets(ctx context.Context) iter.Seq2[driver.BucketInfo, error] {
	err := b.mayAdminister(ctx)
	if err != nil && (b.admin.missing() != nil || errors.Is(err, fault.PermissionDenied)) {
		return b.Store.ListBuckets(ctx)
	}
	return driver.Listing(func() ([]driver.BucketInfo, error) {
		var all []listedBucket
		if err == nil {
			all, err = pages(ctx, b.admin, "ListBuckets", func(l listedBucket) string { return l.ID })
		}
		if err != nil {
			return nil, b.wrap(ctx, err, "list the buckets")
		}
		var found []driver.BucketInfo
		for _, listed := range all {
			for _, name := range b.namesFor(listed) {
				found = append(found, driver.BucketInfo{Name: name, Created: listed.Created})
			}
		}
		slices.SortFunc(found, func(x, y driver.BucketInfo) int { return cmp.Compare(x.Name, y.Name) })
		return slices.CompactFunc(found, func(x, y driver.BucketInfo) bool { return x.Name == y.Name }), nil
	})
}

// namesFor are the names by which the key in use may say the bucket. One that only other keys have names for is left out.
func (b *backend) namesFor(l listedBucket) []string {
	names := slices.Clone(l.GlobalAliases)
	for _, local := range l.LocalAliases {
		if local.AccessKeyID == b.trusted.key {
			names = append(names, local.Alias)
		}
	}
	return names
}

// HeadBucket looks a bucket up: where the key in use may do nothing in it, by the admin API.
func (b *backend) HeadBucket(ctx context.Context, req driver.HeadBucketRequest) (driver.BucketDetail, error) {
	found, err := b.Store.HeadBucket(ctx, req)
	if !errors.Is(err, fault.PermissionDenied) || b.mayAdminister(ctx) != nil {
		return found, err
	}
	_, err = b.bucketInfo(ctx, req.Bucket)
	return driver.BucketDetail{}, b.wrap(ctx, err, "look up the bucket %q", req.Bucket)
}

// A bucket that another run is making is looked for so often, with such pauses.
const (
	ownLooks = 10
	ownPause = 100 * time.Millisecond
)

// CreateBucket makes a bucket with a name for all keys, and lets the key in use do everything in it. By S3 it would have a name for that key
// alone.
func (b *backend) CreateBucket(ctx context.Context, req driver.CreateBucketRequest) error {
	if _, err := b.Store.HeadBucket(ctx, driver.HeadBucketRequest{Bucket: req.Bucket}); err == nil {
		return fault.New(fault.AlreadyExists, "cannot create the bucket %q: it exists already", req.Bucket)
	} else if !errors.Is(err, fault.NotFound) && !errors.Is(err, fault.PermissionDenied) {
		return err
	}
	if err := b.mayAdminister(ctx); err != nil {
		return b.wrap(ctx, err, "create the bucket %q", req.Bucket)
	}
	err := b.wrap(ctx, b.createBucket(ctx, req.Bucket), "create the bucket %q", req.Bucket)
	if errors.Is(err, fault.AlreadyExists) && b.isOwnSoon(ctx, req.Bucket) {
		return fault.New(fault.AlreadyExists, "cannot create the bucket %q: somebody else with this key has just made it", req.Bucket)
	}
	return err
}

// isOwnSoon reports whether the key in use may reach a bucket that it could not a moment ago: between the two requests that make a
// bucket, it is nobody's.
func (b *backend) isOwnSoon(ctx context.Context, bucket string) bool {
	for range ownLooks {
		if _, err := b.Store.HeadBucket(ctx, driver.HeadBucketRequest{Bucket: bucket}); err == nil {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(ownPause):
		}
	}
	return false
}

func (b *backend) createBucket(ctx context.Context, name string) error {
	var made bucketInfo
	if err := b.admin.post(ctx, "CreateBucket", nil, map[string]any{"globalAlias": name}, &made); err != nil {
		return err
	}
	body := map[string]any{"bucketId": made.ID, "accessKeyId": b.trusted.key, "permissions": rights{true, true, true}}
	if err := b.admin.post(ctx, "AllowBucketKey", nil, body, nil); err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
		defer cancel()
		if failed := b.admin.post(ctx, "DeleteBucket", url.Values{"id": {made.ID}}, nil, nil); failed != nil {
			return fault.Wrap(fault.CodeOf(err), err, "%v; the bucket %q was made, and could not be deleted again", err, name)
		}
		return err
	}
	return nil
}

// GetBucketSetting says of a bucket that is a website that it is public: everybody may read its objects there. Only the admin API tells that
// of every bucket.
func (b *backend) GetBucketSetting(ctx context.Context, req driver.GetBucketSettingRequest) (driver.BucketSetting, error) {
	if req.Setting != driver.SettingPolicyStatus {
		return b.Store.GetBucketSetting(ctx, req)
	}
	info, err := b.ownBucket(ctx, req.Bucket)
	if err != nil {
		return driver.BucketSetting{}, b.wrap(ctx, err, "find out whether the bucket %q is public", req.Bucket)
	}
	return driver.BucketSetting{PolicyStatus: &driver.PolicyStatus{IsPublic: info.WebsiteAccess}}, nil
}

// ownBucket looks up the bucket that the key in use means by a name.
func (b *backend) ownBucket(ctx context.Context, name string) (info bucketInfo, err error) {
	if err = sdk.CheckPresent("bucket", name); err != nil {
		return info, err
	}
	if missing := b.admin.missing(); missing != nil {
		return info, fault.Wrap(fault.PermissionDenied, missing, "%v", missing) // who has no admin API may still list buckets
	}
	if err = b.mayAdminister(ctx); err != nil {
		return info, err
	}
	id, err := b.bucketOf(ctx, b.trusted.key, name)
	if err != nil {
		return info, err
	}
	return b.bucketBy(ctx, "id", id)
}

// DeleteBucket deletes an empty bucket: where the key in use does not own it, by the admin API.
func (b *backend) DeleteBucket(ctx context.Context, req driver.DeleteBucketRequest) error {
	if err := b.mayAdminister(ctx); err != nil {
		return b.Store.DeleteBucket(ctx, req)
	}
	id, err := b.bucketOf(ctx, b.trusted.key, req.Bucket)
	if err == nil {
		err = b.admin.post(ctx, "DeleteBucket", url.Values{"id": {id}}, nil, nil)
	}
	return b.wrap(ctx, err, "delete the bucket %q", req.Bucket)
}
